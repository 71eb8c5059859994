//! One request as the hop handed it over: its size, its shape and its credentials.

use actix_web::{
    HttpRequest,
    http::{Version, header},
};

use super::{Authorization, CertificateFormat, ForwardedCertificate, Neighbour};

/// What is wrong with the shape of a request, before any of it is believed.
#[derive(
    Clone, Copy, Debug, Eq, PartialEq, thiserror::Error, strum::IntoStaticStr, strum::VariantNames,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Malformed {
    /// `Bearer` stands alone.
    #[error("no access token follows Bearer")]
    EmptyToken,
    /// The header block is over [`Limits::header_bytes`].
    #[error("the header block has {bytes} octets, {limit} are taken")]
    HeaderBlockTooLarge {
        /// Octets received.
        bytes: usize,
        /// Octets taken.
        limit: usize,
    },
    /// HTTP/1.1 without exactly one `Host` line, RFC 9112 §3.2.
    #[error("the request needs exactly one Host field")]
    HostMissingOrRepeated,
    /// More than one `Authorization` line.
    #[error("Authorization is sent more than once")]
    RepeatedAuthorization,
    /// More than one line of the certificate header: the hop sends one, so somebody else added one.
    #[error("the client-certificate header is sent more than once")]
    RepeatedCertificate,
    /// White space or a comma inside the token.
    #[error("more than one token follows Bearer")]
    SeveralTokens,
    /// The request target is over [`Limits::target_bytes`].
    #[error("the request target has {bytes} octets, {limit} are taken")]
    TargetTooLong {
        /// Octets received.
        bytes: usize,
        /// Octets taken.
        limit: usize,
    },
    /// `access_token` in the query: more than one method, RFC 6750 §2.
    #[error("an access token stands in the query")]
    TokenInQuery,
}

/// How much of a request is taken.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Octets of the request target (LIM-1).
    pub target_bytes: usize,
    /// Octets of the header block: names, values and their separators (LIM-2).
    pub header_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            target_bytes: 8 * 1024,
            header_bytes: 64 * 1024,
        }
    }
}

impl Limits {
    /// Checks the size of `request` and its `Host`; what every route wants first.
    ///
    /// # Errors
    /// The first [`Malformed`] among target, header block and `Host`.
    pub fn admit(&self, request: &HttpRequest) -> Result<(), Malformed> {
        let target = request
            .uri()
            .path_and_query()
            .map_or(0, |target| target.as_str().len());
        if target > self.target_bytes {
            return Err(Malformed::TargetTooLong {
                bytes: target,
                limit: self.target_bytes,
            });
        }
        let headers = request.headers();
        let block = headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len() + 4)
            .sum();
        if block > self.header_bytes {
            return Err(Malformed::HeaderBlockTooLarge {
                bytes: block,
                limit: self.header_bytes,
            });
        }
        let hosts = headers.get_all(header::HOST).count();
        let is_ambiguous = hosts > 1 || (hosts == 0 && request.version() == Version::HTTP_11);
        if is_ambiguous {
            Err(Malformed::HostMissingOrRepeated)
        } else {
            Ok(())
        }
    }
}

/// How the hop hands a consumer's certificate over.
#[derive(Clone, Debug)]
pub struct Hop {
    /// Field name of the certificate, in lower case.
    pub certificate_header: header::HeaderName,
    /// Its encoding.
    pub certificate_format: CertificateFormat,
    /// Field name of nginx's `$ssl_client_verify`, if the hop sends it (NGX-20).
    pub verify_header: Option<header::HeaderName>,
    /// Whether a certificate without the verify result beside it counts as absent.
    pub require_verify: bool,
}

impl Hop {
    /// Field names of the other formats: a line of these is never believed (CERT-13).
    const OTHER_NAMES: [&str; 4] = [
        "x-oe-client-cert",
        "client-cert",
        "x-amzn-mtls-clientcert-leaf",
        "x-amzn-mtls-clientcert",
    ];

    /// The first certificate header in `request` that is not the configured one.
    #[must_use]
    pub fn unexpected_certificate_header(&self, request: &HttpRequest) -> Option<&'static str> {
        Self::OTHER_NAMES.into_iter().find(|&name| {
            name != self.certificate_header.as_str() && request.headers().contains_key(name)
        })
    }

    fn certificate<'r>(
        &self,
        request: &'r HttpRequest,
    ) -> Result<Option<ForwardedCertificate<'r>>, Malformed> {
        let mut lines = request.headers().get_all(&self.certificate_header);
        let line = lines.next();
        if lines.next().is_some() {
            return Err(Malformed::RepeatedCertificate);
        }
        let text = line.map(header::HeaderValue::as_bytes).unwrap_or_default();
        let is_given = !text.is_empty() && self.is_verified(request);
        Ok(is_given.then(|| ForwardedCertificate::new(self.certificate_format, text)))
    }

    /// Whether the hop says that it checked the certificate; silence is enough unless required.
    fn is_verified(&self, request: &HttpRequest) -> bool {
        let Some(name) = &self.verify_header else {
            return true;
        };
        let mut lines = request.headers().get_all(name);
        match (lines.next(), lines.next()) {
            (None, _) => !self.require_verify,
            (Some(line), None) => line.as_bytes() == b"SUCCESS",
            (Some(_), Some(_)) => false,
        }
    }
}

/// The credentials of a well-formed request, none of them believed yet.
#[derive(Debug)]
pub struct Inbound<'r> {
    authorization: Authorization<'r>,
    certificate: Option<ForwardedCertificate<'r>>,
}

impl<'r> Inbound<'r> {
    /// Reads the credentials of `request`, which the hop has sent.
    ///
    /// # Errors
    /// [`Malformed`] for a token in the query, a repeated field or an `Authorization` field out of shape.
    pub fn read(
        request: &'r HttpRequest,
        _neighbour: Neighbour,
        hop: &Hop,
    ) -> Result<Self, Malformed> {
        if has_token_in_query(request.query_string()) {
            return Err(Malformed::TokenInQuery);
        }
        let lines = request.headers().get_all(header::AUTHORIZATION);
        let authorization = Authorization::read(lines.map(header::HeaderValue::as_bytes))?;
        let certificate = hop.certificate(request)?;
        Ok(Self {
            authorization,
            certificate,
        })
    }

    /// What the `Authorization` field holds.
    #[must_use]
    pub fn authorization(&self) -> Authorization<'r> {
        self.authorization
    }

    /// Whether there is anything to be judged: open data is for those who bring nothing, too.
    #[must_use]
    pub fn is_credentialed(&self) -> bool {
        !matches!(self.authorization, Authorization::Absent)
    }

    /// The certificate that the hop forwarded, if the consumer showed one.
    #[must_use]
    pub fn certificate(&self) -> Option<&ForwardedCertificate<'r>> {
        self.certificate.as_ref()
    }
}

/// Whether a parameter is named `access_token` once percent escapes are undone (RFC 6750 §2.3).
fn has_token_in_query(query: &str) -> bool {
    let names = query
        .split('&')
        .map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name));
    names
        .map(|name| percent_encoding::percent_decode_str(name))
        .any(|name| name.eq(*b"access_token"))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;
    use crate::edge::{Peer, Peers};

    fn neighbour() -> Neighbour {
        Peers::by_file_mode().admit(Peer::User(0)).unwrap()
    }

    fn hop(require_verify: bool) -> Hop {
        Hop {
            certificate_header: header::HeaderName::from_static("x-oe-client-cert"),
            certificate_format: CertificateFormat::PemUrlencoded,
            verify_header: Some(header::HeaderName::from_static("x-oe-client-verify")),
            require_verify,
        }
    }

    fn has_certificate(request: TestRequest, require_verify: bool) -> Result<bool, Malformed> {
        let request = request.to_http_request();
        Inbound::read(&request, neighbour(), &hop(require_verify))
            .map(|inbound| inbound.certificate().is_some())
    }

    /// Rows: BRR-6, FAPI1-B-3
    #[test]
    fn rfc6750_2_3_a_token_in_the_query_is_malformed_however_it_is_spelt() {
        for query in [
            "access_token=t",
            "a=1&access%5Ftoken=t",
            "access_token",
            "%61ccess_token=",
        ] {
            assert!(has_token_in_query(query), "{query}");
        }
        for query in [
            "",
            "Access_Token=t",
            "xaccess_token=t",
            "a=access_token",
            "access%255Ftoken=t",
        ] {
            assert!(!has_token_in_query(query), "{query}");
        }
    }

    /// Rows: CERT-1
    #[test]
    fn cert_1_one_line_is_a_certificate_none_or_empty_is_not_and_two_are_malformed() {
        let name = "x-oe-client-cert";
        assert_eq!(has_certificate(TestRequest::get(), false), Ok(false));
        assert_eq!(
            has_certificate(TestRequest::get().insert_header((name, "")), false),
            Ok(false)
        );
        assert_eq!(
            has_certificate(TestRequest::get().insert_header((name, "x")), false),
            Ok(true)
        );
        let twice = TestRequest::get()
            .append_header((name, "x"))
            .append_header((name, "x"));
        assert_eq!(
            has_certificate(twice, false),
            Err(Malformed::RepeatedCertificate)
        );
    }

    /// Rows: CERT-10
    #[test]
    fn ngx_20_a_certificate_that_the_hop_did_not_verify_is_not_taken() {
        let with = |verify: &'static str| {
            TestRequest::get()
                .insert_header(("x-oe-client-cert", "x"))
                .insert_header(("x-oe-client-verify", verify))
        };
        assert_eq!(has_certificate(with("SUCCESS"), true), Ok(true));
        for verify in ["NONE", "FAILED:certificate has expired", "success", ""] {
            assert_eq!(has_certificate(with(verify), false), Ok(false), "{verify}");
        }
        let silent = TestRequest::get().insert_header(("x-oe-client-cert", "x"));
        assert_eq!(has_certificate(silent, true), Ok(false));
    }

    /// Rows: CERT-13
    #[test]
    fn cert_13_the_header_of_another_format_is_noticed_and_not_taken() {
        let request = TestRequest::get()
            .insert_header(("client-cert", ":AAAA:"))
            .to_http_request();
        assert_eq!(
            hop(false).unexpected_certificate_header(&request),
            Some("client-cert")
        );
        assert!(
            Inbound::read(&request, neighbour(), &hop(false))
                .unwrap()
                .certificate()
                .is_none()
        );
    }

    /// Rows: LIM-1, LIM-2
    #[test]
    fn lim_1_and_2_target_and_header_block_are_bounded() {
        let limits = Limits::default();
        let target = |bytes: usize| {
            TestRequest::with_uri(&format!("/{}", "a".repeat(bytes - 1)))
                .insert_header(("host", "h"))
                .to_http_request()
        };
        assert_eq!(limits.admit(&target(8192)), Ok(()));
        let too_long = Err(Malformed::TargetTooLong {
            bytes: 8193,
            limit: 8192,
        });
        assert_eq!(limits.admit(&target(8193)), too_long);
        let block = |bytes: usize| {
            TestRequest::get()
                .insert_header(("host", "h"))
                .insert_header(("x", "a".repeat(bytes - 14)))
                .to_http_request()
        };
        assert_eq!(limits.admit(&block(65_536)), Ok(()));
        assert!(matches!(
            limits.admit(&block(65_537)),
            Err(Malformed::HeaderBlockTooLarge { .. })
        ));
    }

    /// Rows: HTTP-23
    #[test]
    fn rfc9112_3_2_exactly_one_host_is_wanted() {
        let limits = Limits::default();
        let request = |hosts: &[&'static str]| {
            let request = TestRequest::get();
            hosts
                .iter()
                .fold(request, |r, host| r.append_header(("host", *host)))
                .to_http_request()
        };
        assert_eq!(limits.admit(&request(&["h"])), Ok(()));
        for hosts in [&[][..], &["h", "h"]] {
            assert_eq!(
                limits.admit(&request(hosts)),
                Err(Malformed::HostMissingOrRepeated)
            );
        }
    }
}

//! One request as the proxy handed it over: its credentials.

use actix_web::{HttpRequest, http::header};

use super::{
    Authorization, ForwardedCertificate, Malformed, ProxyHeaders, TrustedProxy, Unverified,
};

/// The credentials of a well-formed request, none of them believed yet.
#[derive(Debug)]
pub struct Inbound<'r> {
    authorization: Authorization<'r>,
    certificate: Option<ForwardedCertificate<'r>>,
    unverified: Option<Unverified<'r>>,
}

impl<'r> Inbound<'r> {
    /// Reads the credentials of `request`, which the proxy has sent.
    ///
    /// # Errors
    /// [`Malformed`] for a token in the query, a repeated field or an `Authorization` field out of shape.
    pub fn read(
        request: &'r HttpRequest,
        _proxy: TrustedProxy,
        proxy_headers: &ProxyHeaders,
    ) -> Result<Self, Malformed> {
        if has_token_in_query(request.query_string()) {
            return Err(Malformed::TokenInQuery);
        }
        let lines = request.headers().get_all(header::AUTHORIZATION);
        let authorization = Authorization::read(lines.map(header::HeaderValue::as_bytes))?;
        let certificate = proxy_headers.certificate(request)?;
        let unverified = match certificate {
            Some(_) => None,
            None => proxy_headers.unverified(request),
        };
        Ok(Self {
            authorization,
            certificate,
            unverified,
        })
    }

    /// The content of the `Authorization` field.
    #[must_use]
    pub fn authorization(&self) -> Authorization<'r> {
        self.authorization
    }

    /// The certificate that the proxy forwarded, if the consumer showed one.
    #[must_use]
    pub fn certificate(&self) -> Option<&ForwardedCertificate<'r>> {
        self.certificate.as_ref()
    }

    /// The certificate that the consumer showed and the proxy did not find good; none beside one that it did.
    #[must_use]
    pub fn unverified(&self) -> Option<&Unverified<'r>> {
        self.unverified.as_ref()
    }
}

/// `true` when a parameter is named `access_token` once percent escapes are undone (RFC 6750 §2.3).
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
    use crate::edge::{CertificateFormat, Peer, Peers};

    fn proxy() -> TrustedProxy {
        Peers::by_file_mode().admit(Peer::User(0)).unwrap()
    }

    fn proxy_headers(require_verify: bool) -> ProxyHeaders {
        ProxyHeaders {
            certificate_header: header::HeaderName::from_static("x-oe-client-cert"),
            certificate_format: CertificateFormat::PemUrlencoded,
            verify_header: Some(header::HeaderName::from_static("x-oe-client-verify")),
            require_verify,
        }
    }

    fn has_certificate(request: TestRequest, require_verify: bool) -> Result<bool, Malformed> {
        let request = request.to_http_request();
        Inbound::read(&request, proxy(), &proxy_headers(require_verify))
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

    /// Rows: CERT-10, NGX-20
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
            proxy_headers(false).unexpected_certificate_header(&request),
            Some("client-cert")
        );
        assert!(
            Inbound::read(&request, proxy(), &proxy_headers(false))
                .unwrap()
                .certificate()
                .is_none()
        );
    }
}

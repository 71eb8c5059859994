//! Header fields of the proxy before the daemon, nginx or a balancer, by which it hands certificates over.

use actix_web::{
    HttpRequest,
    http::header::{HeaderName, HeaderValue},
};

use super::{CertificateFormat, ForwardedCertificate, Malformed, Unverified, VerificationFailure};

/// Header fields that the proxy sets for a consumer's certificate, and their format.
#[derive(Clone, Debug)]
pub struct ProxyHeaders {
    /// Field name of the certificate, in lower case.
    pub certificate_header: HeaderName,
    /// Its encoding.
    pub certificate_format: CertificateFormat,
    /// Field name of nginx's `$ssl_client_verify`, if the proxy sends it (NGX-20).
    pub verify_header: Option<HeaderName>,
    /// `true` when a certificate without the verify result beside it counts as absent.
    pub require_verify: bool,
}

impl ProxyHeaders {
    /// Field name of a certificate that failed the proxy's verification, in the format of a good one: it is named in
    /// the log and taken for nobody's.
    pub const UNVERIFIED: HeaderName = HeaderName::from_static("x-oe-client-cert-unverified");

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

    /// The certificate in `request`, when there is one and the proxy does not say that it failed.
    pub(super) fn certificate<'r>(
        &self,
        request: &'r HttpRequest,
    ) -> Result<Option<ForwardedCertificate<'r>>, Malformed> {
        let mut lines = request.headers().get_all(&self.certificate_header);
        let line = lines.next();
        if lines.next().is_some() {
            return Err(Malformed::RepeatedCertificate);
        }
        let text = line.map(HeaderValue::as_bytes).unwrap_or_default();
        let is_given = !text.is_empty() && self.is_verified(request);
        Ok(is_given.then(|| ForwardedCertificate::new(self.certificate_format, text)))
    }

    /// The certificate that the proxy says is bad; none when it does not say that in exactly one line.
    ///
    /// Where the proxy passes it on, for the log, under [`Self::UNVERIFIED`] or under the name of one that is good.
    pub(super) fn unverified<'r>(&self, request: &'r HttpRequest) -> Option<Unverified<'r>> {
        let verify = only(request, self.verify_header.as_ref()?)?;
        let failure = VerificationFailure::read(verify)?;
        let text =
            only(request, &Self::UNVERIFIED).or_else(|| only(request, &self.certificate_header));
        let certificate = text.map(|text| ForwardedCertificate::new(self.certificate_format, text));
        Some(Unverified::new(failure, certificate))
    }

    /// `true` when the proxy says that it checked the certificate; silence is enough unless required.
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

/// The value of the one line named `name` that `request` has, unless it is empty.
fn only<'r>(request: &'r HttpRequest, name: &HeaderName) -> Option<&'r [u8]> {
    let mut lines = request.headers().get_all(name);
    match (lines.next(), lines.next()) {
        (Some(line), None) => Some(line.as_bytes()).filter(|line| !line.is_empty()),
        _ => None,
    }
}

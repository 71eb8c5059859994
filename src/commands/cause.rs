//! Cause at the bottom of an error: outbound clients wrap it in layers of their own, which tell nobody what to mend.

use std::{error::Error, fmt};

use crate::token::TransportFault;

/// Prints the innermost source of an error, or the error itself when it has none; what the TLS library says, in
/// words.
pub(super) struct Cause<'e>(pub(super) &'e (dyn Error + 'static));

impl fmt::Display for Cause<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(fault) = TransportFault::of_tls(self.0) {
            return write!(f, "{fault}");
        }
        let mut innermost = self.0;
        while let Some(source) = innermost.source() {
            innermost = source;
        }
        write!(f, "{innermost}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("a layer of the client's")]
    struct Layer(#[source] Box<dyn Error>);

    #[test]
    fn what_the_tls_library_says_is_said_in_words() {
        let unknown = rustls::Error::from(rustls::CertificateError::UnknownIssuer);
        let wrapped = Layer(Box::new(std::io::Error::other(unknown)));
        assert_eq!(
            Cause(&wrapped).to_string(),
            "the certificate of the other side is not issued by an authority that is trusted here"
        );
    }

    #[test]
    fn the_innermost_source_is_printed_and_an_error_without_one_as_it_is() {
        let refused = || std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        let wrapped = Layer(Box::new(Layer(Box::new(refused()))));
        assert_eq!(Cause(&wrapped).to_string(), "connection refused");
        assert_eq!(Cause(&refused()).to_string(), "connection refused");
    }
}

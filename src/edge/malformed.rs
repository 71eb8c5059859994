//! Faults in the shape of a request.

/// Fault in the shape of a request, found before any of it is believed.
#[derive(
    Clone, Copy, Debug, Eq, PartialEq, thiserror::Error, strum::IntoStaticStr, strum::VariantNames,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Malformed {
    /// `Bearer` stands alone.
    #[error("no access token follows Bearer")]
    EmptyToken,
    /// A field line that is none, RFC 9112 §5.
    #[error("a header field is malformed")]
    Field,
    /// The head did not arrive whole in time.
    #[error("the head of the request stopped coming")]
    HeadLate,
    /// The header block is over [`Limits::header_bytes`](super::Limits::header_bytes).
    #[error("the header block has {bytes} octets, {limit} are taken")]
    HeaderBlockTooLarge {
        /// Bytes received.
        bytes: usize,
        /// Bytes taken.
        limit: usize,
    },
    /// HTTP/1.1 without exactly one `Host` line, RFC 9112 §3.2.
    #[error("the request needs exactly one Host field")]
    HostMissingOrRepeated,
    /// `Content-Length` or `Transfer-Encoding` that is repeated, contradicts the other or is not understood,
    /// RFC 9112 §6.
    #[error("the length of the body cannot be told")]
    Length,
    /// More than one `Authorization` line.
    #[error("Authorization is sent more than once")]
    RepeatedAuthorization,
    /// More than one line of the certificate header: the proxy sends one, so somebody else added one.
    #[error("the client-certificate header is sent more than once")]
    RepeatedCertificate,
    /// A request line without a method, or that is none, RFC 9112 §3.
    #[error("the request line is malformed")]
    RequestLine,
    /// White space or a comma inside the token.
    #[error("more than one token follows Bearer")]
    SeveralTokens,
    /// A byte in the target that has to be percent-encoded, RFC 9112 §3.2.
    #[error("the request target has a character that must be percent-encoded")]
    Target,
    /// The request target is over [`Limits::target_bytes`](super::Limits::target_bytes).
    #[error("the request target has {bytes} octets, {limit} are taken")]
    TargetTooLong {
        /// Bytes received.
        bytes: usize,
        /// Bytes taken.
        limit: usize,
    },
    /// `access_token` in the query: more than one method, RFC 6750 §2.
    #[error("an access token stands in the query")]
    TokenInQuery,
    /// More field lines than are taken.
    #[error("more than {limit} header fields are sent")]
    TooManyFields {
        /// Fields taken.
        limit: usize,
    },
    /// Not HTTP/1.1 or HTTP/1.0, or no version where it stands.
    #[error("the version of HTTP is not known")]
    Version,
}

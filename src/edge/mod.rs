//! edge: turns the socket and the header fields into [`Inbound`], and takes bodies in ([`Intake`]).
//!
//! Knows nginx's header names, the listening sockets and size limits.
//! Knows nothing of X.509, of what OAuth means, or of datasets.

mod accept_guard;
mod authorization;
mod body;
mod certificate;
mod charset;
mod chunks;
mod content_type;
mod head;
mod in_utf_8;
mod inbound;
mod intake;
mod interaction;
mod limits;
mod listen;
mod malformed;
mod networks;
mod peers;
mod proxy_headers;
mod screen;
mod sockets;
mod verification;

pub use accept_guard::AcceptGuard;
pub use authorization::{AccessToken, Authorization};
pub use body::Body;
pub use certificate::{CertificateFormat, CertificateSyntax, ForwardedCertificate};
pub use charset::{Charset, CharsetReader};
pub use content_type::ContentType;
pub use inbound::Inbound;
pub use intake::{Intake, NotTaken};
pub use interaction::InteractionId;
pub use limits::Limits;
pub use listen::{Listen, ListenError, Listener};
pub(crate) use listen::{guard_address, guard_directory, guard_path};
pub use malformed::Malformed;
pub use networks::{Network, NetworkError};
pub use peers::{Peer, Peers, TrustedProxy, UntrustedPeer};
pub use proxy_headers::ProxyHeaders;
pub use screen::{Screen, Unreadable};
pub use sockets::{Loopback, Sockets};
pub use verification::{Unverified, VerificationFailure};

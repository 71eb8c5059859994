//! edge: turns the socket and the header fields into [`Inbound`], and takes bodies in ([`Intake`]).
//!
//! Knows nginx's header names, the listening sockets, size limits and the clock.
//! Knows nothing of X.509, of what OAuth means, or of datasets.

mod authorization;
mod certificate;
mod inbound;
mod intake;
mod interaction;
mod listen;
mod sockets;

pub use authorization::{AccessToken, Authorization};
pub use certificate::{CertificateFormat, CertificateSyntax, ForwardedCertificate};
pub use inbound::{Hop, Inbound, Limits, Malformed};
pub use intake::{Body, Intake, NotTaken};
pub use interaction::InteractionId;
pub(crate) use listen::guard_directory;
pub use listen::{Listen, ListenError, Listener, Peers};
pub use sockets::{Loopback, Sockets};

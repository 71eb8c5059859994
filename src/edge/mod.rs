//! edge: turns the socket and the header fields into [`Inbound`], and takes bodies in ([`Intake`]).
//!
//! Knows nginx's header names, the listening sockets, size limits and the clock.
//! Knows nothing of X.509, of what OAuth means, or of datasets.

mod authorization;
mod certificate;
mod gate;
mod inbound;
mod intake;
mod interaction;
mod listen;
mod networks;
mod peers;
mod sockets;

pub use authorization::{AccessToken, Authorization};
pub use certificate::{CertificateFormat, CertificateSyntax, ForwardedCertificate};
pub use gate::Gate;
pub use inbound::{Hop, Inbound, Limits, Malformed};
pub use intake::{Body, Intake, NotTaken};
pub use interaction::InteractionId;
pub use listen::{Listen, ListenError, Listener};
pub(crate) use listen::{guard_address, guard_directory};
pub use networks::{Network, NetworkError};
pub use peers::{Neighbour, Peer, Peers, Stranger};
pub use sockets::{Loopback, Sockets};

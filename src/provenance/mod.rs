//! Provenance records of the IB1 trust framework (§16.3): signed steps that say where data came from, and under which
//! licence they went to whom.
//!
//! Knows records, steps, signatures and signers' certificates. Knows nothing of HTTP, tokens, rules or collections.

mod fault;
mod record;
mod sealed;
mod signer;
mod signing_key;
mod signing_text;
mod step;
mod verify;

pub use fault::{SignerError, SigningFault};
pub use record::{Element, Malformed, Record, SignatureBlock, SignedList};
pub use sealed::{SealKey, Sealed};
pub use signer::{SignedRecord, Signer};
pub use signing_key::{KeyFile, SigningKey};
pub use step::{Origin, StepId, Steps, Transfer};
pub use verify::{Unverified, VerifiedStep, verify};

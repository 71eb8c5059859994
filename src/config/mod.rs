//! The configuration, read once into final types.
//!
//! Unknown keys are faults, the strict choice is the default, and secrets come from files. What is
//! wrong is said with the file, the line and the remedy, before anything is started.

mod catalog;
mod consumers;
mod finding;
mod forms;
mod imports;
mod layer;
mod merge;
mod perils;
mod place;
mod places;
mod profile;
mod provenance;
mod reference;
mod renamed;
mod server;
mod source;
mod tokens;
mod values;
mod words;

pub use catalog::CatalogSettings;
pub use consumers::Consumers;
pub use finding::{Awaited, ConfigError, Finding, Severity};
pub use imports::ImportSettings;
pub use perils::PerilLimits;
pub use place::SettingPlace;
pub use places::SettingPlaces;
pub use profile::{Profile, ProfileName};
pub use provenance::{ProvenanceSettings, Recipient};
pub use server::{Server, User};
pub use tokens::{TokenKind, TokensTable};
pub use values::{Config, Directory, Introspection, Metrics, Paths};

/// The configuration with every key at its default, as it is shipped.
pub const REFERENCE: &str = include_str!("../../deploy/perild.toml");

/// Path of the configuration when neither `--config` nor `PERILD_CONFIG` says otherwise.
pub const DEFAULT_PATH: &str = "/etc/perild/perild.toml";

/// The shipped defaults, which are read first where the package has put them.
pub const SHIPPED_PATH: &str = "/usr/share/perild/perild.toml";

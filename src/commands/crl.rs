//! `perild crl`: fetches newer revocation lists from where they are published, and puts those in place
//! that are better than what is there.

mod fetch;
mod shelf;

use std::{
    collections::BTreeSet,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Args;
use rustls_pki_types::{CertificateDer, pem::PemObject};
use url::Url;

use self::shelf::{Shelf, Verdict};
use super::{
    reload::{self, ReloadArgs, ReloadError},
    serve::{CONFIGURATION, config_path},
};
use crate::{
    caller::{AnchorsError, TrustAnchors, published_at},
    clock::Timestamp,
    config::{Config, ConfigError},
};

/// Arguments of `perild crl`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Example:\n  perild crl --reload\n\n\
    A list is put in place of an older one of the same issuer and scope, in the files of\n\
    consumers.revocation_lists, when a CA of consumers.trust_anchors has signed it and it is in\n\
    force now. Exit code 1 when a list could not be had or was no good; what is there then stays.")]
pub struct CrlArgs {
    /// The configuration [default: $PERILD_CONFIG, then /etc/perild/perild.toml]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Ask the running daemon to take what has changed
    #[arg(long)]
    pub reload: bool,
}

/// Why not every list is as new as it could be.
#[derive(Debug, thiserror::Error)]
pub enum CrlError {
    /// Who signs the lists is not known.
    #[error("cannot use {}: {source}; perild check says more", .path.display())]
    Anchors {
        /// `consumers.trust_anchors`.
        path: PathBuf,
        /// What is wrong with it.
        source: AnchorsError,
    },
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Some addresses gave nothing better; each is named on a line of its own.
    #[error("{refused} of {asked} addresses gave no list that can be used; what was there stays")]
    Incomplete {
        /// How many were asked.
        asked: usize,
        /// How many gave nothing.
        refused: usize,
    },
    /// A connection or standard output failed.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The daemon does not take the new lists.
    #[error("the lists are in place and not in use: {0}")]
    Reload(#[from] ReloadError),
    /// A file of the configuration could not be read.
    #[error("cannot read {}: {source}; perild check says more", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is no room for a file of lists, or its folder is not ours.
    #[error("cannot write {}: {source}; what was there stays, see df -h and ls -l", .path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl CrlError {
    /// 78 when the configuration is at fault, else 1.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Anchors { .. } | Self::Config(_) | Self::Unreadable { .. } => {
                ExitCode::from(CONFIGURATION)
            }
            Self::Incomplete { .. } | Self::Io(_) | Self::Reload(_) | Self::Unwritable { .. } => {
                ExitCode::FAILURE
            }
        }
    }
}

/// Fetches every list once, and says of each what became of it.
///
/// # Errors
/// [`CrlError`]; a good list that was found is in place all the same.
pub fn run(args: &CrlArgs) -> Result<(), CrlError> {
    let (config, _) = Config::read(&config_path(args.config.as_deref()))?;
    let consumers = &config.consumers;
    if consumers.revocation_lists.is_empty() {
        say("consumers.revocation_lists is empty: there is nothing to keep new")?;
        return Ok(());
    }
    let path = &consumers.trust_anchors;
    let pem = std::fs::read(path).map_err(|source| CrlError::Unreadable {
        path: path.clone(),
        source,
    })?;
    let anchors = || {
        TrustAnchors::from_pem(&pem).map_err(|source| CrlError::Anchors {
            path: consumers.trust_anchors.clone(),
            source,
        })
    };
    anchors()?;
    let now = Timestamp::now();
    let mut shelves = Vec::new();
    for path in &consumers.revocation_lists {
        shelves.push(Shelf::read(path, &anchors()?));
    }
    let addresses = addresses(&config, &pem, &shelves);
    let mut refused = 0;
    for (url, fetched) in fetch::all(&addresses)? {
        let verdict = match fetched {
            Ok(octets) => shelf::place(&mut shelves, octets, &anchors()?, now),
            Err(reason) => Verdict::Refused(reason),
        };
        if let Verdict::Refused(_) = verdict {
            refused += 1;
        }
        say(&format!("{url}: {verdict}"))?;
    }
    let mut has_changed = false;
    for shelf in &shelves {
        has_changed |= shelf.write().map_err(|source| CrlError::Unwritable {
            path: shelf.path().to_owned(),
            source,
        })?;
    }
    if has_changed && args.reload {
        take_over()?;
    }
    if refused > 0 {
        let asked = addresses.len();
        return Err(CrlError::Incomplete { asked, refused });
    }
    Ok(())
}

/// Every http address that certificates, lists and the configuration name.
fn addresses(config: &Config, anchors_pem: &[u8], shelves: &[Shelf]) -> BTreeSet<Url> {
    let own = std::fs::read(&config.directory.certificate).unwrap_or_default();
    let certificates = [anchors_pem, &own];
    let certificates = certificates
        .into_iter()
        .flat_map(CertificateDer::pem_slice_iter)
        .filter_map(Result::ok);
    let named = certificates.flat_map(|der| published_at(&der));
    let named = named.chain(shelves.iter().flat_map(Shelf::points));
    named
        .filter_map(|address| Url::parse(&address).ok())
        .chain(config.consumers.revocation_urls.iter().cloned())
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .collect()
}

/// A daemon that is not running reads the lists when it starts.
fn take_over() -> Result<(), CrlError> {
    match reload::run(&ReloadArgs { socket: None }) {
        Ok(()) => Ok(say("the daemon has taken the new lists")?),
        Err(ReloadError::Away { source, .. })
            if matches!(
                source.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
            ) =>
        {
            Ok(say("the daemon is not running")?)
        }
        // Its successor is started after the lists were in place.
        Err(ReloadError::Ended) => Ok(say("the daemon has ended meanwhile")?),
        Err(error) => Err(error.into()),
    }
}

fn say(line: &str) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{line}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_that_are_not_there_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("perild.toml");
        let text = "[directory]\nissuer = \"https://as.example/\"\nclient_id = \"provider\"\n\
            [consumers]\ntrust_anchors = \"/nonexistent/ca.pem\"\nrevocation_lists = [\"/nonexistent/a.crl\"]\n";
        std::fs::write(&config, text).unwrap();
        let refused = run(&CrlArgs {
            config: Some(config),
            reload: false,
        });
        let said = refused.unwrap_err().to_string();
        assert!(said.contains("/nonexistent/ca.pem"), "{said}");
    }
}

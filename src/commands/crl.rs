//! `perild crl`: fetches newer revocation lists from where they are published, and puts those in place
//! that are better than what is there.

mod completeness;
mod crl_file;
mod fetch;
mod sources;
mod update;

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use clap::Args;

use self::{
    completeness::Failed,
    crl_file::{CrlFile, StoredCrl},
    fetch::Fetcher,
    sources::Sources,
    update::{Update, update},
};
use super::{
    reload::{self, ReloadArgs, ReloadError},
    serve::{CONFIGURATION, config_path},
};
use crate::{
    caller::{AnchorsError, RevocationList, RevocationListFault, TrustAnchors},
    clock::Timestamp,
    config::{Config, ConfigError},
};

/// Arguments of `perild crl`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Example:\n  perild crl --reload\n\n\
    A list is put in place of an older one of the same issuer and scope, in the files of\n\
    consumers.revocation_lists, when a CA of consumers.trust_anchors has signed it and it is in\n\
    force now; comments and other PEM blocks stay. Exit code 1 when a list could not be had from any of its\n\
    addresses, or ends soon and no address is known; what is there then stays.")]
pub struct CrlArgs {
    /// The configuration [default: $PERILD_CONFIG, then /etc/perild/perild.toml]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Ask the running daemon to take what has changed
    #[arg(long)]
    pub reload: bool,
}

/// Reason why not every list is as new as it could be.
#[derive(Debug, thiserror::Error)]
pub enum CrlError {
    /// The signers of the lists are not known.
    #[error("cannot use {}: {source}; perild check says more", .path.display())]
    Anchors {
        /// `consumers.trust_anchors`.
        path: PathBuf,
        /// Its fault.
        source: AnchorsError,
    },
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Some lists are not as new as they should be; what each address gave is on a line of its own.
    #[error("{}; what was there stays", .missing.join("; "))]
    Incomplete {
        /// The lists, and what is known of them.
        missing: Vec<String>,
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
        /// The system's error.
        source: io::Error,
    },
    /// There is no room for a file of lists, or its folder is not ours.
    #[error("cannot write {}: {source}; what was there stays, see df -h and ls -l", .path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The system's error.
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

/// Rules by which lists are judged.
struct Rules<'a> {
    anchors: &'a TrustAnchors,
    max_age: Option<Duration>,
    now: Timestamp,
}

impl Rules<'_> {
    /// Reads one list in DER.
    fn read(&self, der: Vec<u8>) -> Result<StoredCrl, RevocationListFault> {
        let list = RevocationList::read("the answer", &der, self.anchors, self.max_age)?;
        Ok(StoredCrl {
            der,
            is_confirmed: false,
            list,
        })
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
    let pem = std::fs::read(path).map_err(unreadable(path))?;
    let anchors = TrustAnchors::from_pem(&pem).map_err(|source| CrlError::Anchors {
        path: path.clone(),
        source,
    })?;
    let rules = Rules {
        anchors: &anchors,
        max_age: consumers.crl_max_age(),
        now: Timestamp::now(),
    };
    let mut files = Vec::new();
    for path in &consumers.revocation_lists {
        files.push(CrlFile::read(path, &rules).map_err(unreadable(path))?);
    }
    let sources = Sources::of(&config, &pem, &files);
    let failed = fetch_all(&sources, &mut files, &rules)?;
    let has_changed = write(&files)?;
    if has_changed && args.reload {
        take_over()?;
    }
    let missing = completeness::missing(&files, &sources, &failed, &rules);
    if missing.is_empty() {
        Ok(())
    } else {
        Err(CrlError::Incomplete { missing })
    }
}

/// Asks every address and puts what it gives in place; the result are the addresses that failed.
fn fetch_all<'s>(
    sources: &'s Sources,
    files: &mut [CrlFile],
    rules: &Rules<'_>,
) -> io::Result<Failed<'s>> {
    for address in &sources.unusable {
        say(&format!(
            "{address}: not asked, lists are fetched from http and https addresses only"
        ))?;
    }
    let mut failed = Failed::new();
    let fetcher = Fetcher::new()?;
    for (url, issuers) in &sources.addresses {
        let updates = match fetcher.get(url) {
            Ok(answer) => update(files, &answer, rules),
            Err(reason) => vec![Update::refused(reason)],
        };
        for update in &updates {
            say(&format!("{url}: {update}"))?;
        }
        if updates.iter().any(Update::is_refused) {
            failed.insert(url, issuers);
        }
    }
    Ok(failed)
}

fn write(files: &[CrlFile]) -> Result<bool, CrlError> {
    let mut has_changed = false;
    for file in files {
        let path = file.path();
        has_changed |= file.write().map_err(|source| CrlError::Unwritable {
            path: path.to_owned(),
            source,
        })?;
        for left_out in file.left_out() {
            say(&format!("{}: not usable: {left_out}", path.display()))?;
        }
    }
    Ok(has_changed)
}

fn unreadable(path: &Path) -> impl FnOnce(io::Error) -> CrlError {
    move |source| CrlError::Unreadable {
        path: path.to_owned(),
        source,
    }
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

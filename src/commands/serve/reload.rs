//! SIGHUP, or a request at the control socket: a new site, whole or not at all.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
};

use tokio::runtime::Handle;

use super::ServeError;
use crate::{
    app::{Perild, Site},
    config::Config,
    service::{Notify, RELOADED},
};

/// What a reload needs to know of the start.
#[derive(Debug)]
pub(super) struct Reload {
    path: PathBuf,
    config: Config,
}

impl Reload {
    pub(super) fn new(path: PathBuf, config: Config) -> Self {
        Self { path, config }
    }

    /// Takes the configuration as it is now, or keeps the old one and says why.
    ///
    /// Gives the outcome for one who waits: [`RELOADED`], or the reason.
    pub(super) fn run(&mut self, perild: &Perild) -> String {
        Notify::Reloading.send();
        let taken = survived(|| self.take(perild));
        if let Some(metrics) = perild.metrics() {
            metrics.reloaded(taken.is_ok());
        }
        match taken {
            Ok(()) => {
                tracing::info!("reloaded {}", self.path.display());
                if hands_over() {
                    tracing::info!("reloaded{OF_THE_START}");
                }
                Notify::Ready("serving").send();
                RELOADED.to_owned()
            }
            Err(error) => {
                let error = format!("{error}{}", if hands_over() { OF_THE_START } else { "" });
                tracing::error!("reload failed, the old configuration stays: {error}");
                Notify::Ready("serving; the last reload failed and the old configuration stays, see the journal").send();
                error
            }
        }
    }

    fn take(&mut self, perild: &Perild) -> Result<(), ServeError> {
        let (config, parts) = super::read(&self.path)?;
        let present = perild.site();
        let site = Site::assemble(parts, Some(&present), &Handle::current())?;
        self.warn_of_restart(&config);
        perild.log().on_overflow(config.log.on_overflow);
        perild.replace(site);
        self.config = config;
        Ok(())
    }

    fn warn_of_restart(&self, config: &Config) {
        let (old, new) = (&self.config, config);
        let needs_restart = [
            ("listen", old.listen != new.listen),
            ("metrics.listen", old.metrics.listen != new.metrics.listen),
            ("server.workers", old.server.workers != new.server.workers),
            (
                "server.shutdown_seconds",
                old.server.shutdown_seconds != new.server.shutdown_seconds,
            ),
        ];
        for (key, _) in needs_restart.iter().filter(|(_, has_changed)| *has_changed) {
            tracing::warn!("{key} has changed; it holds from the next restart on");
        }
    }
}

/// Whether systemd has handed files over (`LoadCredential=`): copies of the start, which no reload makes anew.
fn hands_over() -> bool {
    #[expect(
        clippy::disallowed_methods,
        reason = "systemd names the folder of what it hands over in the environment"
    )]
    let folder = std::env::var_os("CREDENTIALS_DIRECTORY");
    folder.is_some()
}

/// Said after the outcome of a reload; the source of such a file is root's alone, so no change of it can be seen.
const OF_THE_START: &str = "; what systemd hands over by LoadCredential= is as it was at the start, and newer from \
    `systemctl restart perild` on, which loses no request";

/// A panic is a reload that failed: the task that it ends otherwise is the one that hears of a stop as well.
fn survived(take: impl FnOnce() -> Result<(), ServeError>) -> Result<(), ServeError> {
    catch_unwind(AssertUnwindSafe(take)).unwrap_or(Err(ServeError::Fault))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_reload_that_failed() {
        assert!(survived(|| Ok(())).is_ok());
        let failed = survived(|| panic!("a file that nobody thought of"));
        assert!(matches!(failed, Err(ServeError::Fault)));
    }
}

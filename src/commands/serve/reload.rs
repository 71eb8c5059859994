//! SIGHUP, or a request at the control socket: a new site, whole or not at all.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
};

use tokio::runtime::Handle;

use super::{
    ServeError,
    reading::{self, Examined},
    waiting::{self, Found, Wait},
};
use crate::{
    app::{Perild, Present, Site},
    clock::Timestamp,
    config::Config,
    dataset::tables::Tables,
    import::{Bounds, Unattended},
    service::{Notify, RELOADED, give_back_memory},
};

/// Facts of the start that a reload needs, and those that a start still waits for.
#[derive(Debug)]
pub(super) struct Reload {
    path: PathBuf,
    config: Config,
    wait: Option<Wait>,
    unattended: Unattended,
}

impl Reload {
    /// The first state to answer from: a site, or what there is to wait for.
    ///
    /// # Errors
    /// What only a person can mend.
    pub(super) fn begin(
        path: PathBuf,
        config: &Config,
        examined: Examined,
        unattended: Unattended,
    ) -> Result<(Present, Self), ServeError> {
        let (present, wait) = if examined.parts.is_some() {
            let parts = examined.into_parts()?;
            let site = Site::assemble(parts, None, &Handle::current())?;
            look(&unattended, &site, config);
            (site.into(), None)
        } else {
            let (wait, waiting) = Wait::begin(config, examined.errors)?;
            (waiting.into(), Some(wait))
        };
        let config = config.clone();
        let reload = Self {
            path,
            config,
            wait,
            unattended,
        };
        Ok((present, reload))
    }

    /// Serves the tables that there are now; nothing else is read anew.
    pub(super) fn renew(&self, perild: &Perild) {
        let present = perild.present();
        let Some(site) = present.site() else {
            return;
        };
        let renewed = catch_unwind(AssertUnwindSafe(|| {
            let tables = Tables::open(&self.config.paths.state, Some(&site.tables));
            for damaged in tables.damaged() {
                tracing::error!("{damaged}");
            }
            site.with_tables(tables, Timestamp::now())
        }));
        if let Ok(site) = renewed {
            perild.replace(site.into());
            drop(present);
            give_back_memory();
        } else {
            tracing::error!("{}", ServeError::Fault);
        }
    }

    /// Gives up imports that nobody has asked for.
    pub(super) fn stop_imports(&self) {
        self.unattended.stop();
    }

    /// Ends when it is time to look again at what a start waits for; never when it waits for nothing.
    pub(super) async fn due(&self) {
        match &self.wait {
            Some(wait) => wait.over().await,
            None => std::future::pending().await,
        }
    }

    /// Looks again at what is waited for, and serves once it is there.
    ///
    /// # Errors
    /// What only a person can mend.
    pub(super) fn look_again(&mut self, perild: &Perild) -> Result<(), ServeError> {
        match survived(|| self.take_what_has_come(perild)) {
            Err(ServeError::Fault) => {
                tracing::error!("{}", ServeError::Fault);
                Ok(())
            }
            looked => looked,
        }
    }

    fn take_what_has_come(&mut self, perild: &Perild) -> Result<(), ServeError> {
        let Some(wait) = &mut self.wait else {
            return Ok(());
        };
        match wait.look(&self.path)? {
            Found::All(found) => {
                let (config, examined) = *found;
                self.put_in_place(config, examined, perild)?;
                tell(perild);
            }
            Found::Missing(waiting) => {
                waiting::tell(&waiting);
                perild.replace(waiting.into());
            }
            Found::Unclear => {}
        }
        Ok(())
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
                give_back_memory();
                tracing::info!("reloaded {}", self.path.display());
                if hands_over() {
                    tracing::info!("reloaded{OF_THE_START}");
                }
                Notify::Ready(SERVING).send();
                RELOADED.to_owned()
            }
            Err(error) => {
                let error = format!("{error}{}", if hands_over() { OF_THE_START } else { "" });
                tracing::error!("reload failed, the old configuration stays: {error}");
                match &*perild.present() {
                    Present::Site(site) => {
                        site.audit.reopen();
                        Notify::Ready(FAILED).send();
                    }
                    Present::Waiting(waiting) => waiting::tell(waiting),
                }
                error
            }
        }
    }

    fn take(&mut self, perild: &Perild) -> Result<(), ServeError> {
        let present = perild.present();
        let previous = present.site().map(Site::previous);
        let (config, examined) = reading::examined(&self.path, previous)?;
        self.put_in_place(config, examined, perild)
    }

    fn put_in_place(
        &mut self,
        config: Config,
        examined: Examined,
        perild: &Perild,
    ) -> Result<(), ServeError> {
        let parts = examined.into_parts()?;
        let present = perild.present();
        let site = Site::assemble(parts, present.site(), &Handle::current())?;
        self.warn_of_restart(&config);
        perild.log().on_overflow(config.log.on_overflow);
        look(&self.unattended, &site, &config);
        perild.replace(site.into());
        self.config = config;
        self.wait = None;
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

/// Has what is new in the folder of the data imported.
fn look(unattended: &Unattended, site: &Site, config: &Config) {
    let bounds = Bounds {
        shared_data: config.paths.shared_data.clone(),
        state: config.paths.state.clone(),
        most_bytes: config.import.unattended_bytes,
    };
    unattended.look(&site.catalog, &site.tables, &bounds);
}

/// `true` when systemd has handed files over (`LoadCredential=`): copies of the start, which no reload makes anew.
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

const SERVING: &str = "serving";
const FAILED: &str =
    "serving; the last reload failed and the old configuration stays, see the journal";

/// Tells systemd and the log how `perild` is.
pub(super) fn tell(perild: &Perild) {
    match &*perild.present() {
        Present::Site(_) => {
            Notify::Ready(SERVING).send();
            tracing::info!("perild {} serves", env!("CARGO_PKG_VERSION"));
        }
        Present::Waiting(waiting) => waiting::tell(waiting),
    }
}

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

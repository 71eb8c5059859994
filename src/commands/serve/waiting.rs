//! A start that waits: what may mend itself is looked at again, from one second to fifteen apart.
//!
//! What only a person can mend ends a start at once. While one waits, the same is believed when it is
//! found twice: a file that is being copied is half there for a moment.

use std::{path::Path, time::Duration};

use tokio::time::{Instant, sleep_until};

use super::reading::{self, Examined};
use crate::{
    app::Waiting,
    config::{Config, ConfigError, Finding},
    service::Notify,
};

/// The next look at what is missing, and what the last one found.
#[derive(Debug)]
pub(super) struct Wait {
    said: Vec<Finding>,
    pause: Duration,
    next: Instant,
    refusals: u32,
}

/// Outcome of a look.
pub(super) enum Found {
    /// All that is needed.
    All(Box<(Config, Examined)>),
    /// Still something that may mend itself.
    Missing(Waiting),
    /// Findings that only a person can mend, once; it may be half of a change.
    Unclear,
}

impl Wait {
    /// Begins to wait for what would mend `faults`, or hands them back where only a person can.
    pub(super) fn begin(
        config: &Config,
        faults: Vec<Finding>,
    ) -> Result<(Self, Waiting), ConfigError> {
        let Some(waiting) = Waiting::new(config, &faults) else {
            return Err(ConfigError::Faults(faults));
        };
        let mut wait = Self {
            said: Vec::new(),
            pause: SHORTEST,
            next: Instant::now() + SHORTEST,
            refusals: 0,
        };
        wait.say(faults);
        Ok((wait, waiting))
    }

    /// Ends when it is time for the next look.
    pub(super) async fn over(&self) {
        sleep_until(self.next).await;
    }

    /// Looks again at what the configuration at `path` names.
    ///
    /// # Errors
    /// What only a person can mend, found a second time.
    pub(super) fn look(&mut self, path: &Path) -> Result<Found, ConfigError> {
        self.pause = (self.pause * 2).min(LONGEST);
        self.next = Instant::now() + self.pause;
        match self.found(path) {
            Ok(found) => {
                self.refusals = 0;
                Ok(found)
            }
            Err(error) if self.refusals == 0 => {
                tracing::warn!("what was missing is there, and is not as it should be: {error}");
                self.refusals = 1;
                Ok(Found::Unclear)
            }
            Err(error) => Err(error),
        }
    }

    fn found(&mut self, path: &Path) -> Result<Found, ConfigError> {
        let (config, examined) = reading::examined(path, None)?;
        if examined.parts.is_some() {
            return Ok(Found::All(Box::new((config, examined))));
        }
        let Some(waiting) = Waiting::new(&config, &examined.errors) else {
            return Err(ConfigError::Faults(examined.errors));
        };
        self.say(examined.errors);
        Ok(Found::Missing(waiting))
    }

    /// In the journal when it is not what was said last.
    fn say(&mut self, faults: Vec<Finding>) {
        if faults == self.said {
            return;
        }
        for fault in &faults {
            tracing::error!("{}: {}; {}", fault.place, fault.finding, fault.remedy);
        }
        tracing::warn!(
            "perild is up and answers 503 until this is mended; it looks again by itself"
        );
        self.said = faults;
    }
}

/// Status that `systemctl status perild` shows meanwhile.
pub(super) fn tell(waiting: &Waiting) {
    let status = format!("not ready, and looks again by itself: waits for {waiting}");
    Notify::Ready(&status).send();
}

const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(15);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Awaited, REFERENCE, Severity};

    fn fault(awaited: Option<Awaited>) -> Finding {
        let place = crate::config::SettingPlace::Outside("test".to_owned());
        Finding::new(Severity::Error, place, "so", "").awaiting(awaited)
    }

    #[tokio::test]
    async fn what_only_a_person_can_mend_is_believed_when_it_is_found_twice() {
        let (config, _) = Config::parse("shipped".as_ref(), REFERENCE, Vec::new()).unwrap();
        let begun = Wait::begin(&config, vec![fault(None), fault(Some(Awaited::Clock))]);
        assert!(matches!(begun, Err(ConfigError::Faults(faults)) if faults.len() == 2));

        let (mut wait, _) = Wait::begin(&config, vec![fault(Some(Awaited::File))]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("perild.toml");
        std::fs::write(&path, "half of a ").unwrap();
        assert!(matches!(wait.look(&path), Ok(Found::Unclear)));
        assert!(matches!(wait.look(&path), Err(ConfigError::Syntax(_))));
    }

    #[tokio::test]
    async fn the_pause_grows_to_a_quarter_of_a_minute() {
        let (config, _) = Config::parse("shipped".as_ref(), REFERENCE, Vec::new()).unwrap();
        let (mut wait, _) = Wait::begin(&config, vec![fault(Some(Awaited::File))]).unwrap();
        let mut pauses = Vec::new();
        for _ in 0..6 {
            pauses.push(wait.pause.as_secs());
            let _ = wait.look("/nonexistent/perild.toml".as_ref());
        }
        assert_eq!(pauses, [1, 2, 4, 8, 15, 15]);
    }
}

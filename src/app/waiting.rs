//! A daemon that is up and has nothing to answer from yet: something is missing that may come by itself.

use std::fmt;

use super::examine;
use crate::{
    config::{Config, Finding},
    edge::{Limits, Peers},
};

/// Peers that may connect meanwhile, and what is waited for.
#[derive(Debug)]
pub struct Waiting {
    pub(super) peers: Peers,
    pub(super) limits: Limits,
    wants: String,
}

impl Waiting {
    /// Waits for what would mend `faults`; none when one of them, or nothing, is a person's to mend.
    #[must_use]
    pub fn new(config: &Config, faults: &[Finding]) -> Option<Self> {
        let mut wants = Vec::new();
        for fault in faults {
            let want = format!("{} ({})", fault.place.setting(), fault.awaits?);
            if !wants.contains(&want) {
                wants.push(want);
            }
        }
        (!wants.is_empty()).then(|| Self {
            peers: examine::peers(&config.server),
            limits: Limits::default(),
            wants: wants.join(", "),
        })
    }
}

/// The settings by their names, which are no secret, and what is the matter with each.
impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.wants)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::{Awaited, REFERENCE, SettingPlace, Severity};

    fn fault(key: &str, awaited: Option<Awaited>) -> Finding {
        let place = SettingPlace::File {
            path: "/etc/perild/perild.toml".into(),
            line: 3,
            key: key.to_owned(),
        };
        let finding = "cannot read /etc/perild/certs/a.pem";
        Finding::new(Severity::Error, place, finding, "").awaiting(awaited)
    }

    #[test]
    fn only_what_may_mend_itself_is_waited_for_and_no_path_is_said() {
        let (config, _) = Config::parse(Path::new("shipped"), REFERENCE, Vec::new()).unwrap();
        let waiting = |faults: &[Finding]| Waiting::new(&config, faults).map(|w| w.to_string());
        let certificate = fault("directory.certificate", Some(Awaited::File));
        let folder = fault("paths.shared_data", Some(Awaited::Folder));
        let rule = fault("datasets[0].name", None);
        assert_eq!(
            waiting(&[certificate.clone(), certificate.clone(), folder]).unwrap(),
            "directory.certificate (a file that cannot be had yet), \
             paths.shared_data (a folder that cannot be had yet)"
        );
        assert_eq!(waiting(&[certificate, rule]), None);
        assert_eq!(waiting(&[]), None);
    }
}

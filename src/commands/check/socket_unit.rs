//! The unit by which systemd hands the daemon its socket, systemd.socket(5).

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    net::{Ipv6Addr, SocketAddr},
    path::{Path, PathBuf},
};

use crate::{
    config::DEFAULT_PATH,
    edge::{Network, guard_address},
};

/// Settings of `perild.socket` about listening, its drop-ins included.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct SocketUnit {
    /// `Accept=`: a process for each connection.
    accepts: bool,
    /// `ListenStream=`.
    streams: Vec<String>,
}

impl SocketUnit {
    /// The unit that hands over to the daemon of the configuration at `path`, with its name; where systemd runs.
    pub(super) fn of(path: &Path) -> Option<(String, Self)> {
        let unit = unit_of(path).filter(|_| Path::new(BOOTED).exists())?;
        let name = format!("{unit}.socket");
        let found = Self::read(&FOLDERS.map(PathBuf::from), &name)?;
        Some((name, found))
    }

    /// Reads the unit `name`, or what it is an instance of, from the first of `folders` that has it, and its drop-ins
    /// from all of them.
    fn read(folders: &[PathBuf], name: &str) -> Option<Self> {
        let names: Vec<_> = template(name)
            .into_iter()
            .chain([name.to_owned()])
            .collect();
        let unit = folders.iter().find_map(|folder| {
            let mut texts = names.iter().rev();
            texts.find_map(|name| fs::read_to_string(folder.join(name)).ok())
        })?;
        let mut found = Self::default();
        found.take(&unit);
        for drop_in in drop_ins(folders, &names).into_values() {
            found.take(&fs::read_to_string(drop_in).unwrap_or_default());
        }
        Some(found)
    }

    /// Takes over what `text` sets; an empty value takes back what was set before.
    fn take(&mut self, text: &str) {
        for line in text.lines() {
            let Some((key, value)) = line.split_once('=') else {
                continue;
            };
            match (key.trim(), value.trim()) {
                ("Accept", value) => {
                    let value = value.to_ascii_lowercase();
                    self.accepts = ["1", "yes", "y", "true", "t", "on"].contains(&value.as_str());
                }
                ("ListenStream", "") => self.streams.clear(),
                ("ListenStream", value) => self.streams.push(value.to_owned()),
                _ => (),
            }
        }
    }

    /// Finding on why the daemon would end at once with what this hands over, and what would help.
    pub(super) fn faults(&self, trusted: &[Network]) -> Vec<(String, &'static str)> {
        let mut faults = Vec::new();
        if self.accepts {
            let finding = "Accept=yes hands over one connection at a time, and the daemon answers all of them".to_owned();
            faults.push((finding, "set Accept=no, then systemctl daemon-reload"));
        }
        if self.streams.is_empty() {
            let finding = "there is no ListenStream=, so nothing is handed over".to_owned();
            faults.push((finding, "set ListenStream=/run/perild/perild.sock"));
        }
        for stream in &self.streams {
            if stream.starts_with('/') && stream.len() > LONGEST_PATH {
                let bytes = stream.len();
                let finding = format!(
                    "ListenStream={stream} has {bytes} octets, and a socket's path has {LONGEST_PATH} at most"
                );
                faults.push((finding, "give it a shorter one"));
            }
            let refused = address(stream).and_then(|address| guard_address(address, trusted).err());
            if let Some(refused) = refused {
                faults.push((format!("ListenStream={stream}: {refused}"), ""));
            }
        }
        faults
    }
}

/// The unit, without `.service`, whose daemon is started with the configuration at `path`: perild, or perild@WORD.
pub(super) fn unit_of(path: &Path) -> Option<String> {
    if path == Path::new(DEFAULT_PATH) {
        return Some("perild".to_owned());
    }
    let word = path
        .to_str()?
        .strip_prefix("/etc/perild-")?
        .strip_suffix("/perild.toml")?;
    (!word.contains('/')).then(|| format!("perild@{word}"))
}

/// Template that a unit is an instance of, systemd.unit(5).
fn template(name: &str) -> Option<String> {
    let (prefix, instance) = name.split_once('@')?;
    let (_, kind) = instance.rsplit_once('.')?;
    Some(format!("{prefix}@.{kind}"))
}

/// An address that is listened on over TCP; a port alone is one on all addresses.
fn address(stream: &str) -> Option<SocketAddr> {
    let port = stream.parse().ok();
    let everywhere = port.map(|port: u16| SocketAddr::from((Ipv6Addr::UNSPECIFIED, port)));
    everywhere.or_else(|| stream.parse().ok())
}

/// Drop-ins of these units by name, each from the first of `folders` that has one of that name.
fn drop_ins(folders: &[PathBuf], units: &[String]) -> BTreeMap<OsString, PathBuf> {
    let mut found = BTreeMap::new();
    let places = units
        .iter()
        .flat_map(|unit| folders.iter().map(move |folder| (unit, folder)));
    for (unit, folder) in places {
        let entries = fs::read_dir(folder.join(format!("{unit}.d")));
        for entry in entries.into_iter().flatten().flatten() {
            if entry
                .path()
                .extension()
                .is_some_and(|extension| extension == "conf")
            {
                found
                    .entry(entry.file_name())
                    .or_insert_with(|| entry.path());
            }
        }
    }
    found
}

/// There while systemd runs, `sd_booted(3)`.
const BOOTED: &str = "/run/systemd/system";

/// Folders of units, the first to be believed first, systemd.unit(5).
const FOLDERS: [&str; 5] = [
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];

/// unix(7)
const LONGEST_PATH: usize = 107;

#[cfg(test)]
mod tests {
    use super::*;

    /// The faults of the shipped unit with these drop-ins, by their names.
    fn faults(drop_ins: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd");
        let own = folder.path().to_owned();
        let below = own.join("perild.socket.d");
        fs::create_dir(&below).unwrap();
        for (name, text) in drop_ins {
            fs::write(below.join(name), text).unwrap();
        }
        let unit = SocketUnit::read(&[own, shipped], "perild.socket").unwrap();
        let faults = unit.faults(&[]).into_iter();
        faults.map(|(finding, _)| finding).collect()
    }

    #[test]
    fn the_shipped_unit_hands_over_what_the_daemon_takes() {
        assert_eq!(faults(&[]), Vec::<String>::new());
        assert_eq!(
            SocketUnit::read(&["/nonexistent".into()], "perild.socket"),
            None
        );
    }

    #[test]
    fn a_further_daemon_has_its_own_units_by_its_configuration() {
        for (path, unit) in [
            (DEFAULT_PATH, Some("perild")),
            ("/etc/perild-north/perild.toml", Some("perild@north")),
            ("/etc/perild-north/x/perild.toml", None),
            ("/etc/perild-north/other.toml", None),
            ("/srv/perild.toml", None),
        ] {
            assert_eq!(unit_of(Path::new(path)).as_deref(), unit, "{path}");
        }
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path();
        let read = || SocketUnit::read(&[own.to_owned()], "perild@north.socket").unwrap();
        fs::write(own.join("perild@.socket"), "ListenStream=/run/a\n").unwrap();
        assert_eq!(read().streams, ["/run/a"]);
        fs::create_dir(own.join("perild@north.socket.d")).unwrap();
        let drop_in = own.join("perild@north.socket.d/own.conf");
        fs::write(drop_in, "ListenStream=\nListenStream=/run/b\n").unwrap();
        assert_eq!(read().streams, ["/run/b"]);
        fs::write(own.join("perild@north.socket"), "Accept=yes\n").unwrap();
        assert!(read().accepts);
    }

    #[test]
    fn a_unit_that_hands_over_something_else_is_told_of() {
        let one = |text: &str| {
            let found = faults(&[("a.conf", text)]);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            found[0].clone()
        };
        for text in [
            "[Socket]\nAccept=yes\n",
            "[Socket]\n Accept = TRUE\n",
            "Accept=1",
        ] {
            assert!(one(text).contains("Accept=yes"), "{text}");
        }
        assert!(one("ListenStream=").contains("no ListenStream="));
        let long = format!("ListenStream=/run/{}", "s".repeat(103));
        assert!(one(&long).contains("108 octets"));
        for address in ["8080", "0.0.0.0:8080", "[::]:8080", "192.0.2.1:80"] {
            let text = format!("ListenStream=\nListenStream={address}");
            assert!(
                one(&text).contains("is not a loopback address"),
                "{address}"
            );
        }
    }

    #[test]
    fn a_later_drop_in_takes_back_what_an_earlier_one_set() {
        let undone = [("a.conf", "Accept=yes"), ("b.conf", "Accept=no")];
        assert_eq!(faults(&undone), Vec::<String>::new());
        assert_eq!(
            faults(&[("a.conf", "ListenStream=127.0.0.1:8080")]),
            Vec::<String>::new()
        );
        assert_eq!(faults(&[("a.txt", "Accept=yes")]), Vec::<String>::new());
    }
}

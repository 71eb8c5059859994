//! Passwords in a file, as `PostgreSQL`'s own programs have them: `host:port:database:user:password` a line.

use std::{
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use postgres::{Config, config::Host};

use super::{DatabaseError, variable};

/// The password for a connection; `named` before the file that `PostgreSQL`'s own programs would read.
pub(super) fn password(
    config: &Config,
    named: Option<&Path>,
) -> Result<Option<String>, DatabaseError> {
    let Some(path) = named.map(Path::to_owned).or_else(usual) else {
        return Ok(None);
    };
    let unreadable = |source| DatabaseError::Passfile {
        path: path.clone(),
        source,
    };
    let found = match fs::metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && named.is_none() => {
            return Ok(None);
        }
        found => found.map_err(unreadable)?,
    };
    if found.mode() & 0o077 != 0 {
        return Err(DatabaseError::OpenPassfile { path });
    }
    let text = fs::read_to_string(&path).map_err(unreadable)?;
    Ok(text.lines().find_map(|line| of_line(line, config)))
}

/// `PGPASSFILE`, or `~/.pgpass`.
fn usual() -> Option<PathBuf> {
    let home = || Some(PathBuf::from(variable("HOME")?).join(".pgpass"));
    variable("PGPASSFILE").map(PathBuf::from).or_else(home)
}

/// The password of `line` where it is for the connection.
fn of_line(line: &str, config: &Config) -> Option<String> {
    if line.starts_with('#') {
        return None;
    }
    let [host, port, database, user, password] = fields(line)?;
    let is = |field: &str, wanted: &str| field == "*" || field == wanted;
    let hosts = config.get_hosts().iter().any(|known| match known {
        Host::Tcp(name) => is(&host, name),
        Host::Unix(folder) => is(&host, "localhost") || is(&host, &folder.to_string_lossy()),
    });
    let port_of = config.get_ports().first().copied().unwrap_or(5432);
    let name = config.get_user().unwrap_or_default();
    // Without a name the database is called as its user is.
    let database_of = config.get_dbname().unwrap_or(name);
    let is_meant =
        hosts && is(&port, &port_of.to_string()) && is(&database, database_of) && is(&user, name);
    is_meant.then_some(password)
}

/// The five fields of a line; a backslash takes the meaning from what follows.
fn fields(line: &str) -> Option<[String; 5]> {
    let mut fields = vec![String::new()];
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        let literal = match character {
            ':' => {
                fields.push(String::new());
                continue;
            }
            '\\' => characters.next()?,
            other => other,
        };
        fields.last_mut()?.push(literal);
    }
    fields.try_into().ok()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_first_line_that_fits_has_the_password() {
        let config: Config = "postgres://reader@db.example:5433/meters".parse().unwrap();
        for (line, password) in [
            ("db.example:5433:meters:reader:a", Some("a")),
            ("*:*:*:*:a\\:b\\\\c", Some("a:b\\c")),
            ("db.example:*:*:reader:", Some("")),
            ("#db.example:5433:meters:reader:a", None),
            ("db.example:5432:meters:reader:a", None),
            ("other:5433:meters:reader:a", None),
            ("db.example:5433:meters:writer:a", None),
            ("db.example:5433:other:reader:a", None),
            ("db.example:5433:meters:reader", None),
            ("db.example:5433:meters:reader:a:b", None),
            ("db.example:5433:meters:reader:a\\", None),
            ("", None),
        ] {
            assert_eq!(of_line(line, &config).as_deref(), password, "{line}");
        }
    }

    #[test]
    fn a_file_that_others_can_read_is_refused_and_one_that_is_named_has_to_be_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("passwords");
        let config: Config = "postgres://reader@localhost/meters".parse().unwrap();
        assert!(password(&config, Some(&path)).is_err());
        fs::write(&path, "# ours\n*:*:*:reader:a\n").unwrap();
        let mode = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        mode(0o640);
        let refused = password(&config, Some(&path));
        assert!(matches!(refused, Err(DatabaseError::OpenPassfile { .. })));
        mode(0o600);
        let found = password(&config, Some(&path)).unwrap();
        assert_eq!(found.as_deref(), Some("a"));
    }
}

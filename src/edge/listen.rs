//! The listening sockets: handed over by systemd, or bound here.

use std::{
    fmt, io,
    net::{SocketAddr, TcpListener},
    os::unix::{
        fs::{FileTypeExt, MetadataExt},
        net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
    str::FromStr,
};

use rustix::{fs::Mode, process::umask};

use super::Network;

/// Address at which perild listens when systemd hands nothing over.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Listen {
    /// A TCP port: of loopback, or with `server.trusted_peers`.
    Tcp(SocketAddr),
    /// A unix socket, created with mode 0660.
    Unix(PathBuf),
}

/// Reason why there is nothing to listen on.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The socket cannot be created.
    #[error(
        "cannot listen on {listen}: {source}; see that nobody else listens there (ss -ltnxp), or change `listen` in the configuration"
    )]
    Bind {
        /// Its address.
        listen: Listen,
        /// The system's error.
        source: io::Error,
    },
    /// Anyone could replace a socket in this directory (CERT-14).
    #[error("{} may be written by everyone (mode {mode:04o}), so anyone could put a socket there; chmod o-w it", .directory.display())]
    DirectoryWorldWritable {
        /// The socket's directory.
        directory: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A socket's folder that is not there, or is none.
    #[error("{} is no folder, so no socket can be put there; install -d -m 0755 it, or change `listen` in the configuration", .0.display())]
    FolderMissing(PathBuf),
    /// A process answers on that socket already.
    #[error("another process listens on {}; stop it, or give this one another socket", .0.display())]
    InUse(PathBuf),
    /// Metrics are for this machine alone.
    #[error(
        "{0} is not a loopback address; metrics tell who asks how often, so only this machine may read them: listen on 127.0.0.1 or [::1]"
    )]
    MetricsNotLoopback(SocketAddr),
    /// The address for metrics is no address with a port.
    #[error("\"{0}\" is not address:port, as 127.0.0.1:9464")]
    MetricsUnreadable(String),
    /// Whoever can connect could claim any certificate, so the port stays on this machine, or is for
    /// peers that are named (CERT-14).
    #[error(
        "{0} is not a loopback address, and certificates arrive in a header, so that whoever connects could claim any: listen on 127.0.0.1 or on a unix socket, or name the proxies' addresses in server.trusted_peers"
    )]
    NotLoopback(SocketAddr),
    /// A descriptor handed over is a connection, as of a unit with `Accept=yes`.
    #[error(
        "socket {index} ({name}) handed over by systemd is one connection, and not where connections come in; set Accept=no in the unit"
    )]
    NotListening {
        /// Position among the descriptors handed over.
        index: usize,
        /// Its `FileDescriptorName=`.
        name: String,
    },
    /// A descriptor handed over is no stream socket.
    #[error(
        "socket {index} ({name}) handed over by systemd cannot be used: {source}; the unit needs ListenStream="
    )]
    NotStream {
        /// Position among the descriptors handed over.
        index: usize,
        /// Its `FileDescriptorName=`.
        name: String,
        /// The system's error.
        source: io::Error,
    },
    /// A socket's path that is longer than the system has room for, unix(7).
    #[error(
        "{} has {bytes} octets, and a socket's path has {LONGEST_PATH} at most; give `listen` a shorter one", .path.display()
    )]
    PathTooLong {
        /// The path.
        path: PathBuf,
        /// Its length.
        bytes: usize,
    },
    /// `listen` is neither form.
    #[error("\"{0}\" is neither unix:/path nor address:port")]
    Unreadable(String),
}

impl FromStr for Listen {
    type Err = ListenError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unreadable = || ListenError::Unreadable(text.to_owned());
        if let Some(path) = text.strip_prefix("unix:") {
            let path = Path::new(path);
            return path
                .is_absolute()
                .then(|| Self::Unix(path.into()))
                .ok_or_else(unreadable);
        }
        let address = text.parse();
        address.map(Self::Tcp).ok().ok_or_else(unreadable)
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// A socket that takes connections.
#[derive(Debug)]
pub enum Listener {
    /// A TCP socket.
    Tcp(TcpListener),
    /// A unix socket.
    Unix(UnixListener),
}

/// Refuses an address that others than this machine can reach, unless it is said who they are.
///
/// # Errors
/// [`ListenError::NotLoopback`].
pub(crate) fn guard_address(address: SocketAddr, trusted: &[Network]) -> Result<(), ListenError> {
    if address.ip().to_canonical().is_loopback() || !trusted.is_empty() {
        Ok(())
    } else {
        Err(ListenError::NotLoopback(address))
    }
}

/// Binds the socket that `listen` names; `trusted` are those who may connect over TCP.
pub(super) fn bind(listen: &Listen, trusted: &[Network]) -> Result<Listener, ListenError> {
    let failed = |source| ListenError::Bind {
        listen: listen.clone(),
        source,
    };
    match listen {
        Listen::Tcp(address) => {
            guard_address(*address, trusted)?;
            TcpListener::bind(address)
                .map(Listener::Tcp)
                .map_err(failed)
        }
        Listen::Unix(path) => {
            guard_path(path)?;
            guard_directory(path)?;
            remove_stale(path)?;
            let previous = umask(Mode::RWXO | Mode::XUSR | Mode::XGRP);
            let bound = UnixListener::bind(path);
            umask(previous);
            bound.map(Listener::Unix).map_err(failed)
        }
    }
}

/// Refuses a path at which no socket can be bound, whoever tries.
///
/// # Errors
/// [`ListenError::PathTooLong`] and [`ListenError::FolderMissing`].
pub(crate) fn guard_path(path: &Path) -> Result<(), ListenError> {
    let bytes = path.as_os_str().len();
    if bytes > LONGEST_PATH {
        let path = path.into();
        return Err(ListenError::PathTooLong { path, bytes });
    }
    match path.parent() {
        Some(folder) if !folder.is_dir() => Err(ListenError::FolderMissing(folder.into())),
        _ => Ok(()),
    }
}

/// Refuses a socket path whose directory everyone may write to.
///
/// # Errors
/// [`ListenError::DirectoryWorldWritable`]; a missing directory shows when the socket is bound.
pub(crate) fn guard_directory(path: &Path) -> Result<(), ListenError> {
    let Some(directory) = path.parent() else {
        return Ok(());
    };
    let Ok(metadata) = directory.metadata() else {
        return Ok(());
    };
    let mode = metadata.mode() & 0o7777;
    if mode & 0o002 == 0 {
        return Ok(());
    }
    Err(ListenError::DirectoryWorldWritable {
        directory: directory.into(),
        mode,
    })
}

/// Removes a socket that nobody answers on; what else stands there is left for `bind` to report.
fn remove_stale(path: &Path) -> Result<(), ListenError> {
    let is_socket = path
        .symlink_metadata()
        .is_ok_and(|found| found.file_type().is_socket());
    if !is_socket {
        return Ok(());
    }
    if UnixStream::connect(path).is_ok() {
        return Err(ListenError::InUse(path.into()));
    }
    std::fs::remove_file(path).map_err(|source| ListenError::Bind {
        listen: Listen::Unix(path.into()),
        source,
    })
}

/// `sun_path` of `sockaddr_un` without the zero at its end.
const LONGEST_PATH: usize = 107;

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn directory(mode: u32) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        std::fs::set_permissions(&directory, std::fs::Permissions::from_mode(mode)).unwrap();
        directory
    }

    /// Rows: CERT-14
    #[test]
    fn cert_14_an_address_that_others_can_reach_needs_a_list_of_peers() {
        let trusted = ["10.0.1.0/24".parse().unwrap()];
        let judge = |text: &str, trusted: &[Network]| guard_address(text.parse().unwrap(), trusted);
        for text in ["127.0.0.1:80", "[::1]:80", "[::ffff:127.0.0.1]:80"] {
            assert!(judge(text, &[]).is_ok(), "{text}");
        }
        for text in [
            "0.0.0.0:80",
            "[::]:80",
            "10.0.0.1:80",
            "[::ffff:10.0.0.1]:80",
        ] {
            let refused = judge(text, &[]);
            assert!(
                matches!(refused, Err(ListenError::NotLoopback(_))),
                "{text}"
            );
            assert!(judge(text, &trusted).is_ok(), "{text}");
        }
        let everywhere = Listen::Tcp("0.0.0.0:0".parse().unwrap());
        assert!(matches!(
            bind(&everywhere, &[]),
            Err(ListenError::NotLoopback(_))
        ));
        assert!(bind(&everywhere, &trusted).is_ok());
    }

    #[test]
    fn a_unix_socket_or_an_address_can_be_listened_on() {
        for text in [
            "unix:/run/perild/perild.sock",
            "127.0.0.1:8080",
            "[::1]:8080",
            "0.0.0.0:8080",
        ] {
            assert_eq!(text.parse::<Listen>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "unix:relative.sock",
            "localhost:80",
            "/run/x.sock",
            "127.0.0.1",
        ] {
            assert!(
                matches!(text.parse::<Listen>(), Err(ListenError::Unreadable(_))),
                "{text}"
            );
        }
    }

    /// Rows: CERT-14
    #[test]
    fn cert_14_the_socket_has_mode_0660_and_a_stale_one_is_replaced() {
        let directory = directory(0o755);
        let path = directory.path().join("perild.sock");
        let listen = Listen::Unix(path.clone());
        drop(bind(&listen, &[]).unwrap());
        let second = bind(&listen, &[]).unwrap();
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o660);
        assert!(matches!(bind(&listen, &[]), Err(ListenError::InUse(_))));
        drop(second);
    }

    /// Rows: CERT-14
    #[test]
    fn cert_14_a_world_writable_directory_is_refused() {
        let directory = directory(0o777);
        let listen = Listen::Unix(directory.path().join("perild.sock"));
        assert!(matches!(
            bind(&listen, &[]),
            Err(ListenError::DirectoryWorldWritable { .. })
        ));
    }

    #[test]
    fn a_file_in_the_place_of_the_socket_is_kept() {
        let directory = directory(0o755);
        let path = directory.path().join("perild.sock");
        std::fs::write(&path, "precious").unwrap();
        assert!(matches!(
            bind(&Listen::Unix(path.clone()), &[]),
            Err(ListenError::Bind { .. })
        ));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
    }

    #[test]
    fn a_path_of_107_bytes_is_bound_and_one_of_108_is_not() {
        let directory = directory(0o755);
        let path = |bytes: usize| {
            let folder = directory.path().as_os_str().len() + 1;
            directory.path().join("s".repeat(bytes - folder))
        };
        assert!(bind(&Listen::Unix(path(107)), &[]).is_ok());
        let refused = bind(&Listen::Unix(path(108)), &[]).unwrap_err();
        assert!(matches!(
            refused,
            ListenError::PathTooLong { bytes: 108, .. }
        ));
    }

    #[test]
    fn a_socket_needs_a_folder_that_is_one() {
        let directory = directory(0o755);
        std::fs::write(directory.path().join("file"), "").unwrap();
        for parent in ["missing", "file"] {
            let path = directory.path().join(parent).join("perild.sock");
            let refused = bind(&Listen::Unix(path), &[]).unwrap_err();
            assert!(matches!(refused, ListenError::FolderMissing(_)), "{parent}");
        }
    }
}

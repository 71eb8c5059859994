//! Directory of a development run: `./target/dev`, or a temporary directory.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use rustix::fs::{FlockOperation, flock};
use uuid::Uuid;

use super::{DevError, pki::Holder};

/// Directory that belongs to one run at a time; a temporary one goes when the run ends.
pub(super) struct DevDir {
    root: PathBuf,
    socket: PathBuf,
    temporary: Vec<PathBuf>,
    _lock: Option<File>,
}

impl DevDir {
    /// Takes `./target/dev` when there is a `./target` and no other run in it, else a temporary directory.
    pub(super) fn take() -> Result<Self, DevError> {
        let mut temporary = Vec::new();
        let (root, lock) = match lasting() {
            Some((root, lock)) => (root, Some(lock)),
            None => (temporary_directory(&mut temporary)?, None),
        };
        let mut socket = root.join("perild.sock");
        if root.join("control.sock").as_os_str().len() > MAX_SOCKET_PATH_BYTES {
            socket = temporary_directory(&mut temporary)?.join("perild.sock");
        }
        let _ = fs::remove_file(&socket);
        Ok(Self {
            root,
            socket,
            temporary,
            _lock: lock,
        })
    }

    /// The absolute path of `name`.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// The daemon's unix socket.
    pub(super) fn socket(&self) -> &Path {
        &self.socket
    }

    /// The folder of that socket and of those that commands ask at.
    pub(super) fn sockets(&self) -> &Path {
        self.socket.parent().unwrap_or(&self.root)
    }

    /// Writes `name` for all to read.
    pub(super) fn write(&self, name: &str, content: &str) -> Result<PathBuf, DevError> {
        self.create(name, content, 0o644)
    }

    /// Writes `name.pem`, and `name.key` for the owner only.
    pub(super) fn write_holder(&self, name: &str, holder: &Holder) -> Result<(), DevError> {
        self.write(&format!("{name}.pem"), &holder.pem())?;
        self.create(&format!("{name}.key"), &holder.key_pem(), 0o600)
            .map(|_path| ())
    }

    /// Makes the directory `name`.
    pub(super) fn directory(&self, name: &str) -> Result<PathBuf, DevError> {
        let path = self.path(name);
        private_directory(&path).map_err(|source| DevError::Write {
            path: path.clone(),
            source,
        })?;
        Ok(path)
    }

    /// A new file for what the daemon says.
    pub(super) fn log(&self) -> Result<(File, PathBuf), DevError> {
        let path = self.path("perild.log");
        match File::create(&path) {
            Ok(file) => Ok((file, path)),
            Err(source) => Err(DevError::Write { path, source }),
        }
    }

    /// Files of an earlier run are replaced, so that none keeps its mode.
    fn create(&self, name: &str, content: &str, mode: u32) -> Result<PathBuf, DevError> {
        let path = self.path(name);
        let _ = fs::remove_file(&path);
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&path)
            .and_then(|mut file| file.write_all(content.as_bytes()))
            .map_err(|source| DevError::Write {
                path: path.clone(),
                source,
            })?;
        Ok(path)
    }
}

impl Drop for DevDir {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.socket);
        for directory in &self.temporary {
            let _ = fs::remove_dir_all(directory);
        }
    }
}

/// `./target/dev` with its lock, when it may be used.
fn lasting() -> Option<(PathBuf, File)> {
    let root = fs::canonicalize("target")
        .ok()
        .filter(|target| target.is_dir())?
        .join("dev");
    private_directory(&root).ok()?;
    let lock = File::create(root.join("lock")).ok()?;
    flock(&lock, FlockOperation::NonBlockingLockExclusive).ok()?;
    Some((root, lock))
}

fn temporary_directory(made: &mut Vec<PathBuf>) -> Result<PathBuf, DevError> {
    let path = std::env::temp_dir().join(format!("perild-dev-{}", Uuid::new_v4().simple()));
    DirBuilder::new()
        .mode(0o700)
        .create(&path)
        .map_err(|source| DevError::Write {
            path: path.clone(),
            source,
        })?;
    made.push(path.clone());
    Ok(path)
}

fn private_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// A path as one word of a POSIX shell.
pub(super) fn shell_word(path: &Path) -> String {
    let path = path.display().to_string();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
    if path.bytes().all(is_plain) {
        path
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}

/// `sockaddr_un` holds 108 bytes with the final NUL, `unix(7)`.
const MAX_SOCKET_PATH_BYTES: usize = 107;

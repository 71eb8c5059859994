//! A name opened without leaving its directory, whatever links stand there.
//!
//! `openat2(2)` does it in one call. It is not to be had everywhere: systemd's `RestrictSUIDSGID=`, which
//! our unit sets, and the filters of some container runtimes answer it with `ENOSYS`, since they cannot
//! look at its arguments. Then the same walk is made here, one component at a time, each from the
//! descriptor before it and none through a link.

use std::{
    os::fd::OwnedFd,
    sync::atomic::{AtomicBool, Ordering},
};

use rustix::{
    fs::{Mode, OFlags, ResolveFlags, openat, openat2, readlinkat},
    io::{Errno, Result},
};

/// Opens `name` for reading, below `directory`: neither `..` nor a link leads out of it.
///
/// # Errors
/// `XDEV` when the way leads out, `LOOP` when it never ends, else what the system says.
pub(super) fn open_beneath(directory: &OwnedFd, name: &str) -> Result<OwnedFd> {
    if HAS_OPENAT2.load(Ordering::Relaxed) {
        let bounds = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
        match openat2(directory, name, READ, Mode::empty(), bounds) {
            Err(Errno::NOSYS) => HAS_OPENAT2.store(false, Ordering::Relaxed),
            opened => return opened,
        }
    }
    walk(directory, name)
}

fn walk(directory: &OwnedFd, name: &str) -> Result<OwnedFd> {
    let mut passed: Vec<OwnedFd> = Vec::new();
    let mut ahead: Vec<Vec<u8>> = components(name.as_bytes())?;
    let mut links = 0;
    while let Some(component) = ahead.pop() {
        let here = passed.last().unwrap_or(directory);
        match component.as_slice() {
            b"." | b"" => continue,
            b".." => {
                // Back along the way that was taken, never through the directory's own `..`.
                passed.pop().ok_or(Errno::XDEV)?;
                continue;
            }
            _ => {}
        }
        let flags = if ahead.is_empty() { READ } else { PASS };
        match openat(
            here,
            component.as_slice(),
            flags | OFlags::NOFOLLOW,
            Mode::empty(),
        ) {
            Ok(opened) if ahead.is_empty() => return Ok(opened),
            Ok(opened) => passed.push(opened),
            // A link: the first answer is for the end of the way, the second for a folder on it.
            Err(error @ (Errno::LOOP | Errno::NOTDIR)) => {
                let Ok(target) = readlinkat(here, component.as_slice(), Vec::new()) else {
                    return Err(error);
                };
                links += 1;
                if links > MOST_LINKS {
                    return Err(Errno::LOOP);
                }
                ahead.extend(components(target.to_bytes())?);
            }
            Err(error) => return Err(error),
        }
    }
    Err(Errno::ISDIR)
}

/// The components of a path, in their order.
fn components(path: &[u8]) -> Result<Vec<Vec<u8>>> {
    if path.first() == Some(&b'/') {
        return Err(Errno::XDEV);
    }
    let components = path.split(|byte| *byte == b'/');
    Ok(components.rev().map(<[u8]>::to_vec).collect())
}

/// Until the system says otherwise.
static HAS_OPENAT2: AtomicBool = AtomicBool::new(true);

const READ: OFlags = OFlags::RDONLY
    .union(OFlags::CLOEXEC)
    .union(OFlags::NONBLOCK);
const PASS: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// As many as the kernel follows, `path_resolution(7)`.
const MOST_LINKS: usize = 40;

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink, path::Path};

    use super::*;

    fn directory(path: &Path) -> OwnedFd {
        rustix::fs::open(path, PASS, Mode::empty()).unwrap()
    }

    /// Both ways must say the same of every name.
    #[test]
    fn the_walk_by_hand_agrees_with_openat2_on_every_kind_of_link() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "secret").unwrap();
        let root = outside.path().join("root");
        fs::create_dir_all(root.join("sub/deep")).unwrap();
        fs::write(root.join("file"), "file").unwrap();
        fs::write(root.join("sub/deep/inner"), "inner").unwrap();
        let absolute = outside.path().join("secret");
        let absolute = absolute.to_str().unwrap();
        let links = [
            ("to-file", "file"),
            ("to-link", "to-file"),
            ("to-inner", "sub/deep/inner"),
            ("to-sub", "sub"),
            ("sub/up", "../file"),
            ("sub/out", "../../secret"),
            ("around", "sub/deep/../../file"),
            ("slashes", "./sub//deep/inner"),
            ("out", "../secret"),
            ("deep-out", "sub/deep/../../../secret"),
            ("absolute", absolute),
            ("loop", "loop"),
            ("dangling", "nothing"),
            ("to-folder/", "sub"),
        ];
        for (name, target) in links {
            symlink(target, root.join(name.trim_end_matches('/'))).unwrap();
        }
        let root = directory(&root);
        let read = |opened: Result<OwnedFd>| {
            opened.and_then(|file| {
                let mut content = [0; 16];
                let length = rustix::io::read(&file, &mut content)?;
                Ok(content[..length].to_vec())
            })
        };
        let names = links.iter().map(|(name, _)| *name);
        for name in names.chain([
            "file",
            "sub",
            "sub/deep/inner",
            "to-sub/up",
            "to-sub/out",
            "to-sub/deep/inner",
            "file/below",
            "nothing",
            "..",
            "../secret",
            "sub/../file",
            "sub/../../secret",
            ".",
            absolute,
        ]) {
            let by_hand = read(walk(&root, name));
            let bounds = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
            let by_kernel = read(openat2(&root, name, READ, Mode::empty(), bounds));
            assert_eq!(
                by_hand.is_ok(),
                by_kernel.is_ok(),
                "{name}: {by_hand:?} {by_kernel:?}"
            );
            assert_eq!(by_hand.clone().ok(), by_kernel.ok(), "{name}");
            assert_ne!(
                by_hand.ok().as_deref(),
                Some(b"secret".as_slice()),
                "{name}"
            );
        }
    }
}

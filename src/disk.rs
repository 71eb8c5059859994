//! disk: files and folders that are still there after the power has gone.
//!
//! A file's content is one thing, its name in a folder another, and a folder's name in its own a third: each is on the
//! disk only after `fsync(2)` of what holds it.

use std::{
    fs::{DirBuilder, File},
    io,
    os::unix::fs::DirBuilderExt,
    path::Path,
};

/// Makes the folder `path`, and those above it that are missing, with `mode`; each is on the disk when this returns.
pub(crate) fn make_folder(path: &Path, mode: u32) -> io::Result<()> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    let above = path.parent().unwrap_or(path);
    make_folder(above, mode)?;
    let outcome = DirBuilder::new().mode(mode).create(path);
    // Somebody else may have been faster.
    outcome.or_else(|error| if path.is_dir() { Ok(()) } else { Err(error) })?;
    settle(above)
}

/// Waits until the disk has the names that the folder `path` holds; an empty path is the present folder.
pub(crate) fn settle(path: &Path) -> io::Result<()> {
    let path = if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    };
    File::open(path)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn folders_are_made_with_those_above_them_and_found_ones_are_left_alone() {
        let root = tempfile::tempdir().unwrap();
        let deep = root.path().join("a/b/c");
        make_folder(&deep, 0o700).unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&deep), 0o700);
        assert_eq!(mode(&root.path().join("a")), 0o700);
        make_folder(&deep, 0o755).unwrap();
        assert_eq!(mode(&deep), 0o700);
        make_folder(Path::new(""), 0o700).unwrap();
        settle(Path::new("")).unwrap();
        settle(&deep).unwrap();

        std::fs::write(root.path().join("file"), "").unwrap();
        make_folder(&root.path().join("file"), 0o700).unwrap_err();
        make_folder(&root.path().join("file/below"), 0o700).unwrap_err();
        settle(&root.path().join("nowhere")).unwrap_err();
    }
}

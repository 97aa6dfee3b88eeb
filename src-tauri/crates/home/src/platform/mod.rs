//! What differs between operating systems: the product's folders, the socket's address, privacy
//! of files, and where a lock's holder is named.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

pub(crate) use system::{create_socket_folder, holder_file, product_folders, socket};

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use tempfile::NamedTempFile;

/// Creates the folder and those above it, where missing. On Unix a new one gets mode 0700; on
/// Windows it inherits its parent's access list, and those of the user's own folders admit the
/// user, the system and administrators. A folder that exists is left as it is.
///
/// # Errors
/// What the operating system said.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    system::create_private_folder(path)
}

/// Options that create a file for this user alone: mode 0600 on Unix, inherited on Windows.
#[must_use]
pub fn private_file() -> OpenOptions {
    system::private_file()
}

/// Whether users other than its owner may read the file. On Windows always `false`: there the
/// folder's access list decides, and reading it takes more than it would tell.
///
/// # Errors
/// When the file cannot be examined.
pub fn others_can_read(file: &File) -> io::Result<bool> {
    system::others_can_read(file)
}

/// Puts `content` in place of the file in one step: a reader, or a crash at any instant, finds the
/// old content or the new, whole. The file is for this user alone.
///
/// # Errors
/// What the operating system said; the old content then still stands.
pub fn write_atomically(path: &Path, content: &[u8]) -> io::Result<()> {
    write_beside(path, content)?
        .persist(path)
        .map_err(|error| error.error)?;
    system::sync_folder(folder_of(path));
    Ok(())
}

/// Like [`write_atomically`], but leaves a file that already stands there alone.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] when there is one, else what the operating system said.
pub fn create_atomically(path: &Path, content: &[u8]) -> io::Result<()> {
    write_beside(path, content)?
        .persist_noclobber(path)
        .map_err(|error| error.error)?;
    system::sync_folder(folder_of(path));
    Ok(())
}

/// A temporary file in the target's own folder (a rename is atomic only within one file system),
/// with its content on the disk. `tempfile` creates it with mode 0600.
fn write_beside(path: &Path, content: &[u8]) -> io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new()
        .prefix(".aco-")
        .suffix(".tmp")
        .tempfile_in(folder_of(path))?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    Ok(file)
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_replaces_and_a_create_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        create_atomically(&path, b"one").unwrap();
        let error = create_atomically(&path, b"two").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        write_atomically(&path, b"three").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"three");
        assert_eq!(
            std::fs::read_dir(&folder).unwrap().count(),
            1,
            "a temporary file stayed"
        );
    }

    #[test]
    fn a_failed_write_leaves_no_file_behind() {
        let folder = tempfile::tempdir().unwrap();
        // A folder cannot be replaced by a file.
        let path = folder.path().join("taken");
        std::fs::create_dir(&path).unwrap();
        assert!(write_atomically(&path, b"content").is_err());
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    }
}

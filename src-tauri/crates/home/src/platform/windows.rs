//! Windows.

use crate::Environment;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// Configuration roams with the user, data stays on the machine.
pub(crate) fn product_folders(env: &Environment) -> Result<(PathBuf, PathBuf), &'static str> {
    let base = |variable| env.absolute_path(variable).ok_or(variable);
    Ok((
        base("APPDATA")?.join(aco_domain::BUNDLE_ID),
        base("LOCALAPPDATA")?.join(aco_domain::BUNDLE_ID),
    ))
}

/// Pipes have a name space of their own, so neither folder matters.
pub(crate) fn socket(_runtime: Option<&Path>, _home: &Path, hash: &str) -> PathBuf {
    PathBuf::from(format!(r"\\.\pipe\{}-{hash}", aco_domain::SERVICE_NAME))
}

pub(crate) fn create_private_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// A pipe lies in no folder.
#[expect(clippy::unnecessary_wraps, reason = "the Unix side can fail")]
pub(crate) fn create_socket_folder(_socket: &Path) -> io::Result<()> {
    Ok(())
}

pub(crate) fn private_file() -> OpenOptions {
    OpenOptions::new()
}

#[expect(clippy::unnecessary_wraps, reason = "the Unix side can fail")]
pub(crate) fn others_can_read(_file: &File) -> io::Result<bool> {
    Ok(false)
}

/// NTFS journals a rename; a folder cannot be opened to be flushed.
pub(crate) fn sync_folder(_folder: &Path) {}

/// `LockFileEx` keeps everybody else from reading the locked bytes, so a file beside the lock
/// names its holder.
pub(crate) fn holder_file(lock: &Path) -> PathBuf {
    let mut name = lock.as_os_str().to_owned();
    name.push(".holder");
    PathBuf::from(name)
}

//! Where operating systems differ: who may read a file, and what makes a folder durable.
//!
//! The only module with a `cfg` of the target. Nothing of the spool's own may enter.

use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::path::Path;

/// Options for a file only its owner reads and writes (0600 where modes exist).
pub(crate) fn private_files() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // Windows: the profile's own access list already excludes other users, and is inherited.
    options
}

/// A builder of folders only their owner enters (0700 where modes exist).
pub(crate) fn private_dirs() -> DirBuilder {
    #[cfg_attr(not(unix), allow(unused_mut, reason = "only modes are set on it"))]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// What the system says when the medium itself has lost data: waiting will not bring it back.
/// Everything else (no permission, too many open files, a share that is away) may pass.
#[cfg(unix)]
const MEDIUM_ERRORS: &[i32] = &[5 /* EIO */];

/// See the other side: `ERROR_CRC`, `ERROR_SECTOR_NOT_FOUND`, `ERROR_IO_DEVICE`.
#[cfg(windows)]
const MEDIUM_ERRORS: &[i32] = &[23, 27, 1117];

/// Whether the medium has lost what was asked for.
pub(crate) fn is_medium_error(error: &io::Error) -> bool {
    error
        .raw_os_error()
        .is_some_and(|code| MEDIUM_ERRORS.contains(&code))
}

/// Such an error, for the model's disk.
#[cfg(test)]
pub(crate) fn medium_error() -> io::Error {
    io::Error::from_raw_os_error(MEDIUM_ERRORS[0])
}

/// Makes the names in `dir` durable, as far as the file system has a way to.
#[cfg(unix)]
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    match std::fs::File::open(dir)?.sync_all() {
        // Network and FUSE file systems that cannot sync a folder say so; a spool on one must
        // not stop shipping for that.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput
            ) =>
        {
            Ok(())
        }
        synced => synced,
    }
}

/// Makes the names in `dir` durable: NTFS journals them itself and offers no call for it.
#[cfg(not(unix))]
pub(crate) fn sync_dir(_dir: &Path) -> io::Result<()> {
    Ok(())
}

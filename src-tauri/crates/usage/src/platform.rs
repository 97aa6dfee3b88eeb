//! Where systems differ: the name a file has beside its path. The only module with a `cfg` of the
//! target's calls.

use std::fs::{File, Metadata};

/// Device and inode.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "not every system's listing tells")]
pub(crate) fn listed_id(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

/// Device and inode.
#[cfg(unix)]
pub(crate) fn opened_id(_file: &File, metadata: &Metadata) -> Option<(u64, u64)> {
    listed_id(metadata)
}

/// Only an open file has a stable index on Windows (`nFileIndexHigh` and `nFileIndexLow`), and to
/// open every file of a listing would cost what the listing is to save.
#[cfg(not(unix))]
pub(crate) fn listed_id(_metadata: &Metadata) -> Option<(u64, u64)> {
    None
}

/// Volume and file index. ReFS has longer ones, of which these are the lower half: as a sign that
/// a path leads to another file now they still serve.
#[cfg(windows)]
pub(crate) fn opened_id(file: &File, _metadata: &Metadata) -> Option<(u64, u64)> {
    let information = winapi_util::file::information(file).ok()?;
    Some((information.volume_serial_number(), information.file_index()))
}

/// Elsewhere the fingerprint decides alone.
#[cfg(not(any(unix, windows)))]
pub(crate) fn opened_id(_file: &File, _metadata: &Metadata) -> Option<(u64, u64)> {
    None
}

//! What an operation on a file of ours failed at, in the user's words.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// A file or folder of the home could not be used. The message names the path and the remedy.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}: {source}; {}", .path.display(), remedy(.source.kind()))]
pub struct FileError {
    action: &'static str,
    path: PathBuf,
    source: io::Error,
}

impl FileError {
    /// For `map_err`: what was being done ("read", "write") and to which path.
    pub fn during(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self {
            action,
            path,
            source,
        }
    }

    /// The path that could not be used.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the operating system said.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.source.kind()
    }
}

fn remedy(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::PermissionDenied => {
            "check that it and its folder belong to you, or set ACO_HOME to a folder that does"
        }
        ErrorKind::ReadOnlyFilesystem => "set ACO_HOME to a folder that can be written",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free some space on that disk",
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
            "something else stands where a folder is needed: move it away"
        }
        _ => "check that disk, or set ACO_HOME to another folder",
    }
}

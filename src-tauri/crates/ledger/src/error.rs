//! What can go wrong with the ledger, in the user's words. Knows SQLite's codes; opens nothing.

use aco_home::FileError;
use rusqlite::ErrorCode;
use std::path::{Path, PathBuf};

/// The ledger could not be used. Whatever was being written is not in it, and what was in it
/// before still is.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// SQLite finds the file damaged. [`Ledger::open`](crate::Ledger::open) sets such a file aside
    /// and begins a new one.
    #[error(
        "the ledger {} is damaged ({why}); the next `aco report` or start of the agent keeps it \
         aside and begins a new one from what the tools still have",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// SQLite's words.
        why: String,
    },
    /// It was written by a newer version of the program, which this one only leaves alone.
    #[error(
        "the ledger {} was written by a newer AI Cost Observer (format {version}); update this \
         program to read it",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: i32,
    },
    /// Anything else that SQLite refuses.
    #[error("cannot {action} the ledger {}: {source}; {}", path.display(), remedy(source))]
    Refused {
        /// What was being done.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The file itself could not be created, moved or examined.
    #[error(transparent)]
    File(#[from] FileError),
}

impl Error {
    /// For `map_err`: what was being done ("read", "write") and to which file.
    pub(crate) fn during(
        action: &'static str,
        path: &Path,
    ) -> impl Fn(rusqlite::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| {
            let path = path.clone();
            if is_damage(&source) {
                let why = source.to_string();
                return Self::Damaged { path, why };
            }
            Self::Refused {
                action,
                path,
                source,
            }
        }
    }

    /// Whether the disk was full. What was to be written can be written again later.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        matches!(self, Self::Refused { source, .. } if code(source) == Some(ErrorCode::DiskFull))
    }
}

fn code(error: &rusqlite::Error) -> Option<ErrorCode> {
    error.sqlite_error_code()
}

/// Damage, as opposed to a disk that refuses. Nobody else writes the file, and each statement fits
/// the tables it was written for: what SQLite objects to in a statement or a value, it objects to
/// because of what stands in the file.
pub(crate) fn is_damage(error: &rusqlite::Error) -> bool {
    use rusqlite::Error as E;
    let objects = matches!(
        code(error),
        Some(
            ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
                | ErrorCode::Unknown
                | ErrorCode::TypeMismatch
                | ErrorCode::ConstraintViolation
        )
    );
    let unreadable = matches!(
        error,
        E::InvalidColumnType(..)
            | E::FromSqlConversionFailure(..)
            | E::IntegralValueOutOfRange(..)
            | E::Utf8Error(..)
            | E::SqlInputError { .. }
            | E::QueryReturnedNoRows
    );
    objects || unreadable
}

fn remedy(error: &rusqlite::Error) -> &'static str {
    match code(error) {
        Some(ErrorCode::DiskFull) => "free some space on that disk",
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            "check that it and its folder belong to you and can be written, or set ACO_HOME to a \
             folder that can"
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another program holds it: try again when that has ended"
        }
        Some(ErrorCode::SystemIoFailure) => "check that disk",
        _ => "try again, and report it if it happens again",
    }
}

//! Where the platforms differ: a Unix socket or a Windows named pipe.
//!
//! Both sides offer the same three things: `Listener::bind`, `Listener::accept` (which lets in
//! nobody but the user the agent runs as) and `connect`. An address is a path on both: that of a
//! socket file, or `\\.\pipe\<name>`.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub(crate) use unix::{Listener, Stream, connect};

#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub(crate) use windows::{Listener, Stream, connect};

use std::io;
use std::path::PathBuf;

/// Why the agent cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Somebody serves this address already.
    #[error(
        "another agent answers at {}; stop it, or use it (`aco status` names it)",
        .0.display()
    )]
    InUse(PathBuf),
    /// Anything else; the message names the place and the remedy.
    #[error("{message}")]
    Unusable {
        /// What is wrong, where, and what to do.
        message: String,
        /// The operating system's word, where there is one.
        source: Option<io::Error>,
    },
}

impl BindError {
    fn unusable(message: String, source: impl Into<Option<io::Error>>) -> Self {
        Self::Unusable {
            message,
            source: source.into(),
        }
    }
}

//! What is known of the places usage is read from.

use crate::{Progress, ToolId, UnixNanos};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A tool whose files are read, whether it was found on this machine or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceStatus {
    /// Its id.
    pub tool: ToolId,
    /// Its name for people.
    pub display_name: String,
    /// Where its files are looked for.
    pub folders: Vec<SourceFolder>,
    /// Files that were read, those since deleted included.
    pub files: u64,
    /// Its counted calls.
    pub calls: u64,
    /// The beginning of the quarter hour of the last one.
    pub last_call: Option<UnixNanos>,
    /// Lines that should have held usage and could not be read.
    pub skipped_lines: u64,
}

impl SourceStatus {
    /// Whether there is anything of it here: a folder, or what was read before it went.
    #[must_use]
    pub fn is_found(&self) -> bool {
        self.files > 0 || self.calls > 0 || self.folders.iter().any(|folder| folder.exists)
    }
}

/// A folder or file that is looked into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFolder {
    /// Where.
    pub path: PathBuf,
    /// Whether it is there now.
    pub exists: bool,
}

/// All of them at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sources {
    /// Those found first, then by name.
    pub sources: Vec<SourceStatus>,
    /// How far a reading is that is under way.
    pub reading: Option<Progress>,
}

//! OpenCode: its databases, and the JSON files it kept before it had one. The format and its quirks:
//! `README.md`.

mod files;
mod message;
mod paths;
mod rows;

use crate::database;
use aco_domain::Checkpoint;
use aco_usage::{Buffer, FoundFile, Listing, Opened, ReadError, Source, Surroundings};
use std::path::PathBuf;

pub(super) const TOOL: &str = "opencode";

/// OpenCode's messages.
#[derive(Debug, Default)]
pub struct OpenCode {}

impl OpenCode {
    /// The source; nothing is read yet.
    #[must_use]
    pub fn new() -> Self {
        Self {}
    }
}

impl Source for OpenCode {
    fn tool(&self) -> &'static str {
        TOOL
    }

    fn roots(&self, surroundings: &Surroundings<'_>) -> Vec<PathBuf> {
        paths::roots(surroundings)
    }

    fn list(&self, roots: &[PathBuf]) -> Listing {
        paths::list(roots)
    }

    fn open<'b>(
        &'b self,
        file: &FoundFile,
        checkpoint: Option<&Checkpoint>,
        _buffer: &'b mut Buffer,
    ) -> Result<Opened<'b>, ReadError> {
        if paths::is_message(&file.path) {
            files::open(file, checkpoint)
        } else {
            database::open::<rows::Tables>(file, checkpoint)
        }
    }
}

//! Goose: its database of sessions, and the JSON lines it kept before. The format and its quirks:
//! `README.md`.

mod legacy;
mod paths;
mod rows;
mod session;

use crate::database;
use aco_domain::Checkpoint;
use aco_usage::{Buffer, FoundFile, Listing, Opened, ReadError, Source, Surroundings};
use std::path::PathBuf;

pub(super) const TOOL: &str = "goose";

/// Goose's sessions.
#[derive(Debug, Default)]
pub struct Goose {}

impl Goose {
    /// The source; nothing is read yet.
    #[must_use]
    pub fn new() -> Self {
        Self {}
    }
}

impl Source for Goose {
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
        if paths::is_database(&file.path) {
            database::open::<rows::Tables>(file, checkpoint)
        } else {
            legacy::open(file, checkpoint)
        }
    }
}

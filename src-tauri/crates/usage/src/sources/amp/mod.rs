//! Amp. The format and its quirks: `README.md`.

mod parse;
mod paths;
mod record;

use crate::document;
use crate::markers::Markers;
use crate::source::{Buffer, FoundFile, Listing, Opened, ReadError, Source, Surroundings};
use aco_domain::Checkpoint;
use std::path::PathBuf;

pub(super) const TOOL: &str = "amp";

/// Amp's threads.
pub struct Amp {
    markers: Markers,
}

impl Amp {
    /// The source; nothing is read yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            markers: Markers::new(&["usage", "usageLedger"], &[]),
        }
    }
}

impl Default for Amp {
    fn default() -> Self {
        Self::new()
    }
}

impl Source for Amp {
    fn tool(&self) -> &'static str {
        TOOL
    }

    fn roots(&self, surroundings: &Surroundings<'_>) -> Vec<PathBuf> {
        paths::roots(surroundings)
    }

    fn list(&self, roots: &[PathBuf]) -> Listing {
        crate::listing::below(roots, &paths::is_thread)
    }

    fn open<'b>(
        &'b self,
        file: &FoundFile,
        checkpoint: Option<&Checkpoint>,
        buffer: &'b mut Buffer,
    ) -> Result<Opened<'b>, ReadError> {
        let thread = parse::Thread::new(&file.path);
        document::open(file, checkpoint, &self.markers, buffer, thread)
    }
}

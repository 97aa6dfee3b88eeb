//! Factory's Droid. The format and its quirks: `README.md`.

mod parse;
mod paths;

use crate::document;
use crate::markers::Markers;
use crate::source::{Buffer, FoundFile, Listing, Opened, ReadError, Source, Surroundings};
use aco_domain::Checkpoint;
use std::path::PathBuf;

pub(super) const TOOL: &str = "droid";

/// What Droid says of each session.
pub struct Droid {
    markers: Markers,
}

impl Droid {
    /// The source; nothing is read yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            markers: Markers::new(&["tokenUsage"], &[]),
        }
    }
}

impl Default for Droid {
    fn default() -> Self {
        Self::new()
    }
}

impl Source for Droid {
    fn tool(&self) -> &'static str {
        TOOL
    }

    fn roots(&self, surroundings: &Surroundings<'_>) -> Vec<PathBuf> {
        paths::roots(surroundings)
    }

    fn list(&self, roots: &[PathBuf]) -> Listing {
        crate::listing::below(roots, &|path| paths::session(path).is_some())
    }

    fn open<'b>(
        &'b self,
        file: &FoundFile,
        checkpoint: Option<&Checkpoint>,
        buffer: &'b mut Buffer,
    ) -> Result<Opened<'b>, ReadError> {
        let settings = parse::Settings::new(file);
        document::open(file, checkpoint, &self.markers, buffer, settings)
    }
}

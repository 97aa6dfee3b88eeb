//! Kimi CLI. The format and its quirks: `README.md`.

mod parse;
mod paths;

use crate::jsonl;
use crate::markers::Markers;
use crate::source::{Buffer, FoundFile, Listing, Opened, ReadError, Source, Surroundings};
use aco_domain::Checkpoint;
use std::path::PathBuf;

pub(super) const TOOL: &str = "kimi";

/// What Kimi CLI's parts told each other.
pub struct Kimi {
    markers: Markers,
}

impl Kimi {
    /// The source; nothing is read yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            markers: Markers::new(&["token_usage"], &["protocol_version"]),
        }
    }
}

impl Default for Kimi {
    fn default() -> Self {
        Self::new()
    }
}

impl Source for Kimi {
    fn tool(&self) -> &'static str {
        TOOL
    }

    fn roots(&self, surroundings: &Surroundings<'_>) -> Vec<PathBuf> {
        paths::roots(surroundings)
    }

    fn list(&self, roots: &[PathBuf]) -> Listing {
        crate::listing::below(roots, &paths::is_wire)
    }

    fn open<'b>(
        &'b self,
        file: &FoundFile,
        checkpoint: Option<&Checkpoint>,
        buffer: &'b mut Buffer,
    ) -> Result<Opened<'b>, ReadError> {
        jsonl::open(file, checkpoint, &self.markers, buffer, || {
            parse::Wire::new(&file.path)
        })
    }
}

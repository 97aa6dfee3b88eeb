//! Codex CLI. The format and its quirks: `README.md`.

mod family;
mod limits;
mod origin;
mod parse;
mod paths;
mod rows;

use crate::jsonl;
use crate::markers::Markers;
use crate::source::{Buffer, FoundFile, Listing, Opened, ReadError, Source, Surroundings};
use aco_domain::Checkpoint;
use family::Families;
use std::path::PathBuf;

pub(super) const TOOL: &str = "codex";

/// Codex's rollouts.
pub struct Codex {
    markers: Markers,
    families: Families,
}

impl Codex {
    /// The source; nothing is read yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            markers: Markers::new(
                &["token_count", "token_usage_record"],
                &["turn_context", "session_meta"],
            ),
            families: Families::default(),
        }
    }
}

impl Default for Codex {
    fn default() -> Self {
        Self::new()
    }
}

impl Source for Codex {
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
        buffer: &'b mut Buffer,
    ) -> Result<Opened<'b>, ReadError> {
        jsonl::open(file, checkpoint, &self.markers, buffer, || {
            parse::Rollout::new(&file.path, &self.markers, &self.families)
        })
    }
}

//! Gemini CLI. The format and its quirks: `README.md`.

mod parse;
mod paths;
mod record;

use crate::markers::Markers;
use crate::source::{Buffer, FoundFile, Listing, Opened, ReadError, Source, Surroundings};
use crate::{document, jsonl};
use aco_domain::Checkpoint;
use std::path::PathBuf;

pub(super) const TOOL: &str = "gemini-cli";

/// Gemini CLI's chats.
pub struct GeminiCli {
    markers: Markers,
}

impl GeminiCli {
    /// The source; nothing is read yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            markers: Markers::new(&["tokens"], &["sessionId"]),
        }
    }
}

impl Default for GeminiCli {
    fn default() -> Self {
        Self::new()
    }
}

impl Source for GeminiCli {
    fn tool(&self) -> &'static str {
        TOOL
    }

    fn roots(&self, surroundings: &Surroundings<'_>) -> Vec<PathBuf> {
        paths::roots(surroundings)
    }

    fn list(&self, roots: &[PathBuf]) -> Listing {
        crate::listing::below(roots, &paths::is_chat)
    }

    fn open<'b>(
        &'b self,
        file: &FoundFile,
        checkpoint: Option<&Checkpoint>,
        buffer: &'b mut Buffer,
    ) -> Result<Opened<'b>, ReadError> {
        let fresh = || parse::Chat::new(&file.path);
        if paths::is_whole(&file.path) {
            return document::open(file, checkpoint, &self.markers, buffer, fresh());
        }
        jsonl::open(file, checkpoint, &self.markers, buffer, fresh)
    }
}

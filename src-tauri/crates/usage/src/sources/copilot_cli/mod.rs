//! GitHub Copilot CLI. The formats and their quirks: `README.md`.

mod coverage;
mod events;
mod paths;
mod record;
mod spans;

use crate::jsonl;
use crate::markers::Markers;
use crate::source::{Buffer, FoundFile, Listing, Opened, ReadError, Source, Surroundings};
use aco_domain::Checkpoint;
use coverage::Coverage;
use std::path::PathBuf;

pub(super) const TOOL: &str = "copilot-cli";

/// What GitHub Copilot CLI exports of each call, and what it says of a session when that ends.
pub struct CopilotCli {
    events: Markers,
    spans: Markers,
    coverage: Coverage,
}

impl CopilotCli {
    /// The source; nothing is read yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            events: Markers::new(&["modelMetrics"], &["session.start", "session.resume"]),
            spans: Markers::new(
                &["gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"],
                &[],
            ),
            coverage: Coverage::default(),
        }
    }
}

impl Default for CopilotCli {
    fn default() -> Self {
        Self::new()
    }
}

impl Source for CopilotCli {
    fn tool(&self) -> &'static str {
        TOOL
    }

    fn roots(&self, surroundings: &Surroundings<'_>) -> Vec<PathBuf> {
        paths::roots(surroundings)
    }

    fn list(&self, roots: &[PathBuf]) -> Listing {
        let listing = paths::list(roots);
        let exports = listing.files.iter();
        let exports = exports.filter(|file| !paths::is_events(&file.path));
        self.coverage.by(exports.cloned().collect());
        listing
    }

    fn open<'b>(
        &'b self,
        file: &FoundFile,
        checkpoint: Option<&Checkpoint>,
        buffer: &'b mut Buffer,
    ) -> Result<Opened<'b>, ReadError> {
        if paths::is_events(&file.path) {
            return jsonl::open(file, checkpoint, &self.events, buffer, || {
                events::Events::new(&file.path, &self.coverage, &self.spans)
            });
        }
        jsonl::open(file, checkpoint, &self.spans, buffer, || {
            spans::Spans::new(&file.path)
        })
    }
}

//! What an import of a file did.

use serde::{Deserialize, Serialize};

/// What was in a file that the user imported, and what of it was new.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// Rows, those without tokens and the skipped ones among them.
    pub rows: u64,
    /// Calls that were not known.
    pub new_calls: u64,
    /// Calls that were known, from an earlier import.
    pub known_calls: u64,
    /// Rows that spent no tokens: there is nothing to count.
    pub without_tokens: u64,
    /// Rows that could not be read, or whose counts contradict each other. What they spent is missing.
    pub skipped: u64,
}

//! Histories as AI tools write them, made up, together with the truth about what they hold.
//!
//! For tests (a handful of files within milliseconds) and for benches (a gigabyte within seconds).
//! Shapes and traps are those found in the tools' own files: calls written several times while
//! they stream, copied into other files, re-emitted, cut off, looked alike by text. Sizes are
//! parameters, everything else follows from the seed.
//!
//! No reader of ours may enter: the [`Manifest`] comes from what was meant, not from what was
//! written, or a fault shared by both sides would go unseen.

/// Amp.
pub mod amp;
mod chance;
/// Claude Code.
pub mod claude;
/// Codex CLI.
pub mod codex;
/// GitHub Copilot CLI.
pub mod copilot;
mod database;
/// Droid.
pub mod droid;
/// Gemini CLI.
pub mod gemini;
/// Goose.
pub mod goose;
/// Kimi CLI.
pub mod kimi;
mod manifest;
/// OpenCode.
pub mod opencode;
mod output;
/// Qwen Code.
pub mod qwen;
mod shape;
mod time;

pub use manifest::{Manifest, Spent, Totals, Written};
pub use shape::Shape;
pub use time::utc_day;

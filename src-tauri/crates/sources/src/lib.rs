//! Reads the machine: which AI tools run.
//!
//! What a tool looks like in a process table is data ([`Catalogue`], embedded and extended by the
//! user's `[[tool]]` entries); recognising one is a pure function of what a process shows
//! ([`ProcessView`]); and what has started or stopped since the last look is another
//! ([`Tracker`]). Only [`Machine`] touches the operating system, behind [`ProcessTable`], so that
//! every rule is tested with the process tables of three systems on any of them.
//!
//! Command lines may hold prompts and keys. They are borrowed for the moment of the comparison and
//! nothing that leaves this crate can carry one. No log, socket or configuration file may enter
//! here; reading what tools write about their tokens will live in rooms of its own beside this.
//!
//! ```text
//!  ProcessTable ──list, look, measure──> Scanner ──Scan──> Tracker ──Started, Stopped──> the agent
//!                                          └─ Catalogue::judge
//! ```

mod catalogue;
mod matching;
mod platform;
mod scan;
mod track;

pub use catalogue::{Catalogue, CatalogueError, Patterns, Tool, ToolEntry};
pub use matching::{Nature, Os, ProcessView, Verdict};
pub use platform::{Machine, Power};
pub use scan::{Listed, ProcessTable, Resources, Running, Scan, ScanError, Scanner};
pub use track::{Event, Tracker};

//! Reads the token counts of AI tools that keep them in SQLite.
//!
//! A crate of its own, so that `aco-usage` stays free of a C library: whoever reads transcripts, fuzzes
//! their readers or makes histories up needs none. What may not enter is what may not enter there: a
//! clock, the environment, a runtime, a log, the ledger.
//!
//! # Another program's database
//! It is the tool's, and the tool is writing it. `foreign.rs` says how it is opened: nothing is created
//! beside it, nothing in it or beside it is written, and the tool never waits for us longer than one
//! step takes.
//!
//! # A place in a database
//! A checkpoint holds for each table the row up to which it was read (`place.rs`). Rows have numbers that
//! rise as they are inserted, and may be changed or deleted later, or numbered anew by `VACUUM`. So:
//! - the row at the place is recognised by its id; where it is another or gone, reading begins again,
//!   which costs time and changes no total;
//! - of the rows before the place, those are read again that were not finished when they were met, and
//!   the newest ones that were changed since.
//!
//! What reads from files in the same tools (before they had a database) is here too: a tool has one room.

mod database;
mod foreign;
mod goose;
mod opencode;
mod place;

use aco_usage::Source;

pub use goose::Goose;
pub use opencode::OpenCode;

/// Every source of this crate, in a fixed order.
#[must_use]
pub fn all() -> Vec<Box<dyn Source>> {
    vec![Box::new(OpenCode::new()), Box::new(Goose::new())]
}

//! Reads what AI tools record about their tokens.
//!
//! Only recorded counts are read. Prompts and answers lie in the same files: they are parsed past
//! and never built, so that nothing that leaves this crate can hold one. No clock, environment, home,
//! runtime, log or database may enter: who calls hands over [`Surroundings`], decides on which
//! thread is read, and keeps [`Checkpoint`](aco_domain::Checkpoint)s and calls in one transaction.
//!
//! ```text
//!  Source::roots ──> Source::list ──FoundFile──> Source::open ──> Reading::step ──Increment──> ledger
//!   (to watch, too)                  ^ unchanged files end here       │ at most 2,000 calls
//!                                    └───────── Checkpoint <──────────┘
//! ```
//!
//! # What holds for every source
//! - **Identity.** Every call carries a [`CallIdentity`](aco_domain::CallIdentity) made of what the
//!   tool wrote, never of where it was found. The same bytes read twice, in other pieces, in another
//!   order or from a copied file give the same identities. Which copy counts is the ledger's decision;
//!   only neighbouring copies in one file are folded here already, by the same rule.
//! - **Increments.** A step begins at a checkpoint and gives the next one. It may be repeated. A
//!   checkpoint holds a place in the file, a fingerprint of what lies before it, and what the parser
//!   must remember. What it means is the source's affair: a place may be a row of a database.
//! - **A half-written last line waits**: the place stays before it. Complete JSON at a file's end is
//!   no half line and is read.
//! - **Nothing is skipped in silence.** A finished line that should have held counts and could not be
//!   read is counted in the checkpoint. One that is sound and promises counts in a shape that is not
//!   known is also told with the tool's version ([`Unrecognised`](aco_domain::Unrecognised)): its
//!   format has changed.
//! - **Memory** is one buffer, of 256 KiB and up to 4 MiB for a very long line, whatever the files'
//!   size. Of a file that is one object it is also that file's calls, some hundred bytes each.
//!
//! # How to add a source, in an hour
//! What takes longer is step 1. The rooms of Qwen Code (lines) and Droid (an object) are the smallest to
//! begin from; a tool with a database goes into `aco-usage-sqlite`.
//! 1. Collect facts: where the tool keeps counts, which ids make a call, what is inside what
//!    (`TokenCounts` are disjoint), what is written twice, which sums are of several requests
//!    (`Terms::summed`). Without recorded counts there is no source.
//! 2. Make a room `sources/<tool>/`: `paths.rs` (roots from [`Surroundings`], which files), `parse.rs`
//!    (from a record to a call), `README.md` (each quirk, and what is done about it). The tool's id is
//!    that of the catalogue in `aco-sources`.
//! 3. For JSON lines implement `jsonl::Parser` and let `jsonl::open` do the reading; for one object a
//!    file, which is written anew each time, `document::Document` and `document::open`. Anything else
//!    implements [`Source`] and [`Reading`] itself, and keeps its steps bounded and repeatable. Declare
//!    the counts with `counts!`: it knows when a tool begins to name them otherwise.
//! 4. Choose the identity with care: it is kept in people's ledgers, and a change of it counts their
//!    history twice. A test holds its number.
//! 5. Add it to `sources::all`, and a folder of fixtures with totals worked out by hand: one a quirk
//!    (`examples/fixtures`, `tests/golden`). The tests then try every order of files and every way of
//!    cutting them into increments; a target in `fuzz` tries what no tool would write.
//! 6. Teach `aco-histories` to make the tool's files up (a module and a row in `tests/agreement`): the
//!    ledger is then held to a truth that no reader of ours has seen. Where ccusage reads the tool too,
//!    say in `tests/e2e/tests/peers` where it differs.
//! 7. A row in the table of the project's `README.md`.

mod calls;
mod counts;
mod document;
pub mod imports;
mod json;
mod jsonl;
mod lines;
mod listing;
mod markers;
mod once;
mod platform;
mod resume;
mod shape;
mod shorten;
mod source;
mod sources;
mod version;

/// What rooms are built with, for those that lie in a crate of their own because of what they need.
pub mod room {
    pub use crate::calls::{Identities, MOST_CALLS, Shared};
    pub use crate::listing::{below, found, modified};
    pub use crate::resume::MIDDLE;
    pub use crate::version::unrecognised;

    /// How JSON is read: only the few values that count are built.
    pub mod json {
        pub use crate::json::{Count, Flag, Number, Object, Text, Whole, dollars, instant, object};
    }
}

pub use source::{
    Buffer, FoundFile, Listing, Opened, Platform, ReadError, Reading, Source, Surroundings,
};
pub use sources::{
    all, amp::Amp, claude_code::ClaudeCode, codex::Codex, copilot_cli::CopilotCli, droid::Droid,
    gemini_cli::GeminiCli, kimi::Kimi, qwen_code::QwenCode,
};

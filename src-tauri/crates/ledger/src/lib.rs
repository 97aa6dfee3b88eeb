//! The installation's own history: what its AI tools used, and what that costs.
//!
//! Tools delete their files; this keeps what was in them. One SQLite file holds every call that
//! counts, sums over them, how far each source was read, and what is yet to be shipped, and one
//! transaction moves them all: a kill at any instant leaves a state in which they agree.
//!
//! What may not enter: a runtime, telemetry, the socket, the readers and the price data (they hand
//! in values), the environment and a clock.
//!
//! # Tables
//! | table | a row is |
//! |---|---|
//! | `calls` | the one copy of a call that counts, with its price and whose price that is |
//! | `rollup` | sums of a UTC quarter hour by tool, model, session and project |
//! | `checkpoints` | how far a file was read |
//! | `outbox` | an `ai.usage` record that the spool does not have yet |
//! | `counters` | the stored total behind a cumulative metric, and what it must not fall by |
//! | `names` | a text, whatever it names |
//! | `facts` | the first start, the last number of the outbox, the price data last tried |
//!
//! # Invariants
//! 1. The state is a function of the set of copies that were taken, not of their order or of how
//!    they were split. A copy is never taken back: what a tool deletes or rewrites stays counted.
//! 2. The rollup is the sum over `calls`.
//! 3. All rows that were ever in the outbox add up to the calls since the first start, by tool,
//!    model, session, project and local day.
//! 4. Numbers of the outbox rise, and are above what the spool has taken.
//! 5. A counter's total less its debt is what was found of calls since the first start.
//! 6. A checkpoint moves with the calls before it, or not at all.
//!
//! # Which copy counts
//! Copies with the same [`CallIdentity`](aco_domain::CallIdentity) are copies of one call. A copy
//! made for a side chain counts only while no other copy of its message is known, and of those of
//! one message one. Of several the larger total counts, then the earliest timestamp, then the
//! smallest path.

mod audit;
mod calls;
mod changes;
mod counters;
mod days;
mod error;
mod history;
mod intake;
mod key;
mod ledger;
mod names;
mod open;
mod outbox;
mod platform;
mod queries;
pub mod report;
mod reprice;
mod schema;
mod sums;
#[cfg(test)]
mod tests;

pub use counters::Counter;
pub use error::Error;
pub use history::{Filter, History, NameId, Names, QUARTER_HOUR, RollupRow};
pub use intake::{Intake, Taken};
pub use ledger::{Ledger, Opened};
pub use outbox::UsageDelta;
pub use queries::{CountedCall, CounterTotal, SourceSeen, UnpricedModel};
pub use reprice::Repriced;
pub use sums::Sums;

//! What is measured: names, units, kinds and labels, and what of a total may be shown.
//!
//! Prometheus reads a counter that goes down as one that began again at zero, and does not see the
//! growth before a series' first sample. One mistake of either kind shows as hours or dollars that
//! nobody spent, or hides some that were. So:
//!
//! - totals are whole numbers ([`Kind::Counter`]), which survive any file unchanged,
//! - what is exported was stored before, so that no restart shows less than was shown already,
//! - growth is shown only where the value before it was taken ([`Growth`]); for a series that is
//!   new, that value is zero.
//!
//! ```text
//!  whoever measures ──Snapshot──> Growth ──> Readout (SDK instruments) ──> ship, on its thread
//!       ^                            │
//!       └────── stores first ────────┘
//! ```
//!
//! - [`family`]: the table of the metrics, each a row.
//! - [`Snapshot`]: plain values of one moment, handed in.
//! - [`Growth`]: what of the totals to export. Pure.
//! - [`Readout`]: the OpenTelemetry instruments, which only read a snapshot.
//!
//! May not enter: where values come from (processes, the spool, the ledger), a file, the network,
//! a clock, a thread.

pub mod family;
mod growth;
mod readout;
mod snapshot;

pub use family::{Counter, Gauge, Kind, Row};
pub use growth::Growth;
pub use readout::Readout;
pub use snapshot::{Series, Snapshot};

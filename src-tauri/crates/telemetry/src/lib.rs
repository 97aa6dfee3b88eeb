//! From `log!` to the local file and the spool, and from the spool to the Collector.
//!
//! ```text
//!  log! ─> mask ─> fern ─┬─> file    formatted, rotating
//!   (dispatch)           ├─> stderr  formatted, when it is a terminal
//!                        ├─> ring    the last 2,000 lines, with subscriptions
//!                        └─> OTel appender ─> SpoolProcessor ─> spool      (bridge)
//!                                                                 │
//!                            Collector <── OTLP gRPC <── sender ──┘        (ship)
//!                                 └─────── OTLP gRPC <── snapshot of values (metrics, ship)
//! ```
//!
//! Rooms in the direction of the flow: [`dispatch`] decides who hears a record, [`bridge`] turns it
//! into bytes in the spool before `log!` returns, and [`ship`] takes it from there to the endpoint
//! on a thread of its own. [`metrics`] says what is measured; `ship` sends that too. And
//! [`doctor`] walks the way to the endpoint step by step when somebody asks why nothing arrives.
//!
//! May not enter: reading the environment, the configuration file or the token store (values are
//! passed in), any knowledge of AI tools, the ledger or a user interface.

pub mod bridge;
pub mod dispatch;
pub mod doctor;
pub mod download;
pub mod metrics;
mod sequence;
pub mod ship;

/// Target of everything the shipper says about itself. Records below it stay on this machine: a
/// shipper that ships its own troubles makes more of them.
pub const SHIP_TARGET: &str = "ship";

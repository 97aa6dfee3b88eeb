//! One event loop that owns the state; everything else sends it a message.
//!
//! ```text
//!  scan of the machine ─┐
//!  requests (ipc) ──────┤                    ┌─> log! (events, through the dispatch)
//!  shipper's reports ───┼──> Agent::run ─────┼─> orders for the shipper
//!  config/token changes ┤   (owns the state) ├─> answers to requests
//!  signals, timers ─────┘                    └─> Shell (a user interface, or nothing)
//! ```
//!
//! Start-up is in two steps. [`Foundation`] lays what must stand before the first log line: the
//! home's lock, the identity, the spool, the dispatch tree. [`Agent`] runs on it. A short command
//! (`aco emit`) uses the first without the second.
//!
//! May not enter: Tauri or any other user interface (a [`Shell`] stands for it), reading the
//! environment, printing. Clock, environment and machine id are handed in by `main`.

mod agent;
mod doctor;
mod emit;
mod events;
pub mod explore;
mod foundation;
pub mod history;
mod kept;
mod local_models;
mod metering;
mod pace;
mod price_updates;
mod reloading;
mod requests;
mod scanning;
mod serving;
mod settings;
mod status;
mod supervise;
mod turns;
pub mod usage;

pub use aco_telemetry::dispatch::Logging;
pub use agent::{Agent, AgentParts};
pub use doctor::{Examination, Patient};
pub use emit::{Emission, Emitted, emit, ship_backlog};
pub use foundation::{Foundation, FoundationError, Identity, Terminal};
pub use local_models::local_models;
pub use reloading::config_attention;
pub use settings::{Settings, SettingsSource};
pub use status::{StoppedStatus, status_without_agent};

use aco_domain::Status;

/// What a user interface must provide. The tray implements it; `aco run` has [`NoShell`].
pub trait Shell: Send {
    /// Something a user would see has changed. Called on the agent's loop: must not wait.
    fn changed(&mut self, status: &Status);
}

/// Nobody looks.
#[derive(Debug, Default)]
pub struct NoShell;

impl Shell for NoShell {
    fn changed(&mut self, _: &Status) {}
}

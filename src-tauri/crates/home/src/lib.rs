//! The product's folder on disk: where things are, and who may write them.
//!
//! One home holds one installation. This crate says where its files lie ([`Home`]), lets one
//! process at a time be their writer ([`HomeLock`]), and reads and writes the small ones that
//! belong to no other crate: who this installation is ([`Installation`]), what the agent must
//! remember over a restart ([`AgentStore`]), what its metrics have counted ([`MetricStore`]) and what
//! was told of budgets and limits ([`AlertStore`]). Every such file goes through [`versioned`], so
//! that "damaged" and "written by a newer version" mean the same everywhere.
//!
//! What may not enter: the process environment (it arrives as an [`Environment`]), a clock, the
//! network, the meaning of `config.toml`, and any format with a crate of its own (spool, ledger).
//! Calls that differ between operating systems stand in [`platform`] alone.

mod agent_store;
mod alert_store;
mod environment;
mod error;
mod hash;
mod home;
pub mod installation;
mod lock;
mod metric_store;
pub mod platform;
mod pseudonym_key;
pub mod versioned;

pub use agent_store::{AgentStore, KeptRecords, StoredState};
pub use alert_store::{AlertStore, BudgetTold, LimitTold, StoredAlerts};
pub use environment::Environment;
pub use error::FileError;
pub use home::{Home, HomeError};
pub use installation::Installation;
pub use lock::{Holder, HomeLock, LockError};
pub use metric_store::{MetricStore, StoredTotal};
pub use pseudonym_key::PseudonymKey;

//! What the tray says, shows and offers: decided here, drawn elsewhere.
//!
//! A menu cannot be looked at in a test, and a tray icon hardly. Therefore both are data, made from
//! what the agent says ([`aco_domain::Status`]) and what only the desktop knows ([`Desktop`]): the
//! same input gives the same [`menu`], the same [`icon`] and the same [`notices`], and a table says
//! which. The shell compares what it has drawn with what is due, and touches the desktop only where
//! they differ.
//!
//! May not enter: a user interface, a socket, a file, a clock. The moment and the time zone are
//! handed in.

mod icon;
mod menu;
mod notice;
mod pause;

pub use icon::{Ground, Icon, icon};
pub use menu::{Agent, Command, Desktop, Entry, Grafana, LoginStart, Scene, menu, words};
pub use notice::{Cause, Notice, Preferences, Told, notices};
pub use pause::PauseChoice;

#[cfg(test)]
mod samples;

//! This machine: its process table and where its power comes from. The only rooms with I/O, and the
//! only ones that differ between systems.
//!
//! On Linux the table is read here, because a scan there must cost next to nothing (see `linux`);
//! elsewhere one call gives all processes at once, and `sysinfo` knows how to make it.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod portable;
mod power;

#[cfg(target_os = "linux")]
pub use linux::Machine;
#[cfg(not(target_os = "linux"))]
pub use portable::Machine;
pub use power::Power;

//! The harness of the tray application's tests: a desktop of its own for each.
//!
//! A [`desktop::Desktop`] is a display (Xvfb) with a window manager, a session bus, a panel that
//! takes tray icons, and an opener that writes down what it is given. On it a test starts an
//! [`installation::Installation`] of the real program, reads and clicks its menu as a panel does,
//! and drives its window by WebDriver:
//!
//! ```no_run
//! use aco_e2e::aco::Aco;
//! use aco_e2e_desktop::{desktop::Desktop, installation::Installation};
//!
//! let desktop = Desktop::start();
//! let mut tray = Installation::on(&desktop, Aco::builder());
//! tray.start();
//! tray.menu().click(&["Pause Shipping", "Until I Resume"]);
//! let window = tray.window();
//! window.find("nav [aria-current]").click();
//! ```
//!
//! Nothing of the machine's own desktop is touched. The servers are those of `aco_e2e`.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "test code: a panic is how a test fails, and its output is for whoever ran it"
)]

pub mod desktop;
pub mod display;
pub mod family;
pub mod installation;
pub mod menu;
pub mod pages;
pub mod panel;
pub mod programs;
pub mod views;
pub mod webdriver;

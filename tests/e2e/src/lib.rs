//! The harness of the end-to-end tests: the real `aco`, the real Collector, Loki and Prometheus.
//!
//! A test brings up a stack, points an agent at it, breaks something and asks Loki what arrived:
//!
//! ```no_run
//! use std::time::Duration;
//! use aco_e2e::{aco::Aco, eventually, stack::Stack};
//!
//! let mut stack = Stack::builder().without_prometheus().start(); // TLS and a token
//! let mut aco = Aco::builder().ships_to(&stack).build();
//! stack.kill_collector(); // -9
//! let emitted = aco.cmd(&["emit", "--count", "100"]);
//! assert_eq!(emitted.code, 0, "{emitted:?}");
//! aco.spawn_run();
//! stack.start_collector();
//! eventually(Duration::from_secs(60), "100 records in Loki", || {
//!     stack.loki().uids().len() == 100
//! });
//! ```
//!
//! Everything listens on 127.0.0.1, lives in a temporary folder and ends with its owner's `Drop`, a
//! panic included; a failing test prints the end of every server's output. `ACO_E2E_KEEP=1` keeps
//! the folders. Only a SIGKILL of the test program itself leaves servers behind.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "test code: a panic is how a test fails, and its output is for whoever ran it"
)]

pub mod aco;
pub mod build;
pub mod certificates;
pub mod http;
pub mod judge;
pub mod loki;
pub mod mount;
pub mod otlp;
mod ports;
pub mod process;
pub mod prometheus;
mod scratch;
pub mod stack;
mod wait;

pub use ports::PortBlock;
pub use wait::{eventually, eventually_some, now_ns};

use std::path::{Path, PathBuf};

/// The repository's root.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("this package lies two folders below the root")
        .to_owned()
}

/// The deployed configuration, `infra/`.
pub fn infra() -> PathBuf {
    repository().join("infra")
}

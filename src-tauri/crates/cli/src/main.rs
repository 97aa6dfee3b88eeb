//! `aco`: the agent without a display, and the command line.
//!
//! Flags and glue. `main` is the one place that reads the environment, the machine's clock and its
//! name, and hands them down; each command is a module of its own. May not enter: anything a tray
//! application would need too (that belongs to the agent), and any GUI library.

mod arguments;
mod commands;
mod context;
mod failure;
mod output;
mod progress;
mod signals;
mod usage;

use clap::Parser as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = arguments::Arguments::parse();
    match commands::run(arguments.command) {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}

//! `cargo xtask bench idle`: what the agent costs a machine on which nothing happens.
//!
//! The whole program runs as people run it, three times beside each other: connected to the real
//! Collector and Loki, to an endpoint where nobody listens, and paused. There are 500 processes on
//! the machine, one of them a tool that runs and does nothing. Each agent is given time to look at
//! everything once, and is then watched for a minute.
//!
//! A table of figures beside their aims, and below it each agent taken apart by thread and file, so
//! that the reason of a miss is on the page.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a bench may fail loudly"
)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "its output is the point"
)]

#[cfg(target_os = "linux")]
mod crowd;
#[cfg(target_os = "linux")]
mod proc;
#[cfg(target_os = "linux")]
mod report;
#[cfg(target_os = "linux")]
mod watch;

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("measured by Linux's own accounting (/proc); run it there");
    std::process::exit(2);
}

#[cfg(target_os = "linux")]
fn main() {
    const USAGE: &str = "usage: idle [--aco PROGRAM] [--quick]
  Prints a table. --aco takes another program than the one beside this; --quick watches for twenty
  seconds, which holds one look at the machine at most.";

    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut aco = std::env::current_exe().unwrap().with_file_name("aco");
    let mut time = report::MINUTE;
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match (word.as_str(), words.as_slice()) {
            ("--aco", [program, ..]) => {
                aco = program.into();
                words.next();
            }
            ("--quick", _) => time = report::MINUTE / 3,
            _ => {
                eprintln!("{USAGE}");
                std::process::exit(2);
            }
        }
    }
    report::run(&aco, time);
}

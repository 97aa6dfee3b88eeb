//! `cargo xtask bench import`: what it takes to know what a history cost.
//!
//! Four questions, each answered within one run and as a ratio, because these figures move with
//! the machine:
//! 1. What does the first import of a large history take, in CPU time and memory, against another
//!    tracker's report over the same files?
//! 2. How long is the wait for a report when a few lines have been added?
//! 3. How long does a prompt wait for its status line over that ledger?
//! 4. What does an agent do all day over files that do not change?
//!
//! Both sides are whole programs; the system says what they took. Each report is held against the
//! history's manifest: a fast wrong answer is none.

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
mod fixture;
#[cfg(target_os = "linux")]
mod idle;
#[cfg(target_os = "linux")]
mod measure;
#[cfg(target_os = "linux")]
mod report;
#[cfg(target_os = "linux")]
mod sides;
#[cfg(target_os = "linux")]
mod statusline;

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("measured by Linux's own accounting (wait4, /proc, inotify); run it there");
    std::process::exit(2);
}

#[cfg(target_os = "linux")]
fn main() {
    use std::path::Path;

    const USAGE: &str =
        "usage: import --kept FOLDER --peer PROGRAM [--aco PROGRAM] [--quick | --large-files]
  Makes a history below FOLDER and prints medians and ratios.
  --peer         ccusage's native program
  --aco          ours, where it does not lie beside this program
  --quick        a tenth of the history, fewer rounds
  --large-files  ten transcripts of 500 MB each";

    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let ["measure", output, program, rest @ ..] = words.as_slice() {
        measure::child(Path::new(output), program, rest);
        return;
    }
    let (mut kept, mut peer, mut aco, mut size) = (None, None, None, fixture::Size::Full);
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        match word {
            "--kept" => kept = words.next(),
            "--peer" => peer = words.next(),
            "--aco" => aco = words.next(),
            "--quick" => size = fixture::Size::Quick,
            "--large-files" => size = fixture::Size::LargeFiles,
            _ => {
                eprintln!("{USAGE}");
                std::process::exit(2);
            }
        }
    }
    let (Some(kept), Some(peer)) = (kept, peer) else {
        eprintln!("{USAGE}");
        std::process::exit(2);
    };
    let beside = std::env::current_exe().unwrap().with_file_name("aco");
    let aco = aco.map_or(beside, std::path::PathBuf::from);
    report::run(Path::new(kept), Path::new(peer), &aco, size);
}

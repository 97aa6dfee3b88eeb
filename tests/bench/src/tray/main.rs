//! `cargo xtask bench tray`: what the tray application takes of a desktop, against the least there
//! can be.
//!
//! Two programs run on desktops of their own, one after the other in the same run: ours, and a
//! Tauri program with an icon, a menu of two entries and a window with a few words. Of both: memory
//! of the process tree (a page shared by several processes divided among them) and processor time
//! while nothing happens, with the window never opened, open, and closed again; the time from the
//! start to the icon in the panel, and from the click on the menu to words on the display. Of ours
//! also: processor time while the window follows ten log lines a second.
//!
//! The display is in memory and drawn by the processor: a window costs more than on a real one, in
//! both programs alike.

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
mod report;
#[cfg(target_os = "linux")]
mod subject;
#[cfg(target_os = "linux")]
mod watch;

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("measured by Linux's own accounting (/proc); run it there");
    std::process::exit(2);
}

#[cfg(target_os = "linux")]
fn main() {
    const USAGE: &str = "usage: tray [--quick]
  Prints a table. --quick watches each state for ten seconds instead of sixty, and takes three
  starts and openings instead of nine.";

    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let effort = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => subject::Effort::FULL,
        ["--quick"] => subject::Effort::QUICK,
        _ => {
            eprintln!("{USAGE}");
            std::process::exit(2);
        }
    };
    // Both lie beside this.
    let here = std::env::current_exe().unwrap();
    report::run(
        &here.with_file_name("minimal-tray"),
        &here.with_file_name("ai-cost-observer"),
        &here.with_file_name("aco"),
        &effort,
    );
}

//! `cargo xtask bench emit`: what a log call costs, and how fast a backlog leaves.
//!
//! Three questions, each answered within one run and as a ratio, because these figures move with
//! the machine:
//! 1. What does a log call cost the thread that makes it: fern and the file alone, with the stock
//!    SDK batch pipeline beside it, with ours beside it? Calls are made on a schedule (open loop),
//!    so a stall is charged to every call it delays.
//! 2. How fast does a backlog drain to an OTLP server that does nothing, against a bare tonic
//!    client that sends the very same bytes?
//! 3. How much memory is resident while 512 MiB drain?
//!
//! Every measurement runs in a process of its own (this program again), so that neither memory nor
//! a warmed allocator of one leaks into the next. The server is one more process.

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

mod backlog;
mod cost;
mod drain;
mod server;

use aco_bench::stats;
use std::process::{Command, Stdio};

const USAGE: &str = "usage: emit [--quick]
  Prints medians and ratios. --quick makes a tenth of the calls and records.";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => report(1),
        ["--quick"] => report(10),
        ["server"] => server::serve(),
        ["cost", kind, url, calls] => cost::measure(kind, url, calls.parse().unwrap()),
        ["fill", folder, records, bytes] => {
            backlog::fill(
                folder.as_ref(),
                records.parse().unwrap(),
                bytes.parse().unwrap(),
            );
        }
        ["drain", folder, url] => drain::ours(folder.as_ref(), url),
        ["bare", folder, url] => drain::bare(folder.as_ref(), url),
        _ => {
            eprintln!("{USAGE}");
            std::process::exit(2);
        }
    }
}

fn report(divisor: u64) {
    let server = server::Child::start();
    let url = server.url();
    costs(url, 100_000 / divisor);
    drains(url, 1_000_000 / divisor);
    memory(url, 512 * 1024 * 1024 / divisor);
}

fn costs(url: &str, calls: u64) {
    const ROUNDS: usize = 5;
    println!(
        "Cost of a log call on the emitting thread, open loop, {ROUNDS} rounds of {calls} calls"
    );
    let mut samples = cost::KINDS.map(|kind| (kind, Vec::new(), Vec::new()));
    for _ in 0..ROUNDS {
        for (kind, p50, p99) in &mut samples {
            let line = again(&["cost", kind, url, &calls.to_string()]);
            let mut figures = line.split_whitespace().map(|f| f.parse::<f64>().unwrap());
            p50.push(figures.next().unwrap());
            p99.push(figures.next().unwrap());
        }
    }
    let medians = samples.map(|(kind, p50, p99)| (kind, stats::median(p50), stats::median(p99)));
    let (_, stock50, stock99) = medians[1];
    println!(
        "  {:<28}{:>10}{:>10}{:>14}{:>14}",
        "", "p50 µs", "p99 µs", "p50 / stock", "p99 / stock"
    );
    for (kind, p50, p99) in medians {
        println!(
            "  {:<28}{p50:>10.2}{p99:>10.2}{:>14.2}{:>14.2}",
            cost::describe(kind),
            p50 / stock50,
            p99 / stock99
        );
    }
    println!("  aim: ours at p50 ≤ 1.00, at p99 ≤ 2.00 of the stock pipeline\n");
}

fn drains(url: &str, records: u64) {
    const ROUNDS: usize = 3;
    println!("Draining {records} records to a null OTLP server, {ROUNDS} rounds");
    let (mut ours, mut bare, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_str().unwrap();
        again(&["fill", path, &records.to_string(), "300"]);
        // The bare client first: it reads the same files and leaves them.
        let seconds = |line: String| {
            line.split_whitespace()
                .next()
                .unwrap()
                .parse::<f64>()
                .unwrap()
        };
        let b = seconds(again(&["bare", path, url]));
        let o = seconds(again(&["drain", path, url]));
        bare.push(b);
        ours.push(o);
        ratios.push(b / o);
    }
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let rate = |seconds: f64| records as f64 / seconds;
    println!(
        "  bare tonic client {:>10.0} records/s",
        rate(stats::median(bare))
    );
    println!(
        "  ours              {:>10.0} records/s",
        rate(stats::median(ours))
    );
    println!(
        "  ratio             {:>10.2}   aim: ≥ 0.70\n",
        stats::median(ratios)
    );
}

fn memory(url: &str, bytes: u64) {
    let records = bytes / 1024;
    println!("Resident memory while draining {} MiB", bytes / 1024 / 1024);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    again(&["fill", path, &records.to_string(), "1024"]);
    let line = again(&["drain", path, url]);
    let peak = line.split_whitespace().nth(1).unwrap();
    println!("  peak {peak} MiB   aim: ≤ 40");
}

/// Runs this program again and returns what it printed.
fn again(arguments: &[&str]) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?} failed");
    String::from_utf8(output.stdout).unwrap()
}

//! What a first import costs the ledger. Run by hand, optimised:
//! `cargo test --release -p aco-ledger measure -- --ignored --nocapture`

use super::rig::{Flat, NOW, call, claude, increment};
use crate::{Filter, History, Ledger};
use aco_domain::{Call, UnixNanos};
use jiff::tz::TimeZone;
use std::sync::Arc;
use std::time::Duration;

const FILES: u64 = 1_000;
const CALLS: u64 = 100;

/// A session of 100 calls in some eight hours, each written 2.5 times while it streamed.
fn session(file: u64) -> Vec<Call> {
    let session: Arc<str> = format!("0b6f3c1e-7a52-4c1d-9e0f-{file:012x}").into();
    let project: Arc<str> = format!("/home/ada/projects/number-{}", file % 40).into();
    let begin = NOW.minus(Duration::from_secs(86_400 * (file % 200 + 1) + file * 61));
    let mut calls = Vec::new();
    for number in 0..CALLS {
        let mut id = u128::from(file * CALLS + number + 1);
        id = id.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        for copy in 0..2 + number % 2 {
            let at = begin.plus(Duration::from_secs(number * 290 + copy));
            let mut call = call(id, at, "m-sonnet-4-5", 300 + 200 * copy);
            call.identity.message = id.rotate_left(17);
            call.tokens.cache_read = 40_000 + number * 700;
            call.tokens.cache_write_5m = 900;
            call.session = Arc::clone(&session);
            call.project = Arc::clone(&project);
            call.terms.service_tier = Some("standard".into());
            calls.push(call);
        }
    }
    calls
}

/// Processor time of this thread: the machine may be busy otherwise.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(stat.split(' ').next().unwrap().parse().unwrap())
}

#[test]
#[ignore = "a measurement"]
fn measure_a_first_import() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let files: Vec<_> = (0..FILES)
        .map(|file| {
            increment(
                &format!("/home/ada/.claude/projects/p/{file}.jsonl"),
                1,
                session(file),
            )
        })
        .collect();
    let mut ledger = Ledger::open(&path, NOW, 0).unwrap().ledger;
    let begun = cpu();
    let prices = Flat::at(3);
    let mut intake = ledger.intake(&prices, TimeZone::UTC).unwrap();
    for file in &files {
        intake.take(&claude(), "transcripts", file).unwrap();
    }
    let taken = intake.commit().unwrap();
    println!("import: {:?}, {taken:?}", cpu() - begun);
    let begun = cpu();
    ledger.close().unwrap();
    println!(
        "close: {:?}; {} KiB",
        cpu() - begun,
        path.metadata().unwrap().len() / 1024
    );

    let begun = cpu();
    let mut ledger = Ledger::open(&path, NOW, 0).unwrap().ledger;
    println!("open: {:?}", cpu() - begun);
    let begun = cpu();
    let appended = increment(
        "/home/ada/.claude/projects/p/7.jsonl",
        2,
        vec![call(5, NOW, "m", 1)],
    );
    let mut intake = ledger.intake(&prices, TimeZone::UTC).unwrap();
    intake.take(&claude(), "transcripts", &appended).unwrap();
    intake.commit().unwrap();
    println!("append: {:?}", cpu() - begun);
    let begun = cpu();
    let checkpoints = ledger.history().checkpoints(&claude()).unwrap().len();
    println!("{checkpoints} checkpoints: {:?}", cpu() - begun);
    let begun = cpu();
    ledger.close().unwrap();
    println!("close: {:?}", cpu() - begun);

    let begun = cpu();
    let history = History::open(&path).unwrap().unwrap();
    let mut rows = 0;
    history.rollup(&Filter::default(), |_| rows += 1).unwrap();
    println!(
        "open to read, {rows} rows of the rollup: {:?}",
        cpu() - begun
    );
    let begun = cpu();
    let today = Filter {
        since: Some(UnixNanos(NOW.0 / 1_000_000_000_000 * 1_000_000_000_000)),
        ..Filter::default()
    };
    history.sums_by_tool(&today).unwrap();
    println!("today: {:?}", cpu() - begun);
    let begun = cpu();
    history.sources().unwrap();
    println!("sources: {:?}", cpu() - begun);
    let mut exported = 0;
    let begun = cpu();
    let each = |_| {
        exported += 1;
        std::ops::ControlFlow::Continue(())
    };
    history.calls(&Filter::default(), each).unwrap();
    println!("export of {exported} calls: {:?}", cpu() - begun);
}

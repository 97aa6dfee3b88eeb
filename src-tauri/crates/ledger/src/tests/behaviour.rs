//! The ledger by example.

use super::rig::{Flat, NOW, call, claude, increment, open};
use crate::{CountedCall, Counter, CounterTotal, Filter, History, Ledger};
use aco_domain::{NanoUsd, UnixNanos};
use jiff::tz::TimeZone;
use std::ops::ControlFlow;
use std::sync::Arc;

#[test]
fn what_is_taken_is_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let opened = Ledger::open(&path, NOW, 41).unwrap();
    assert_eq!(opened.findings, []);
    let mut ledger = opened.ledger;
    let old = UnixNanos(NOW.0 - 1);
    let given = increment(
        "/t/a.jsonl",
        100,
        vec![
            call(1, old, "m1", 9),
            call(2, NOW, "m1", 19),
            call(3, NOW, "x", 29),
        ],
    );
    let prices = Flat::at(1);
    let mut intake = ledger.intake(&prices, TimeZone::UTC).unwrap();
    intake.take(&claude(), "transcripts", &given).unwrap();
    assert_eq!(intake.commit().unwrap().new_calls, 3);

    let deltas = ledger.outbox(0, 10).unwrap();
    assert_eq!(
        deltas.len(),
        2,
        "what is older than the first start is in the ledger only"
    );
    assert!(deltas[0].seq > 41);
    assert_eq!(deltas[0].day.to_string(), "2025-11-24");
    ledger.close().unwrap();

    let history = History::open(&path).unwrap().unwrap();
    assert_eq!(history.first_start(), NOW);
    assert_eq!(history.checkpoints(&claude()).unwrap(), [given.checkpoint]);
    let sums = history.sums_by_tool(&Filter::default()).unwrap();
    let [(tool, sums)] = &sums[..] else {
        panic!("{sums:?}")
    };
    assert_eq!(&**tool, "claude-code");
    assert_eq!(
        (sums.calls, sums.cost_usd(), sums.unpriced_tokens),
        (3, Some(NanoUsd(30)), 30)
    );
    let counters = history.counters().unwrap();
    let output = |label: &str| {
        let of = |total: &&CounterTotal| total.counter == Counter::Output && &*total.label == label;
        counters.iter().find(of).map(|total| total.total)
    };
    assert_eq!((output("m1"), output("x")), (Some(19), Some(29)));
    let sources = history.sources().unwrap();
    assert_eq!(
        (sources.len(), sources[0].files, sources[0].skipped_lines),
        (1, 1, 2)
    );
    assert_eq!(sources[0].sums, *sums);
}

#[test]
fn a_price_that_becomes_known_is_filled_in_and_shipped() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = open(&folder.path().join("ledger.db"));
    let unknown = Flat {
        version: "v0",
        each: 0,
        known: "",
    };
    let mut intake = ledger.intake(&unknown, TimeZone::UTC).unwrap();
    intake
        .take(
            &claude(),
            "s",
            &increment("/a", 1, vec![call(1, NOW, "m1", 9)]),
        )
        .unwrap();
    intake.commit().unwrap();
    assert_eq!(ledger.fill_unpriced(&unknown).unwrap().filled, 0);
    let filled = ledger.fill_unpriced(&Flat::of("v1", 2)).unwrap();
    assert_eq!(
        (filled.examined, filled.filled, filled.after),
        (1, 1, NanoUsd(20))
    );
    assert_eq!(
        ledger.fill_unpriced(&Flat::of("v1", 3)).unwrap().examined,
        0,
        "the same version"
    );
    let repriced = ledger
        .reprice(&Flat::of("v2", 3), &Filter::default())
        .unwrap();
    assert_eq!(
        (repriced.changed, repriced.before, repriced.after),
        (1, NanoUsd(20), NanoUsd(30))
    );
    let deltas = ledger.outbox(0, 10).unwrap();
    let costs: Vec<_> = deltas
        .iter()
        .map(|delta| {
            (
                delta.sums.calls,
                delta.sums.unpriced_tokens,
                delta.sums.cost.0,
            )
        })
        .collect();
    assert_eq!(costs, [(1, 10, 0), (0, -10, 20), (0, 0, 10)]);
    ledger.sent(deltas[1].seq).unwrap();
    assert_eq!(ledger.outbox(0, 10).unwrap(), deltas[2..]);
    let mut exported = Vec::new();
    let each = |call: CountedCall| {
        exported.push((call.cost, call.priced_by));
        ControlFlow::Continue(())
    };
    ledger.history().calls(&Filter::default(), each).unwrap();
    assert_eq!(exported, [(Some(NanoUsd(30)), Some(Arc::from("v2")))]);
}

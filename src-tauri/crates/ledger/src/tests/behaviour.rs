//! The ledger by example.

use crate::{Counter, Filter, Ledger};
use aco_domain::*;
use jiff::tz::TimeZone;
use std::path::PathBuf;
use std::sync::Arc;

/// A nano-dollar a token, for models whose name begins with `m`.
pub(super) struct Flat(pub(super) &'static str, pub(super) i64);

impl Pricing for Flat {
    fn version(&self) -> &str {
        self.0
    }

    fn price(&self, call: &Call) -> Option<NanoUsd> {
        let total = i64::try_from(call.tokens.total().min(1 << 42)).unwrap();
        call.model.starts_with('m').then(|| NanoUsd(total * self.1))
    }
}

pub(super) const NOW: UnixNanos = UnixNanos(1_764_000_000_000_000_000);

pub(super) fn claude() -> ToolId {
    ToolId::new("claude-code").unwrap()
}

pub(super) fn call(id: u128, at: UnixNanos, model: &str, output: u64) -> Call {
    Call {
        identity: CallIdentity {
            call: id,
            message: id,
            sidechain: false,
        },
        at,
        model: model.into(),
        provider: Some("anthropic".into()),
        session: "s1".into(),
        project: "/work".into(),
        tokens: TokenCounts {
            input: 1,
            output,
            ..TokenCounts::default()
        },
        terms: Terms::default(),
        recorded_cost: None,
    }
}

pub(super) fn increment(path: &str, offset: u64, calls: Vec<Call>) -> Increment {
    Increment {
        calls,
        checkpoint: Checkpoint {
            path: PathBuf::from(path),
            file_id: Some((1, u64::MAX)),
            size: offset,
            modified: UnixNanos(5),
            offset,
            fingerprint: u64::MAX - 1,
            skipped_lines: 2,
            state: vec![1, 2, 3],
        },
        more: false,
    }
}

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
    let mut intake = ledger.intake(&Flat("v1", 1), TimeZone::UTC).unwrap();
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

    let history = crate::History::open(&path).unwrap().unwrap();
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
        let of = |total: &&crate::CounterTotal| {
            total.counter == Counter::Output && &*total.label == label
        };
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
    let mut ledger = Ledger::open(&folder.path().join("ledger.db"), NOW, 0)
        .unwrap()
        .ledger;
    struct Unknown;
    impl Pricing for Unknown {
        fn version(&self) -> &str {
            "v0"
        }
        fn price(&self, _: &Call) -> Option<NanoUsd> {
            None
        }
    }
    let mut intake = ledger.intake(&Unknown, TimeZone::UTC).unwrap();
    intake
        .take(
            &claude(),
            "s",
            &increment("/a", 1, vec![call(1, NOW, "m1", 9)]),
        )
        .unwrap();
    intake.commit().unwrap();
    assert_eq!(ledger.fill_unpriced(&Unknown).unwrap().filled, 0);
    let filled = ledger.fill_unpriced(&Flat("v1", 2)).unwrap();
    assert_eq!(
        (filled.examined, filled.filled, filled.after),
        (1, 1, NanoUsd(20))
    );
    assert_eq!(
        ledger.fill_unpriced(&Flat("v1", 3)).unwrap().examined,
        0,
        "the same version"
    );
    let repriced = ledger.reprice(&Flat("v2", 3), &Filter::default()).unwrap();
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
    let each = |call: crate::CountedCall| {
        exported.push((call.cost, call.priced_by));
        std::ops::ControlFlow::Continue(())
    };
    ledger.history().calls(&Filter::default(), each).unwrap();
    assert_eq!(exported, [(Some(NanoUsd(30)), Some(Arc::from("v2")))]);
}

//! Anything that may happen to a ledger, against the model: any order, any split, any duplicates,
//! prices that change in between, and a kill at every step.

use super::model::{ByWhat, Counters, Model, sums};
use super::rig::{Flat, NOW, claude, copy_as_killed, increment};
use crate::{CountedCall, Filter, History, Ledger, QUARTER_HOUR, UsageDelta};
use aco_domain::{Call, CallIdentity, NanoUsd, Terms, TokenCounts, UnixNanos};
use jiff::tz::{Offset, TimeZone};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Clone, Debug)]
enum Step {
    /// Increments in one transaction, from files by number.
    Take(Vec<(u8, Vec<Call>)>),
    /// The same, ended without a commit.
    Abandon(Vec<(u8, Vec<Call>)>),
    /// From a file that the user imports.
    Import(Vec<Call>),
    /// Unpriced calls are tried again.
    Fill(u8),
    /// Everything is priced again.
    Reprice(u8),
    /// The spool has this many more rows.
    Sent(usize),
    /// An orderly end.
    Close,
    /// A kill with a transaction that had begun.
    Kill(Vec<(u8, Vec<Call>)>),
    /// The user travels.
    Travel(i32),
}

/// Few of everything, so that all of it meets.
fn a_call() -> impl Strategy<Value = Call> {
    let tokens = (0..3_u64, 0..3_u64, 0..2_u64, 0..2_u64, 0..2_u64, 0..2_u64);
    let names = (0..4_u8, 0..2_u8, 0..2_u8, 0..4_u8);
    let identity = (0..4_u128, 0..3_u128, prop::bool::weighted(0.3));
    (
        identity,
        -3..6_i64,
        tokens,
        names,
        prop::option::of(0..2_i64),
    )
        .prop_map(
            |((call, message, sidechain), hours, tokens, names, recorded)| {
                let at = NOW.0.checked_add_signed(hours * 5_400_000_000_000).unwrap();
                let (model, session, project, terms) = names;
                Call {
                    identity: CallIdentity {
                        call,
                        message,
                        sidechain,
                    },
                    at: UnixNanos(at),
                    model: ["m1", "m2", "n1", "x"][usize::from(model)].into(),
                    provider: (terms == 1).then(|| "anthropic".into()),
                    session: ["s1", "s2"][usize::from(session)].into(),
                    project: ["", "/p"][usize::from(project)].into(),
                    tokens: TokenCounts {
                        input: tokens.0,
                        output: tokens.1,
                        cache_read: tokens.2,
                        cache_write_5m: tokens.3,
                        cache_write_1h: tokens.4,
                        reasoning: tokens.5,
                    },
                    terms: Terms {
                        service_tier: (terms == 2).then(|| "batch".into()),
                        speed: None,
                        summed: terms == 3,
                    },
                    recorded_cost: recorded.map(NanoUsd),
                }
            },
        )
}

fn increments() -> impl Strategy<Value = Vec<(u8, Vec<Call>)>> {
    prop::collection::vec((0..3_u8, prop::collection::vec(a_call(), 0..6)), 1..4)
}

fn a_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => increments().prop_map(Step::Take),
        1 => increments().prop_map(Step::Abandon),
        1 => prop::collection::vec(a_call(), 1..5).prop_map(Step::Import),
        1 => (0..4_u8).prop_map(Step::Fill),
        1 => (0..4_u8).prop_map(Step::Reprice),
        1 => (0..4_usize).prop_map(Step::Sent),
        1 => Just(Step::Close),
        2 => increments().prop_map(Step::Kill),
        1 => (-4..5_i32).prop_map(Step::Travel),
    ]
}

/// Price data 2 knows the models whose name begins with `n`, too.
fn prices(number: u8) -> Flat {
    [
        Flat {
            version: "v0",
            each: 1,
            known: "m",
        },
        Flat {
            version: "v1",
            each: 3,
            known: "m",
        },
        Flat {
            version: "v2",
            each: 1,
            known: "mn",
        },
        Flat {
            version: "v3",
            each: 2,
            known: "n",
        },
    ][usize::from(number)]
}

fn file(number: u8) -> String {
    format!("/transcripts/{number}.jsonl")
}

/// A ledger, the model beside it, and a spool that keeps everything.
struct Rig {
    folder: tempfile::TempDir,
    homes: u32,
    ledger: Option<Ledger>,
    model: Model,
    prices: Flat,
    zone: TimeZone,
    tried: Option<&'static str>,
    offset: u64,
    arrived: Vec<UsageDelta>,
}

const FLOOR: u64 = 77;

impl Rig {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut rig = Self {
            folder,
            homes: 0,
            ledger: None,
            model: Model::new(NOW),
            prices: prices(0),
            zone: TimeZone::UTC,
            tried: None,
            offset: 0,
            arrived: Vec::new(),
        };
        rig.open();
        rig
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(format!("ledger{}.db", self.homes))
    }

    fn open(&mut self) {
        // A clock that went on: it must not become another first start.
        let now = UnixNanos(NOW.0 + u64::from(self.homes) * 3_600_000_000_000);
        let opened = Ledger::open(&self.path(), now, FLOOR).unwrap();
        assert_eq!(opened.findings, []);
        self.ledger = Some(opened.ledger);
    }

    fn ledger(&mut self) -> &mut Ledger {
        self.ledger.as_mut().unwrap()
    }

    fn begin(&mut self, given: &[(u8, Vec<Call>)], and_then: impl FnOnce(crate::Intake<'_>)) {
        let offset = &mut self.offset;
        let ledger = self.ledger.as_mut().unwrap();
        let mut intake = ledger.intake(&self.prices, self.zone.clone()).unwrap();
        for (number, calls) in given {
            *offset += 1;
            let given = increment(&file(*number), *offset, calls.clone());
            intake.take(&claude(), "transcripts", &given).unwrap();
        }
        and_then(intake);
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Take(given) => {
                let mut offset = self.offset;
                self.begin(given, |intake| {
                    intake.commit().unwrap();
                });
                for (number, calls) in given {
                    offset += 1;
                    self.model.take(&file(*number), calls);
                    let checkpoint = increment(&file(*number), offset, Vec::new()).checkpoint;
                    self.model.checkpoints.insert(file(*number), checkpoint);
                }
                self.model
                    .commit(&self.prices, &self.zone, Some("transcripts"));
            }
            Step::Abandon(given) => self.begin(given, |abandoned| drop(abandoned)),
            Step::Import(calls) => {
                let ledger = self.ledger.as_mut().unwrap();
                let mut intake = ledger.intake(&self.prices, self.zone.clone()).unwrap();
                intake
                    .import(&claude(), &PathBuf::from("/import.csv"), calls)
                    .unwrap();
                intake.commit().unwrap();
                self.model.take("/import.csv", calls);
                self.model.commit(&self.prices, &self.zone, None);
            }
            Step::Fill(number) => {
                self.prices = prices(*number);
                let prices = self.prices;
                self.ledger().fill_unpriced(&prices).unwrap();
                if self.tried != Some(prices.version) {
                    self.model.price_again(&prices, true);
                }
                self.tried = Some(prices.version);
            }
            Step::Reprice(number) => {
                self.prices = prices(*number);
                let prices = self.prices;
                self.ledger().reprice(&prices, &Filter::default()).unwrap();
                self.model.price_again(&prices, false);
            }
            Step::Sent(rows) => {
                let after = self.arrived.last().map_or(0, |row| row.seq);
                let rows = self.ledger().outbox(after, *rows).unwrap();
                self.arrived.extend(rows);
                let through = self.arrived.last().map_or(0, |row| row.seq);
                self.ledger().sent(through).unwrap();
            }
            Step::Close => {
                self.ledger.take().unwrap().close().unwrap();
                self.open();
            }
            Step::Kill(given) => {
                let (from, offset) = (self.path(), self.offset);
                self.homes += 1;
                let to = self.path();
                self.begin(given, |_open| copy_as_killed(&from, &to));
                self.offset = offset;
                self.open();
            }
            Step::Travel(hours) => {
                let offset = Offset::from_seconds(hours * 3600 + 2700).unwrap();
                self.zone = TimeZone::fixed(offset);
            }
        }
    }

    fn check(&mut self) {
        let ledger = self.ledger.as_ref().unwrap();
        let history = ledger.history();
        assert_eq!(
            crate::audit::everything(&history.connection, crate::schema::MIGRATIONS).unwrap(),
            None
        );
        assert_eq!(history.first_start(), NOW);
        assert_eq!(by_quarter(history), self.model.by_quarter(), "the rollup");
        assert_eq!(exported(history), expected_export(&self.model), "the calls");

        let found = history.checkpoints(&claude()).unwrap();
        let found: BTreeMap<_, _> = found
            .into_iter()
            .map(|c| (c.path.to_str().unwrap().to_owned(), c))
            .collect();
        assert_eq!(found, self.model.checkpoints);

        let mut counters = Counters::new();
        for total in history.counters().unwrap() {
            let key = (total.counter, total.label.to_string());
            let debt = self.model.counters.get(&key).map_or(0, |(_, debt)| *debt);
            counters.insert(key, (total.total, debt));
        }
        assert_eq!(counters, self.model.counters, "the counters");

        let after = self.arrived.last().map_or(FLOOR, |row| row.seq);
        let waiting = ledger.outbox(0, usize::MAX).unwrap();
        let numbers: Vec<u64> = waiting.iter().map(|row| row.seq).collect();
        assert!(
            numbers.iter().all(|seq| *seq > after),
            "{numbers:?} after {after}"
        );
        assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
        let mut shipped = ByWhat::new();
        for row in self.arrived.iter().chain(&waiting) {
            assert!(
                !row.sums.is_zero() && row.first_at <= row.last_at,
                "{row:?}"
            );
            assert!(row.first_at >= NOW, "older than the first start: {row:?}");
            let key = (
                row.model.to_string(),
                row.session.to_string(),
                row.project.to_string(),
                row.day.to_string(),
            );
            *shipped.entry(key).or_default() += row.sums;
        }
        shipped.retain(|_, sums| !sums.is_zero());
        assert_eq!(
            shipped,
            self.model.by_day(),
            "what is shipped adds up to the growth"
        );
    }
}

fn by_quarter(history: &History) -> ByWhat {
    let mut found = ByWhat::new();
    let mut names = history.names().unwrap();
    history
        .rollup(&Filter::default(), |row| {
            let mut name = |id| names.get(id).unwrap().to_string();
            let quarter = (row.quarter.0 / QUARTER_HOUR).to_string();
            let key = (
                name(row.model),
                name(row.session),
                name(row.project),
                quarter,
            );
            assert!(found.insert(key, row.sums).is_none(), "one row of a kind");
        })
        .unwrap();
    found
}

/// Everything but the path, which only the rule knows.
type Exported = (
    UnixNanos,
    Arc<str>,
    Arc<str>,
    Arc<str>,
    bool,
    TokenCounts,
    Option<NanoUsd>,
    Option<String>,
);

fn exported(history: &History) -> Vec<Exported> {
    let mut found = Vec::new();
    let each = |call: CountedCall| {
        let priced_by = call.priced_by.map(|version| version.to_string());
        let CountedCall {
            at,
            model,
            session,
            project,
            sidechain,
            tokens,
            cost,
            ..
        } = call;
        found.push((
            at, model, session, project, sidechain, tokens, cost, priced_by,
        ));
        ControlFlow::Continue(())
    };
    history.calls(&Filter::default(), each).unwrap();
    assert!(found.is_sorted_by_key(|call| call.0), "oldest first");
    found.sort_by_key(|call| format!("{call:?}"));
    found
}

fn expected_export(model: &Model) -> Vec<Exported> {
    let of = |counted: &super::model::Counted| {
        let Call {
            at,
            model,
            session,
            project,
            tokens,
            identity,
            ..
        } = counted.call.clone();
        let (cost, priced_by) = (counted.cost, counted.priced_by.clone());
        (
            at,
            model,
            session,
            project,
            identity.sidechain,
            tokens,
            cost,
            priced_by,
        )
    };
    let mut expected: Vec<_> = model.counted.values().map(of).collect();
    expected.sort_by_key(|call| format!("{call:?}"));
    expected
}

fn cases(default: u32) -> ProptestConfig {
    ProptestConfig {
        cases: default,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn whatever_happens_all_figures_agree(steps in prop::collection::vec(a_step(), 1..24)) {
        let mut rig = Rig::new();
        for step in &steps {
            rig.step(step);
            rig.check();
        }
    }

    #[test]
    fn neither_order_nor_split_shows(
        copies in prop::collection::vec((0..3_u8, a_call()), 1..24)
            .prop_flat_map(|copies| (Just(copies.clone()), Just(copies).prop_shuffle())),
        splits in prop::collection::vec(1..6_usize, 24),
    ) {
        let (one, mut other) = (Rig::new(), Rig::new());
        let (copies, shuffled) = copies;
        let mut one = one;
        let all = copies.iter().map(|(number, call)| (*number, vec![call.clone()])).collect();
        one.step(&Step::Take(all));
        let mut rest = &shuffled[..];
        for split in splits {
            let (now, later) = rest.split_at(split.min(rest.len()));
            for number in 0..3 {
                let calls = now.iter().filter(|(file, _)| *file == number);
                let calls: Vec<Call> = calls.map(|(_, call)| call.clone()).collect();
                other.step(&Step::Take(vec![(number, calls)]));
            }
            rest = later;
        }
        other.step(&Step::Take(shuffled.into_iter().map(|(file, call)| (file, vec![call])).collect()));
        one.check();
        other.check();
        let history = |rig: &Rig| exported(rig.ledger.as_ref().unwrap().history());
        prop_assert_eq!(history(&one), history(&other));
        let total: Vec<_> = one.model.counted.values().map(sums).collect();
        prop_assert_eq!(total.len(), one.model.counted.len());
    }
}

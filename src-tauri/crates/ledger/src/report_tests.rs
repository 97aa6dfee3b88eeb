use super::*;
use crate::Ledger;
use aco_domain::{Call, CallIdentity, Checkpoint, Increment, NanoUsd, Pricing, Terms, TokenCounts};
use jiff::civil::date;
use proptest::prelude::*;

/// A nano-dollar a token, for models whose name begins with `m`.
struct Flat;

impl Pricing for Flat {
    fn version(&self) -> &str {
        "v1"
    }

    fn price(&self, call: &Call) -> Option<NanoUsd> {
        let total = i64::try_from(call.tokens.total()).unwrap();
        call.model.starts_with('m').then_some(NanoUsd(total))
    }
}

fn call(id: u128, at: UnixNanos, model: &str, output: u64) -> Call {
    Call {
        identity: CallIdentity {
            call: id,
            message: id,
            sidechain: false,
        },
        at,
        model: model.into(),
        provider: None,
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

fn at(text: &str) -> UnixNanos {
    let at: Timestamp = text.parse().unwrap();
    UnixNanos(u64::try_from(at.as_nanosecond()).unwrap())
}

fn posix(rules: &str) -> TimeZone {
    TimeZone::posix(rules).unwrap()
}

fn berlin() -> TimeZone {
    posix("CET-1CEST,M3.5.0,M10.5.0/3")
}

/// A ledger with these calls, of Claude Code.
struct Rig {
    _folder: tempfile::TempDir,
    ledger: Ledger,
}

impl Rig {
    fn with(calls: Vec<Call>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let opened = Ledger::open(&folder.path().join("ledger.db"), UnixNanos(1), 0).unwrap();
        let mut rig = Self {
            _folder: folder,
            ledger: opened.ledger,
        };
        rig.add("claude-code", calls);
        rig
    }

    fn add(&mut self, tool: &str, calls: Vec<Call>) {
        let checkpoint = Checkpoint {
            path: format!("/{tool}.jsonl").into(),
            file_id: None,
            size: 1,
            modified: UnixNanos(5),
            offset: 1,
            fingerprint: 1,
            skipped_lines: 2,
            state: Vec::new(),
        };
        let increment = Increment {
            calls,
            checkpoint,
            more: false,
            unrecognised: None,
        };
        let tool = ToolId::new(tool).unwrap();
        let mut intake = self.ledger.intake(&Flat, TimeZone::UTC).unwrap();
        intake.take(&tool, "t", &increment).unwrap();
        intake.commit().unwrap();
    }

    fn report(&self, by: By, zone: TimeZone) -> Report {
        self.of(&Query::by(by, zone))
    }

    fn of(&self, query: &Query) -> Report {
        read(self.ledger.history(), query).unwrap()
    }

    /// Keys and calls.
    fn rows(&self, by: By, zone: TimeZone) -> Vec<(String, i64)> {
        let rows = self.report(by, zone).rows;
        rows.into_iter()
            .map(|row| (row.key, row.figures.calls))
            .collect()
    }
}

fn calls(times: &[&str]) -> Vec<Call> {
    (1..)
        .zip(times)
        .map(|(id, text)| call(id, at(text), "m", 9))
        .collect()
}

fn keys(rows: &[(&str, i64)]) -> Vec<(String, i64)> {
    rows.iter()
        .map(|(key, calls)| ((*key).to_owned(), *calls))
        .collect()
}

#[test]
fn a_day_has_23_or_25_hours_where_the_clocks_change() {
    let rig = Rig::with(calls(&[
        // The clocks go forward on 29 March 2026: the day ends an hour of UTC earlier.
        "2026-03-28T22:59:59Z",
        "2026-03-28T23:00:00Z",
        "2026-03-29T21:59:59Z",
        "2026-03-29T22:00:00Z",
        // And back on 25 October: both of its hours between 2 and 3 are in it.
        "2026-10-24T22:00:00Z",
        "2026-10-25T00:30:00Z",
        "2026-10-25T01:30:00Z",
        "2026-10-25T22:59:59Z",
        "2026-10-25T23:00:00Z",
    ]));
    let expected = [
        ("2026-03-28", 1),
        ("2026-03-29", 2),
        ("2026-03-30", 1),
        ("2026-10-25", 4),
        ("2026-10-26", 1),
    ];
    assert_eq!(rig.rows(By::Day, berlin()), keys(&expected));
}

#[test]
fn days_are_right_in_zones_off_the_hour() {
    // Chatham: +12:45, +13:45 in summer. Lord Howe shifts by half an hour.
    let chatham = posix("<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45");
    let rig = Rig::with(calls(&[
        "2026-01-31T10:14:59Z",
        "2026-01-31T10:15:00Z",
        "2026-06-30T11:14:59Z",
        "2026-06-30T11:15:00Z",
    ]));
    let expected = [
        ("2026-01-31", 1),
        ("2026-02-01", 1),
        ("2026-06-30", 1),
        ("2026-07-01", 1),
    ];
    assert_eq!(rig.rows(By::Day, chatham), keys(&expected));
    let lord_howe = posix("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0");
    let rig = Rig::with(calls(&[
        "2026-01-31T12:59:59Z",
        "2026-01-31T13:00:00Z",
        "2026-06-30T13:29:59Z",
        "2026-06-30T13:30:00Z",
    ]));
    assert_eq!(rig.rows(By::Day, lord_howe), keys(&expected));
}

#[test]
fn a_day_that_has_no_midnight_begins_with_its_first_instant() {
    let beirut = posix("EET-2EEST,M3.5.0/0,M10.5.0/0");
    let day = Some(date(2026, 3, 29));
    let (since, until) = Period {
        since: day,
        until: day,
    }
    .bounds(&beirut);
    assert_eq!(since, Some(at("2026-03-28T22:00:00Z")), "one o'clock");
    assert_eq!(until, Some(at("2026-03-29T21:00:00Z")));
}

#[test]
fn weeks_are_those_of_iso_8601() {
    let rig = Rig::with(calls(&[
        "2026-01-04T12:00:00Z",
        "2026-12-31T12:00:00Z",
        "2027-01-03T23:59:59Z",
        "2027-01-04T00:00:00Z",
        "2021-01-01T00:00:00Z",
    ]));
    let expected = [
        ("2020-W53", 1),
        ("2026-W01", 1),
        ("2026-W53", 2),
        ("2027-W01", 1),
    ];
    assert_eq!(rig.rows(By::Week, TimeZone::UTC), keys(&expected));
    let expected = [
        ("2021-01", 1),
        ("2026-01", 1),
        ("2026-12", 1),
        ("2027-01", 2),
    ];
    assert_eq!(rig.rows(By::Month, TimeZone::UTC), keys(&expected));
}

#[test]
fn a_period_includes_its_first_and_its_last_day() {
    let rig = Rig::with(calls(&[
        "2026-01-30T22:59:59Z",
        "2026-01-30T23:00:00Z",
        "2026-02-01T22:59:59Z",
        "2026-02-01T23:00:00Z",
    ]));
    let report = rig.of(&Query {
        period: Period {
            since: Some(date(2026, 1, 31)),
            until: Some(date(2026, 2, 1)),
        },
        ..Query::by(By::Day, berlin())
    });
    let days: Vec<_> = report.rows.iter().map(|row| &*row.key).collect();
    assert_eq!(days, ["2026-01-31", "2026-02-01"]);
    assert_eq!(report.totals.calls, 2);
    assert_eq!(report.skipped_lines, 2);
}

#[test]
fn names_are_verbatim_and_the_dearest_comes_first() {
    let mut calls = calls(&["2026-01-01T00:00:00Z"; 4]);
    for (call, (model, output)) in calls.iter_mut().zip([
        ("m-small", 1),
        ("m-large", 100),
        ("x, \"new\"", 900),
        ("é", 1000),
    ]) {
        call.model = model.into();
        call.tokens.output = output;
    }
    let mut rig = Rig::with(calls);
    let mut codex = call(9, at("2026-01-01T00:00:00Z"), "m-small", 4);
    codex.project = "".into();
    rig.add("codex", vec![codex]);
    let report = rig.report(By::Model, TimeZone::UTC);
    let rows: Vec<_> = report
        .rows
        .iter()
        .map(|row| (&*row.key, row.figures.api_value.map(|cost| cost.0)))
        .collect();
    // Those without a price by their tokens.
    let expected = [
        ("m-large", Some(101)),
        ("m-small", Some(7)),
        ("é", None),
        ("x, \"new\"", None),
    ];
    assert_eq!(rows, expected);
    assert_eq!(report.unpriced_models, ["é", "x, \"new\""]);
    let unpriced = rig.ledger.history().unpriced_models().unwrap();
    let unpriced: Vec<_> = unpriced
        .iter()
        .map(|it| (&*it.model, it.calls, it.tokens))
        .collect();
    assert_eq!(unpriced, [("é", 1, 1_001), ("x, \"new\"", 1, 901)]);
    assert_eq!(
        rig.rows(By::Tool, TimeZone::UTC),
        keys(&[("claude-code", 4), ("codex", 1)])
    );
    assert_eq!(
        rig.rows(By::Project, TimeZone::UTC),
        keys(&[("/work", 4), ("", 1)])
    );
    assert_eq!(rig.rows(By::Session, TimeZone::UTC), keys(&[("s1", 5)]));
    let only_codex = rig.of(&Query {
        tool: Some(ToolId::new("codex").unwrap()),
        ..Query::by(By::Tool, TimeZone::UTC)
    });
    assert_eq!((only_codex.totals.calls, only_codex.skipped_lines), (1, 2));
}

#[test]
fn an_hour_that_comes_twice_is_two_rows_in_their_order() {
    // On 25 October 2026 the clocks go from 3 back to 2.
    let rig = Rig::with(calls(&[
        "2026-10-25T00:15:00Z",
        "2026-10-25T01:15:00Z",
        "2026-10-25T01:45:00Z",
        "2026-10-25T02:00:00Z",
    ]));
    let expected = [
        ("2026-10-25T02:00+02:00", 1),
        ("2026-10-25T02:00+01:00", 2),
        ("2026-10-25T03:00+01:00", 1),
    ];
    assert_eq!(rig.rows(By::Hour, berlin()), keys(&expected));
    let kathmandu = TimeZone::fixed(jiff::tz::Offset::from_seconds(20_700).unwrap());
    let first = &rig.rows(By::Hour, kathmandu)[0];
    assert_eq!(first.0, "2026-10-25T06:00+05:45");
}

#[test]
fn a_second_key_divides_each_row() {
    let mut calls = calls(&["2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z"]);
    calls[0].model = "m-large".into();
    calls[0].tokens.output = 100;
    let mut rig = Rig::with(calls);
    rig.add("codex", vec![call(9, at("2026-01-02T00:00:00Z"), "m", 5)]);
    let rows = |by, then| -> Vec<_> {
        let query = Query {
            then: Some(then),
            ..Query::by(by, TimeZone::UTC)
        };
        let rows = rig.of(&query).rows.into_iter();
        rows.map(|row| {
            format!(
                "{} {} {}",
                row.key,
                row.then.unwrap(),
                row.figures.output_tokens
            )
        })
        .collect()
    };
    let by_day = [
        "2026-01-01 claude-code 9",
        "2026-01-02 claude-code 100",
        "2026-01-02 codex 5",
    ];
    assert_eq!(rows(By::Day, By::Tool), by_day);
    // The dearest tool is first, and its days are in their order.
    let by_tool = [
        "claude-code 2026-01-01 9",
        "claude-code 2026-01-02 100",
        "codex 2026-01-02 5",
    ];
    assert_eq!(rows(By::Tool, By::Day), by_tool);
    let top = rig.of(&Query {
        top: Some(1),
        ..Query::by(By::Tool, TimeZone::UTC)
    });
    assert_eq!((top.rows.len(), top.totals.calls), (1, 3));
    assert_eq!(top.omitted.map(|left| left.figures.calls), Some(1));
    let text = csv(&rig.of(&Query {
        then: Some(By::Tool),
        ..Query::by(By::Day, TimeZone::UTC)
    }));
    assert!(text.starts_with("day,tool,calls,"), "{text}");
    assert!(text.contains("2026-01-02,codex,1,1,5,"), "{text}");
}

#[test]
fn its_json_and_csv_are_the_contracts() {
    let mut calls = calls(&["2026-01-01T00:00:00Z"; 2]);
    calls[0].tokens = TokenCounts {
        input: 1,
        output: 20,
        cache_read: 300,
        cache_write_5m: 4_000,
        cache_write_1h: 50_000,
        reasoning: 6,
    };
    calls[1].model = "x,y".into();
    let mut report = Rig::with(calls).report(By::Model, TimeZone::UTC);
    assert_eq!(report.unpriced_models, ["x,y"]);
    report.unpriced_models.clear();
    let json = serde_json::to_string_pretty(&report).unwrap();
    let expected = r#"{
  "schema_version": 1,
  "since": null,
  "until": null,
  "timezone": "UTC",
  "by": "model",
  "totals": {
    "calls": 2,
    "input_tokens": 2,
    "output_tokens": 29,
    "cache_read_tokens": 300,
    "cache_write_5m_tokens": 4000,
    "cache_write_1h_tokens": 50000,
    "reasoning_tokens": 6,
    "unpriced_tokens": 10,
    "cost_usd": "0.000054321"
  },
  "rows": [
    {
      "key": "m",
      "calls": 1,
      "input_tokens": 1,
      "output_tokens": 20,
      "cache_read_tokens": 300,
      "cache_write_5m_tokens": 4000,
      "cache_write_1h_tokens": 50000,
      "reasoning_tokens": 6,
      "unpriced_tokens": 0,
      "cost_usd": "0.000054321"
    },
    {
      "key": "x,y",
      "calls": 1,
      "input_tokens": 1,
      "output_tokens": 9,
      "cache_read_tokens": 0,
      "cache_write_5m_tokens": 0,
      "cache_write_1h_tokens": 0,
      "reasoning_tokens": 0,
      "unpriced_tokens": 10,
      "cost_usd": null
    }
  ],
  "skipped_lines": 2
}"#;
    assert_eq!(json, expected);
    let expected = "model,calls,input_tokens,output_tokens,cache_read_tokens,cache_write_5m_tokens,\
                    cache_write_1h_tokens,reasoning_tokens,unpriced_tokens,cost_usd,fees_usd\n\
                    m,1,1,20,300,4000,50000,6,0,0.000054321,\n\
                    \"x,y\",1,1,9,0,0,0,0,10,,\n";
    assert_eq!(csv(&report), expected);
}

#[test]
fn a_ledger_that_has_nothing_yet_costs_nothing_known() {
    let report = empty(&Query::by(By::Day, berlin()));
    assert_eq!(report.totals.api_value, None);
    assert_eq!(report.timezone, "local", "rules without a name");
    for (seconds, name) in [(20_700, "+05:45"), (3_600, "+01:00"), (-12_600, "-03:30")] {
        let fixed = TimeZone::fixed(jiff::tz::Offset::from_seconds(seconds).unwrap());
        assert_eq!(name_of(&fixed), name);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever the rows are, they add up to the total; and a day's row holds the calls that the
    /// zone itself puts on that day.
    #[test]
    fn rows_add_up_and_days_are_the_zones(
        times in prop::collection::vec(1_600_000_000_u64..1_900_000_000, 1..40),
        zone in prop::sample::select(vec![
            "CET-1CEST,M3.5.0,M10.5.0/3",
            "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45",
            "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
            "EET-2EEST,M3.5.0/0,M10.5.0/0",
            "<-0930>9:30",
            "<+14>-14",
        ]),
    ) {
        let zone = posix(zone);
        let calls = (1..).zip(&times).map(|(id, &seconds)| {
            call(id, UnixNanos(seconds * 1_000_000_000), "m", seconds % 1_000)
        });
        let rig = Rig::with(calls.collect());
        for by in By::ALL {
            let report = rig.report(by, zone.clone());
            let mut sum = Figures::default();
            report.rows.iter().for_each(|row| sum += row.figures);
            prop_assert_eq!(sum, report.totals);
            prop_assert_eq!(sum.calls, i64::try_from(times.len()).unwrap());
        }
        let mut days = std::collections::BTreeMap::new();
        for &seconds in &times {
            let at = Timestamp::from_second(i64::try_from(seconds).unwrap()).unwrap();
            *days.entry(zone.to_datetime(at).date().to_string()).or_insert(0) += 1;
        }
        prop_assert_eq!(rig.rows(By::Day, zone), days.into_iter().collect::<Vec<_>>());
    }

    /// Two periods that meet hold what the period of both holds.
    #[test]
    fn periods_that_meet_neither_overlap_nor_leave_a_gap(
        times in prop::collection::vec(1_774_000_000_u64..1_776_000_000, 1..60),
        split in 0_i64..25,
    ) {
        let calls = (1..).zip(&times).map(|(id, &seconds)| {
            call(id, UnixNanos(seconds * 1_000_000_000), "m", 1)
        });
        let rig = Rig::with(calls.collect());
        let last = date(2026, 3, 20).checked_add(jiff::Span::new().days(split)).unwrap();
        let of = |since, until| {
            let period = Period { since, until };
            let query = Query { period, ..Query::by(By::Day, berlin()) };
            rig.of(&query).totals
        };
        let mut both = of(None, Some(last));
        both += of(last.tomorrow().ok(), None);
        prop_assert_eq!(both, of(None, None));
        prop_assert_eq!(both.api_value, Some(NanoUsd(both.calls * 2)));
    }
}

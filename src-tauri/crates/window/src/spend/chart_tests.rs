use super::*;
use crate::fixtures::{chart_report, now};
use aco_domain::Figures;
use jiff::civil::date;
use jiff::tz::TimeZone;
use proptest::prelude::*;

fn drawn(range: Range) -> Chart {
    let days = Days::of(range, &now());
    let report = chart_report(&days);
    let mut slots = Slots::default();
    see_tools(&report, &mut slots);
    chart(&days, &report, &slots, &str::to_owned, &now())
}

#[test]
fn a_range_has_its_columns_whether_they_have_come_or_not() {
    let month = drawn(Range::Month);
    assert_eq!(month.columns.len(), 30);
    assert_eq!(month.columns[23].key, "2026-09-24");
    assert_eq!(month.columns[23].segments.len(), 7);
    assert_eq!(month.columns[24].segments, []);
    assert_eq!(month.columns[24].total.text, "–");
    let axis: Vec<_> = month
        .columns
        .iter()
        .filter_map(|c| c.axis.clone())
        .collect();
    assert_eq!(axis, ["1 Sep", "7", "14", "21", "28"]);
    let week = drawn(Range::Week);
    assert_eq!(week.columns.len(), 7);
    assert_eq!(week.columns[0].heading, "Mon 21 Sep");
    let today = drawn(Range::Today);
    assert_eq!(today.columns.len(), 24);
    assert_eq!(today.columns[8].key, "2026-09-24T08:00+02:00");
    assert_eq!(today.columns[8].heading, "08:00–09:00");
    assert!(!today.columns[8].segments.is_empty());
}

#[test]
fn a_day_in_which_a_clock_is_set_has_its_own_number_of_hours() {
    // Europe/Berlin in 2026: forward on 29 March, back on 25 October.
    let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
    for (day, hours) in [
        (date(2026, 3, 29), 23),
        (date(2026, 10, 25), 25),
        (date(2026, 9, 24), 24),
    ] {
        let noon = day.at(12, 0, 0, 0).to_zoned(zone.clone()).unwrap();
        let at = u64::try_from(noon.timestamp().as_nanosecond()).unwrap();
        let now = Now {
            at: aco_domain::UnixNanos(at),
            zone: zone.clone(),
            home: None,
        };
        let spans = super::hours(day, &now);
        assert_eq!(spans.len(), hours, "{day}");
        let keys: std::collections::BTreeSet<_> = spans.iter().map(|s| &s.key).collect();
        assert_eq!(keys.len(), hours, "each hour has a key of its own");
    }
}

#[test]
fn the_scale_is_of_round_dollars() {
    let dollars = |cents: i128| cents * A_CENT;
    for (tallest, lines_of) in [
        (0, 1),
        (1, 1),
        (dollars(4), 1),
        (dollars(5), 2),
        (dollars(9), 5),
        (dollars(9_648), 2_500),
        (dollars(5_777), 2_000),
        (dollars(10_000), 2_500),
        (dollars(10_001), 5_000),
        (dollars(123_456_789), 50_000_000),
    ] {
        assert_eq!(step(tallest), dollars(lines_of), "{tallest}");
    }
}

#[test]
fn colours_come_before_others_and_are_given_in_order_of_appearance() {
    let month = drawn(Range::Month);
    let slots: Vec<_> = month.columns[0].segments.iter().map(|s| s.slot).collect();
    let expected = [
        Slot::S1,
        Slot::S2,
        Slot::S3,
        Slot::S4,
        Slot::S5,
        Slot::S6,
        Slot::Other,
    ];
    assert_eq!(slots, expected);
    assert_eq!(month.columns[0].segments[6].name, "qwen-code");
}

#[test]
fn who_does_not_see_it_hears_its_highest_point() {
    let month = drawn(Range::Month);
    assert_eq!(
        month.label,
        "API value by day in September 2026, stacked by tool. Highest: 19 September, $54.45."
    );
    assert!(
        drawn(Range::Today)
            .label
            .starts_with("API value by hour today")
    );
}

fn row(key: &str, tool: usize, value: Option<i64>) -> Row {
    Row {
        key: key.to_owned(),
        then: Some(format!("tool-{tool}")),
        figures: Figures {
            calls: 1,
            input_tokens: 5,
            unpriced_tokens: if value.is_none() { 5 } else { 0 },
            api_value: value.map(NanoUsd),
            ..Figures::default()
        },
    }
}

proptest! {
    #[test]
    fn bars_never_stand_out_of_the_chart(
        values in prop::collection::vec((0_usize..10, prop::option::of(-5_i64..i64::MAX / 32)), 0..30)
    ) {
        let days = Days::of(Range::Week, &now());
        let rows = values.iter().enumerate().map(|(n, (tool, value))| {
            let day = 21 + n % 4;
            row(&format!("2026-09-{day}"), *tool, *value)
        });
        let report = Report { rows: rows.collect(), ..chart_report(&days) };
        let mut slots = Slots::default();
        see_tools(&report, &mut slots);
        let chart = chart(&days, &report, &slots, &str::to_owned, &now());
        prop_assert_eq!(chart.grid.first().map(|line| line.at), Some(0));
        prop_assert_eq!(chart.grid.last().map(|line| line.at), Some(1_000_000));
        prop_assert!(chart.grid.len() <= 5);
        for column in &chart.columns {
            let height: u64 = column.segments.iter().map(|s| u64::from(s.height)).sum();
            prop_assert!(height <= 1_000_000, "{}", height);
        }
    }
}

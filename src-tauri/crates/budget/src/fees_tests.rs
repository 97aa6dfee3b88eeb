use super::*;
use jiff::ToSpan as _;
use jiff::civil::date;
use proptest::prelude::*;

const DOLLAR: i64 = NanoUsd::DOLLAR.0;

fn tool(id: &str) -> ToolId {
    ToolId::new(id).unwrap()
}

fn fee(dollars: i64, period: Period, since: Option<Date>, tools: &[&str]) -> Fee {
    Fee {
        amount: NanoUsd(dollars * DOLLAR),
        period,
        since,
        tools: tools.iter().map(|id| tool(id)).collect(),
    }
}

fn monthly(dollars: i64, since: Date) -> Fees {
    Fees::new(
        &[fee(dollars, Period::Month, Some(since), &["codex"])],
        since,
    )
}

#[test]
fn whole_periods_cost_the_fee_whatever_their_length() {
    let fees = monthly(100, date(2024, 1, 1));
    let table = [
        (date(2024, 2, 1), date(2024, 2, 29), 100),
        (date(2025, 2, 1), date(2025, 2, 28), 100),
        (date(2024, 1, 1), date(2024, 12, 31), 1_200),
        (date(2023, 1, 1), date(2023, 12, 31), 0),
    ];
    for (first, last, dollars) in table {
        assert_eq!(fees.over(first, last), NanoUsd(dollars * DOLLAR), "{first}");
    }
    let since = date(2020, 1, 1);
    let yearly = Fees::new(&[fee(366, Period::Year, Some(since), &[])], since);
    let day = |date| yearly.over(date, date);
    assert_eq!(day(date(2024, 2, 29)), NanoUsd(DOLLAR));
    assert_eq!(
        yearly.over(date(2023, 1, 1), date(2023, 12, 31)),
        NanoUsd(366 * DOLLAR)
    );
}

#[test]
fn a_fee_begins_with_its_first_day_in_the_middle_of_a_month() {
    let fees = monthly(31, date(2026, 1, 22));
    assert_eq!(
        fees.over(date(2026, 1, 1), date(2026, 1, 31)),
        NanoUsd(10 * DOLLAR)
    );
    assert_eq!(fees.over(date(2026, 1, 21), date(2026, 1, 21)), NanoUsd(0));
    assert_eq!(fees.first_day(), Some(date(2026, 1, 22)));
    // Without one of its own, with the first day of which there are records.
    let without = fee(31, Period::Month, None, &[]);
    let fees = Fees::new(&[without], date(2026, 1, 31));
    assert_eq!(
        fees.over(date(2025, 1, 1), date(2026, 1, 31)),
        NanoUsd(DOLLAR)
    );
}

#[test]
fn a_fee_over_several_tools_counts_once() {
    let since = date(2026, 1, 1);
    let shared = fee(
        100,
        Period::Month,
        Some(since),
        &["codex", "cursor", "codex", "amp"],
    );
    let fees = Fees::new(&[shared], since);
    let (first, last) = (since, date(2026, 1, 31));
    assert_eq!(fees.over(first, last), NanoUsd(100 * DOLLAR));
    let by_tool = fees.by_tool(first, last);
    let third = 33_333_333_333;
    let expected = [("amp", 0), ("codex", 1), ("cursor", 0)]
        .map(|(id, more)| (Some(tool(id)), NanoUsd(third + more)));
    assert_eq!(by_tool, BTreeMap::from(expected));
    assert_eq!(
        fees.of_tool(&tool("cursor")).over(first, last),
        NanoUsd(third)
    );
    assert!(fees.of_tool(&tool("goose")).is_empty());
}

#[test]
fn two_fees_for_one_tool_add_up_and_one_for_none_is_a_fee_too() {
    let since = date(2026, 1, 1);
    let fees = [
        fee(20, Period::Month, Some(since), &["codex"]),
        fee(5, Period::Month, Some(since), &["codex"]),
        fee(7, Period::Month, Some(since), &[]),
    ];
    let fees = Fees::new(&fees, since);
    let by_tool = fees.by_tool(since, date(2026, 1, 31));
    let expected = [
        (None, NanoUsd(7 * DOLLAR)),
        (Some(tool("codex")), NanoUsd(25 * DOLLAR)),
    ];
    assert_eq!(by_tool, BTreeMap::from(expected));
}

#[test]
fn within_a_day_a_fee_accrues_evenly_however_long_the_day_is() {
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let fees = monthly(31, date(2026, 1, 1));
    let part = &fees.parts()[0];
    for (of, hours) in [
        (date(2026, 3, 29), 23_u64),
        (date(2026, 10, 25), 25),
        (date(2026, 10, 26), 24),
    ] {
        let day = Day::of(of, &berlin);
        assert_eq!(
            part.between(day.begins, day.ends, &berlin),
            NanoUsd(DOLLAR),
            "{of}"
        );
        let hour = UnixNanos(day.begins.0 + 3_600_000_000_000);
        let share = part.between(day.begins, hour, &berlin).0;
        let expected = DOLLAR / i64::try_from(hours).unwrap();
        assert!((share - expected).abs() <= 1, "{of}: {share}");
    }
    let before = Day::of(date(2025, 12, 31), &berlin);
    assert_eq!(
        part.between(before.begins, before.ends, &berlin),
        NanoUsd(0),
        "before its first day"
    );
    assert_eq!(
        part.between(before.ends, before.begins, &berlin),
        NanoUsd(0),
        "a clock that went back"
    );
}

fn a_day() -> impl Strategy<Value = Date> {
    (0..4_000_i32).prop_map(|days| date(2019, 12, 1).checked_add(days.days()).unwrap())
}

fn a_fee() -> impl Strategy<Value = Fee> {
    let tools = proptest::sample::subsequence(vec!["amp", "codex", "cursor"], 0..=3);
    let since = proptest::option::of(a_day());
    (0..i64::MAX / 8, any::<bool>(), since, tools).prop_map(|(amount, year, since, tools)| Fee {
        amount: NanoUsd(amount),
        period: if year { Period::Year } else { Period::Month },
        since,
        tools: tools.into_iter().map(tool).collect(),
    })
}

const ZONES: [&str; 5] = [
    "UTC",
    "Europe/Berlin",
    "America/Santiago",
    "Asia/Kathmandu",
    "Pacific/Apia",
];

proptest! {
    #[test]
    fn any_partition_of_days_adds_up_to_the_whole(
        fee in a_fee(), earliest in a_day(), mut cuts in prop::collection::vec(a_day(), 2..8),
    ) {
        cuts.sort();
        let fees = Fees::new(&[fee], earliest);
        let (first, end) = (cuts[0], cuts[cuts.len() - 1]);
        let of_days: i128 = cuts
            .windows(2)
            .filter(|cut| cut[0] < cut[1])
            .map(|cut| i128::from(fees.over(cut[0], cut[1].yesterday().unwrap()).0))
            .sum();
        // Kept below the largest amount, so that nothing saturates.
        prop_assume!(of_days < i128::from(i64::MAX));
        let whole = if first < end { fees.over(first, end.yesterday().unwrap()) } else { NanoUsd(0) };
        prop_assert_eq!(of_days, i128::from(whole.0));
        let tools: i128 = match first < end {
            true => fees.by_tool(first, end.yesterday().unwrap()).values().map(|it| i128::from(it.0)).sum(),
            false => 0,
        };
        prop_assert_eq!(tools, i128::from(whole.0), "and so do tools");
    }

    #[test]
    fn any_partition_of_time_adds_up_to_its_days(
        fee in a_fee(), first in a_day(), days in 1..90_i32, zone in 0..ZONES.len(),
        mut cuts in prop::collection::vec(0..u64::MAX, 0..6),
    ) {
        let fee = Fee { amount: NanoUsd(fee.amount.0 / 64), ..fee };
        let zone = TimeZone::get(ZONES[zone]).unwrap();
        let fees = Fees::new(&[fee], first);
        let last = first.checked_add((days - 1).days()).unwrap();
        let (begins, ends) = (Day::of(first, &zone).begins, Day::of(last, &zone).ends);
        for cut in &mut cuts {
            *cut = begins.0 + *cut % (ends.0 - begins.0);
        }
        cuts.extend([begins.0, ends.0]);
        cuts.sort_unstable();
        let mut sum = 0_i64;
        for cut in cuts.windows(2) {
            for part in fees.parts() {
                let more = part.between(UnixNanos(cut[0]), UnixNanos(cut[1]), &zone).0;
                prop_assert!(more >= 0);
                sum += more;
            }
        }
        prop_assert_eq!(NanoUsd(sum), fees.over(first, last));
    }
}

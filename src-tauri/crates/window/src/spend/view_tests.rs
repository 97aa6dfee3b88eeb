use super::*;
use crate::fixtures::{chart_report, now, sources, spending, status, table_report};
use aco_domain::Figures as Sums;

fn view(range: Range, change: impl FnOnce(&mut Report, &mut Sources, &mut Status)) -> SpendView {
    let days = Days::of(range, &now());
    let chart = chart_report(&days);
    let mut table = table_report(&days, Grouping::Tool, false);
    let mut sources = sources(true);
    let mut status = status();
    change(&mut table, &mut sources, &mut status);
    let facts = SpendFacts {
        days,
        by: Grouping::Tool,
        chart: &chart,
        table: &table,
        sources: &sources,
        status: &status,
    };
    SpendView::of(&facts, &mut Slots::default(), &now()).0
}

fn first(view: &SpendView) -> String {
    format!("{}{}", view.first.word, view.first.detail)
}

fn figures_of(view: SpendView) -> Figures {
    match view.body {
        SpendBody::Figures(figures) => *figures,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_first_line_is_the_figure_and_its_days() {
    let month = view(Range::Month, |_, _, _| {});
    assert_eq!(first(&month), "$768.32 API value in September");
    assert_eq!(month.first.title.as_deref(), Some("$768.32200276"));
    let with = |value: Option<i64>, unpriced: i64| {
        first(&view(Range::Today, |table, _, _| {
            table.totals = Sums {
                api_value: value.map(NanoUsd),
                unpriced_tokens: unpriced,
                ..Sums::default()
            };
        }))
    };
    assert_eq!(with(Some(84_100_000_000), 0), "$84.10 API value today");
    assert_eq!(with(Some(1), 0), "<$0.01 API value today");
    assert_eq!(with(None, 0), "$0.00 API value today");
    // Unknown is never $0.00.
    assert_eq!(
        with(None, 1_840_000),
        "No API value today: 1.84 M unpriced tokens"
    );
}

#[test]
fn what_a_total_lacks_stands_beside_it() {
    let missing = |unpriced: i64, skipped: u64| {
        let view = view(Range::Month, |table, _, _| {
            table.totals.unpriced_tokens = unpriced;
            table.skipped_lines = skipped;
        });
        figures_of(view).missing
    };
    assert_eq!(missing(0, 0), None);
    let both = missing(1_840_000, 14).unwrap();
    assert_eq!(
        both.wide,
        "Missing from this total: 1.84 M unpriced tokens, 14 skipped lines"
    );
    assert_eq!(
        both.narrow,
        "Missing: 1.84 M unpriced tokens, 14 skipped lines"
    );
    assert_eq!(both.action.unwrap().deed, Deed::UpdatePrices);
    let skipped = missing(0, 1).unwrap();
    assert_eq!(skipped.wide, "Missing from this total: 1 skipped line");
    assert_eq!(skipped.action, None, "no price would help");
}

#[test]
fn fees_budget_and_projection_stand_beside_and_are_never_added() {
    let view = view(Range::Month, |_, _, status| *status = spending());
    let word = view.first.word.clone();
    let figures = figures_of(view);
    assert_eq!(
        figures.notes.last().unwrap(),
        "Codex: 42 % of the weekly window used, as of 14:02."
    );
    // 24 days of $4.17, never part of what was used.
    assert_eq!(figures.table.rows[0].fees.text, "$100.08");
    let shown: Vec<_> = figures
        .figures
        .into_iter()
        .map(|figure| (figure.label, figure.value.text))
        .collect();
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(
        shown,
        [
            pair("Fees, September", "$150.00"),
            pair("Billed", "unknown"),
            pair("Projected to 30 Sep", "$1,517.95"),
            pair("Budget", "80 % of $1,500.00"),
        ]
    );
    assert_eq!(word, "$768.32");
}

#[test]
fn no_half_totals_while_the_history_is_read() {
    let view = view(Range::Month, |_, sources, _| {
        sources.reading = Some(aco_domain::Progress {
            done: 412,
            of: 1_000,
        });
    });
    assert_eq!(first(&view), "Counting your history · 412 of 1,000 files");
    let SpendBody::Counting(progress) = view.body else {
        panic!("no figures yet");
    };
    assert_eq!((progress.done, progress.total), (412, 1_000));
}

#[test]
fn nothing_at_all_says_where_was_looked() {
    let view = view(Range::Month, |table, sources, _| {
        table.rows.clear();
        table.totals = Sums::default();
        *sources = super::super::super::fixtures::sources(false);
    });
    assert_eq!(first(&view), "No API value yet");
    let SpendBody::Empty(empty) = view.body else {
        panic!("nothing to show");
    };
    let looked_in = empty.looked_in.unwrap();
    let folder = format!("~{}.claude/projects", std::path::MAIN_SEPARATOR);
    assert_eq!(looked_in.rows[0].value, folder);
    assert_eq!(looked_in.rows[0].aside.as_deref(), Some("no such folder"));
}

#[test]
fn a_week_begins_on_monday_and_a_month_on_its_first() {
    let days = |range| {
        let days = Days::of(range, &now());
        (days.first.to_string(), days.last.to_string())
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(days(Range::Today), pair("2026-09-24", "2026-09-24"));
    assert_eq!(days(Range::Week), pair("2026-09-21", "2026-09-27"));
    assert_eq!(days(Range::Month), pair("2026-09-01", "2026-09-30"));
    let query = Days::of(Range::Today, &now()).chart_query();
    assert_eq!(
        (query.by, query.then),
        (aco_domain::By::Hour, Some(aco_domain::By::Tool))
    );
}

use super::*;
use crate::Days;
use crate::Range;
use crate::fixtures::{now, table_report};
use aco_domain::{Omitted, Row};

fn drawn(by: Grouping, report: &Report) -> Table {
    let slots = Slots::kept([aco_domain::ToolId::new("claude-code").unwrap()]);
    let fees = |tool: &str| (tool == "claude-code").then_some(NanoUsd(100 * NanoUsd::DOLLAR.0));
    table(by, report, &slots, &str::to_owned, &fees, &now())
}

fn report(by: Grouping) -> Report {
    table_report(&Days::of(Range::Month, &now()), by, false)
}

#[test]
fn models_stand_below_their_tool_and_sum_up_to_it() {
    let report = report(Grouping::Tool);
    let table = drawn(Grouping::Tool, &report);
    let first = &table.rows[0];
    assert_eq!(
        (first.key.as_str(), first.slot),
        ("claude-code", Some(crate::Slot::S1))
    );
    assert_eq!(first.children.len(), 3);
    let calls: i64 = report
        .rows
        .iter()
        .filter(|row| row.key == "claude-code")
        .map(|row| row.figures.calls)
        .sum();
    assert_eq!(first.calls.text, grouped(calls));
    // The dearest first, and each tool once.
    let keys: std::collections::BTreeSet<_> = table.rows.iter().map(|row| &row.key).collect();
    assert_eq!(keys.len(), 7);
    let fees: Vec<_> = table
        .rows
        .iter()
        .map(|row| row.fees.text.as_str())
        .collect();
    assert_eq!(fees[0], "$100.00");
    assert!(fees[1..].iter().all(|fee| *fee == "–"));
    assert_eq!(table.total.fees.text, "$150.00");
}

#[test]
fn a_fee_pays_for_a_tool_and_for_no_model() {
    for by in [Grouping::Model, Grouping::Project] {
        let table = drawn(by, &report(by));
        assert!(table.rows.iter().all(|row| row.fees.text.is_empty()));
        assert!(table.rows.iter().all(|row| row.slot.is_none()));
    }
}

#[test]
fn what_has_no_price_is_unpriced_and_never_nothing() {
    let table = drawn(Grouping::Model, &report(Grouping::Model));
    let unpriced = table.rows.iter().find(|row| row.key == "kimi-k3-preview");
    assert_eq!(unpriced.unwrap().value.text, "unpriced");
}

#[test]
fn a_project_is_named_by_its_folder() {
    for (key, text, title) in [
        ("/home/anna/work/notes", "notes", Some("~/work/notes")),
        ("/home/anna/work/notes/", "notes", Some("~/work/notes")),
        (
            r"C:\Users\anna\notes",
            "notes",
            Some(r"C:\Users\anna\notes"),
        ),
        ("notes", "notes", None),
        ("", "not recorded", None),
        ("/", "/", None),
        ("/x/\u{202e}evil", "\\u202Eevil", Some("/x/\\u202Eevil")),
    ] {
        let shown = project(key, &now());
        assert_eq!(shown.text, text);
        let title = title.map(|title| {
            if key.starts_with("/home") {
                title.replacen('/', std::path::MAIN_SEPARATOR_STR, 1)
            } else {
                title.to_owned()
            }
        });
        if cfg!(unix) {
            assert_eq!(shown.title, title);
        }
    }
}

#[test]
fn rows_that_are_left_out_are_said_to_be() {
    let figures = Figures {
        api_value: Some(NanoUsd(4_200_000_000)),
        calls: 3,
        input_tokens: 9,
        ..Figures::default()
    };
    let report = Report {
        omitted: Some(Omitted { rows: 31, figures }),
        rows: vec![Row {
            key: "a".into(),
            then: None,
            figures,
        }],
        ..report(Grouping::Project)
    };
    let table = drawn(Grouping::Project, &report);
    assert_eq!(
        table.left_out.as_deref(),
        Some("31 smaller rows are not shown: $4.20 in all. The total has them.")
    );
}

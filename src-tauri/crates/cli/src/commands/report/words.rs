//! A report for people: what it is of, the table, and what is missing from its total.

use super::table::{Column, Cut, Page, Table};
use crate::commands::status::spending::limit;
use crate::commands::status::words::age;
use aco_domain::figures::{self, money, plural, tokens};
use aco_domain::{By, Figures, LimitReading, Report, UnixNanos};
use std::collections::BTreeMap;
use std::time::Duration;

/// So many names of models are said; the rest are counted.
const MODELS: usize = 3;

pub(super) fn in_words(report: &Report, page: Page) -> String {
    let mut text = page.dim(&title(report)) + "\n\n";
    if report.rows.is_empty() {
        text.push_str(match (&report.since, &report.until) {
            (None, None) => "No usage is recorded yet.\n",
            _ => "No usage is recorded in this period.\n",
        });
    } else {
        text.push_str(&table(report).render(page));
    }
    if let Some(line) = paid(report) {
        text.push('\n');
        text.push_str(&line);
        text.push('\n');
    }
    for line in missing(report) {
        text.push_str(&page.yellow(&line));
        text.push('\n');
    }
    text
}

/// What there is to say of tools that run models on this machine, which record no tokens.
pub(super) fn local_models(ran: &BTreeMap<String, Duration>) -> String {
    let times: Vec<String> = ran
        .iter()
        .map(|(tool, time)| format!("{tool} ran {}", age(time.as_secs())))
        .collect();
    match times.is_empty() {
        true => String::new(),
        false => format!(
            "On this machine, at no API value: {} (while an agent watched)\n",
            times.join(", ")
        ),
    }
}

fn title(report: &Report) -> String {
    let days = match (&report.since, &report.until) {
        (None, None) => "all history".to_owned(),
        (Some(since), None) => format!("since {since}"),
        (None, Some(until)) => format!("until {until}"),
        (Some(since), Some(until)) if since == until => since.clone(),
        (Some(since), Some(until)) => format!("{since} to {until}"),
    };
    format!(
        "API value by {}: recorded tokens at list price, {days}, {}",
        report.by.as_str(),
        report.timezone
    )
}

fn table(report: &Report) -> Table {
    let rows = report.rows.iter().map(|row| &row.figures);
    let figures: Vec<_> = rows.chain([&report.totals]).collect();
    let column = |head, cell: &dyn Fn(&Figures) -> String| Column {
        head,
        cells: figures.iter().map(|figures| cell(figures)).collect(),
    };
    let count = |head, count: fn(&Figures) -> i64| column(head, &|figures| tokens(count(figures)));
    let calls = column("Calls", &|figures| figures::grouped(figures.calls));
    let cost = column("API value", &cost);
    let mut full = vec![
        calls.clone(),
        count("Input", |it| it.input_tokens),
        count("Output", |it| it.output_tokens),
        count("Cache read", |it| it.cache_read_tokens),
        count("Cache write", |it| {
            it.cache_write_5m_tokens + it.cache_write_1h_tokens
        }),
        cost.clone(),
    ];
    if report.rows.iter().any(|row| row.figures.fees.is_some()) {
        full.push(column("Fees", &|it| it.fees.map(money).unwrap_or_default()));
    }
    let total = count("Tokens", Figures::total_tokens);
    let keys = report.rows.iter().map(|row| match row.key.as_str() {
        "" => "(not recorded)".to_owned(),
        key => key.to_owned(),
    });
    let (head, cut) = match report.by {
        By::Hour => ("Hour", Cut::End),
        By::Day => ("Day", Cut::End),
        By::Week => ("Week", Cut::End),
        By::Month => ("Month", Cut::End),
        By::Tool => ("Tool", Cut::End),
        By::Model => ("Model", Cut::End),
        By::Project => ("Project", Cut::Beginning),
        By::Session => ("Session", Cut::End),
    };
    Table {
        head,
        keys: keys.chain(["Total".to_owned()]).collect(),
        cut,
        layouts: vec![full, vec![calls, total.clone(), cost.clone()], vec![cost]],
    }
}

/// A value without some of its tokens is marked, in a place of its own so that points stay below
/// each other.
fn cost(figures: &Figures) -> String {
    match figures.api_value {
        None if figures.calls == 0 => "– ".to_owned(),
        None => "unpriced ".to_owned(),
        Some(cost) if figures.unpriced_tokens > 0 => money(cost) + "*",
        Some(cost) => money(cost) + " ",
    }
}

/// Fees beside API value. Two answers to two questions: they are not added.
fn paid(report: &Report) -> Option<String> {
    let fees = money(report.totals.fees?);
    let used = match report.totals.api_value {
        Some(value) => money(value),
        None if report.totals.calls > 0 => return Some(format!("Paid {fees} in fees")),
        None => money(aco_domain::NanoUsd(0)),
    };
    Some(format!("Paid {fees} in fees, used {used} of API value"))
}

/// What tools say of their limits, one a line.
pub(super) fn limits(
    limits: &[LimitReading],
    clock_face: &dyn Fn(UnixNanos) -> String,
) -> Option<String> {
    let lines: Vec<_> = limits.iter().map(|it| limit(it, clock_face)).collect();
    (!lines.is_empty()).then(|| format!("\nLimits: {}", lines.join("; ")))
}

/// What the total does not hold, in lines.
pub(super) fn missing(report: &Report) -> Vec<String> {
    let mut parts = Vec::new();
    let unpriced = report.totals.unpriced_tokens;
    if unpriced > 0 {
        let named: Vec<_> = report
            .unpriced_models
            .iter()
            .take(MODELS)
            .map(|model| match model.as_str() {
                "" => "no model recorded".to_owned(),
                model => model.chars().filter(|c| !c.is_control()).collect(),
            })
            .collect();
        let more = report.unpriced_models.len() - named.len();
        let more = match more {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        parts.push(format!(
            "{} unpriced tokens ({}{more})",
            tokens(unpriced),
            named.join(", ")
        ));
    }
    if report.skipped_lines > 0 {
        parts.push(format!(
            "{} that could not be read",
            plural(report.skipped_lines, "line", "lines")
        ));
    }
    if parts.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![
        String::new(),
        format!("Missing from this total: {}", parts.join("; ")),
    ];
    if unpriced > 0 {
        lines.push(
            "* without its unpriced tokens. A model's price: [[price]] in config.toml, or `aco \
             prices update`"
                .to_owned(),
        );
    }
    lines
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;

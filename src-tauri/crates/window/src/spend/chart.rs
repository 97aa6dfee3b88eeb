//! The chart: columns of a range, their parts by tool, and a scale of round dollars. Integers
//! only: a height is a part of the tallest gridline in millionths.

use super::{Chart, Column, Days, Gridline, Range, Segment};
use crate::amounts;
use crate::now::Now;
use crate::{Shown, Slot, Slots};
use aco_domain::{NanoUsd, Report, Row};
use jiff::civil::Date;
use jiff::{ToSpan as _, Zoned};
use std::collections::BTreeMap;

/// The height of the chart.
const WHOLE: i128 = 1_000_000;

/// Gridlines above the axis.
const MOST_LINES: i128 = 4;

const A_CENT: i128 = 10_000_000;

/// A column before anything stands in it.
struct Span {
    key: String,
    axis: Option<String>,
    axis_short: String,
    heading: String,
    /// For the sentence a screen reader says.
    spoken: String,
}

/// The chart of a report by hour or day, and then by tool.
pub(super) fn chart(
    days: &Days,
    report: &Report,
    slots: &Slots,
    name: &dyn Fn(&str) -> String,
    now: &Now,
) -> Chart {
    let mut by_column: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    // A day's fee stands in the table; a bar is what was used.
    let used = |row: &&Row| row.figures.calls != 0 || row.figures.total_tokens() != 0;
    for row in report.rows.iter().filter(used) {
        by_column.entry(&row.key).or_default().push(row);
    }
    let spans = match days.range {
        Range::Today => hours(days.today, now),
        Range::Week | Range::Month => whole_days(days, now),
    };
    let sum = |rows: &[&Row]| -> i128 { rows.iter().map(|row| value(row)).sum() };
    let sums: Vec<i128> = spans
        .iter()
        .map(|span| by_column.get(span.key.as_str()).map_or(0, |rows| sum(rows)))
        .collect();
    let tallest = sums.iter().copied().max().unwrap_or(0);
    let step = step(tallest);
    let lines = if tallest == 0 {
        1
    } else {
        (tallest + step - 1) / step
    };
    let top = step * lines;
    let highest = sums.iter().position(|&sum| sum == tallest && sum > 0);
    let highest = highest.and_then(|place| spans.get(place));
    let label = label(
        days,
        highest.map(|span| (span.spoken.as_str(), nanos(tallest))),
        now,
    );
    let columns = spans
        .into_iter()
        .zip(sums)
        .map(|(span, sum)| {
            let rows = by_column.remove(span.key.as_str()).unwrap_or_default();
            Column {
                total: if rows.is_empty() {
                    Shown::plain("–")
                } else {
                    total(&rows, nanos(sum))
                },
                segments: segments(&rows, top, slots, name),
                key: span.key,
                axis: span.axis,
                axis_short: span.axis_short,
                heading: span.heading,
            }
        })
        .collect();
    Chart {
        label,
        grid: (0..=lines)
            .map(|line| Gridline {
                at: part(step * line, top),
                label: amounts::axis(nanos(step * line)),
            })
            .collect(),
        columns,
    }
}

/// A correction may be negative; a bar cannot.
fn value(row: &Row) -> i128 {
    i128::from(row.figures.api_value.map_or(0, |value| value.0)).max(0)
}

fn nanos(amount: i128) -> NanoUsd {
    NanoUsd(i64::try_from(amount).unwrap_or(i64::MAX))
}

fn part(amount: i128, top: i128) -> u32 {
    let part = if top == 0 { 0 } else { amount * WHOLE / top };
    u32::try_from(part).unwrap_or(u32::MAX)
}

fn total(rows: &[&Row], sum: NanoUsd) -> Shown {
    let is_priced = rows.iter().any(|row| row.figures.api_value.is_some());
    amounts::value(
        is_priced.then_some(sum),
        rows.iter().map(|row| row.figures.unpriced_tokens).sum(),
        rows.iter().map(|row| row.figures.total_tokens()).sum(),
    )
}

/// The parts of a column from the bottom: the colours in their order, then the others by name.
fn segments(
    rows: &[&Row],
    top: i128,
    slots: &Slots,
    name: &dyn Fn(&str) -> String,
) -> Vec<Segment> {
    let mut segments: Vec<Segment> = rows
        .iter()
        .map(|row| {
            let tool = row.then.as_deref().unwrap_or_default();
            Segment {
                slot: slots.of(tool),
                name: name(tool),
                amount: amounts::value(
                    row.figures.api_value,
                    row.figures.unpriced_tokens,
                    row.figures.total_tokens(),
                ),
                height: part(value(row), top),
            }
        })
        .collect();
    segments.sort_by(|a, b| (a.slot, &a.name).cmp(&(b.slot, &b.name)));
    segments
}

/// The smallest of 1, 2, 2.5 or 5 × 10ⁿ, and at least a cent, of which four reach the top.
fn step(tallest: i128) -> i128 {
    let mut decade = A_CENT;
    loop {
        for tenths in [10, 20, 25, 50] {
            let step = decade * tenths / 10;
            // Half cents are no amounts to read off a scale.
            if step % A_CENT == 0 && step * MOST_LINES >= tallest {
                return step;
            }
        }
        decade *= 10;
    }
}

fn hours(today: Date, now: &Now) -> Vec<Span> {
    let start = |date: Date| date.to_zoned(now.zone.clone());
    let (Ok(mut hour), Ok(end)) = (start(today), start(today.saturating_add(1.days()))) else {
        return Vec::new();
    };
    let mut spans = Vec::new();
    // A day in which a clock is set has 23 or 25 of them; one that is there twice has two keys.
    while hour < end && spans.len() < 30 {
        let next = hour.checked_add(1.hour()).unwrap_or_else(|_| end.clone());
        let face = hour.strftime("%H:%M").to_string();
        spans.push(Span {
            key: hour.strftime("%Y-%m-%dT%H:%M%:z").to_string(),
            axis: (hour.hour() % 3 == 0).then(|| face.clone()),
            heading: format!("{face}–{}", next.strftime("%H:%M")),
            spoken: face.clone(),
            axis_short: face,
        });
        hour = next;
    }
    spans
}

fn whole_days(days: &Days, now: &Now) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut date = days.first;
    while date <= days.last && spans.len() < 31 {
        let text = |format: &str| jiff::fmt::strtime::format(format, date).unwrap_or_default();
        let is_first = date == days.first;
        let day = date.day();
        let is_monday = date.weekday() == jiff::civil::Weekday::Monday;
        let (axis, axis_short) = match days.range {
            Range::Week => (Some(text("%a %-d")), text("%a %-d")),
            _ if is_first => (Some(text("%-d %b")), text("%-d")),
            // One too close to the first would run into its month.
            _ if is_monday && day > 3 => (Some(text("%-d")), text("%-d")),
            _ => (None, text("%-d")),
        };
        let year = if date.year() == now.zoned(now.at).year() {
            String::new()
        } else {
            text(" %Y")
        };
        spans.push(Span {
            key: date.to_string(),
            axis,
            axis_short,
            heading: text("%a %-d %b") + &year,
            spoken: text("%-d %B"),
        });
        match date.tomorrow() {
            Ok(next) => date = next,
            Err(_) => break,
        }
    }
    spans
}

fn label(days: &Days, highest: Option<(&str, NanoUsd)>, now: &Now) -> String {
    let when = match days.range {
        Range::Today => "by hour today".to_owned(),
        Range::Week => "by day this week".to_owned(),
        Range::Month => format!("by day in {}", month(&now.zoned(now.at))),
    };
    let mut label = format!("API value {when}, stacked by tool.");
    match highest {
        Some((span, amount)) => {
            label.push_str(&format!(" Highest: {span}, {}.", amounts::money(amount)));
        }
        None => label.push_str(" Nothing priced."),
    }
    label
}

fn month(now: &Zoned) -> String {
    now.strftime("%B %Y").to_string()
}

/// Which tools are new to the colours, in the order of the report.
pub(super) fn see_tools(report: &Report, slots: &mut Slots) -> bool {
    let tools = report.rows.iter().filter_map(|row| row.then.as_deref());
    let mut is_news = false;
    for tool in tools {
        if slots.of(tool) == Slot::Other
            && let Ok(tool) = aco_domain::ToolId::new(tool)
        {
            is_news |= slots.see(&tool);
        }
    }
    is_news
}

#[cfg(test)]
#[path = "chart_tests.rs"]
mod tests;

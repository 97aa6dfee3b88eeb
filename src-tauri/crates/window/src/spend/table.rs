//! The table: the dearest first, models below their tool, the total exact whatever is left out.

use super::{Grouping, SpendRow, Table};
use crate::amounts;
use crate::escape::Safe;
use crate::now::Now;
use crate::{Shown, Slots};
use aco_domain::figures::{grouped, plural};
use aco_domain::{Figures, NanoUsd, Report};
use std::collections::HashMap;
use std::path::Path;

pub(super) fn table(
    by: Grouping,
    report: &Report,
    slots: &Slots,
    name: &dyn Fn(&str) -> String,
    fees: &dyn Fn(&str) -> Option<NanoUsd>,
    now: &Now,
) -> Table {
    let mut rows = match by {
        Grouping::Tool => tools(report, slots, name),
        Grouping::Model => flat(report, &|key| model(key)),
        Grouping::Project => flat(report, &|key| project(key, now)),
    };
    for row in &mut rows {
        row.fees = match (by, fees(&row.key)) {
            (Grouping::Tool, Some(fee)) => amounts::exact_money(fee),
            (Grouping::Tool, None) => Shown::plain("–"),
            // A fee pays for a tool, whatever model and project it was used for.
            _ => Shown::plain(""),
        };
    }
    let mut total = row("", Shown::plain("Total"), &report.totals);
    total.fees = match report.totals.fees {
        Some(fee) => amounts::exact_money(fee),
        None => Shown::plain("–"),
    };
    let heading = match by {
        Grouping::Tool => "By tool",
        Grouping::Model => "By model",
        Grouping::Project => "By project",
    };
    Table {
        heading: heading.to_owned(),
        rows,
        total,
        left_out: report.omitted.as_ref().map(|omitted| {
            let value = amounts::value(
                omitted.figures.api_value,
                omitted.figures.unpriced_tokens,
                omitted.figures.total_tokens(),
            );
            let rows = plural(omitted.rows, "smaller row is", "smaller rows are");
            format!(
                "{rows} not shown: {} in all. The total has them.",
                value.text
            )
        }),
    }
}

fn tools(report: &Report, slots: &Slots, name: &dyn Fn(&str) -> String) -> Vec<SpendRow> {
    let mut order: Vec<&str> = Vec::new();
    let mut by_tool: HashMap<&str, (Figures, Vec<SpendRow>)> = HashMap::new();
    for part in &report.rows {
        let (sum, models) = by_tool.entry(&part.key).or_insert_with(|| {
            order.push(&part.key);
            Default::default()
        });
        amounts::add(sum, &part.figures);
        // A tool that was paid for and not used has no models.
        if let Some(key) = part.then.as_deref() {
            models.push(row(key, model(key), &part.figures));
        }
    }
    order.sort_by_key(|tool| {
        let sum = by_tool.get(tool).map(|(sum, _)| *sum).unwrap_or_default();
        std::cmp::Reverse((sum.api_value, sum.total_tokens()))
    });
    order
        .into_iter()
        .filter_map(|tool| {
            let (sum, models) = by_tool.remove(tool)?;
            let mut row = row(tool, Shown::plain(name(tool)), &sum);
            row.slot = Some(slots.of(tool));
            row.children = models;
            Some(row)
        })
        .collect()
}

fn flat(report: &Report, name: &dyn Fn(&str) -> Shown) -> Vec<SpendRow> {
    let rows = report.rows.iter();
    rows.map(|part| row(&part.key, name(&part.key), &part.figures))
        .collect()
}

fn row(key: &str, name: Shown, figures: &Figures) -> SpendRow {
    let cached = figures
        .cache_read_tokens
        .saturating_add(figures.cache_write_5m_tokens)
        .saturating_add(figures.cache_write_1h_tokens);
    let output = Shown {
        title: Some(match figures.reasoning_tokens {
            0 => grouped(figures.output_tokens),
            reasoning => format!(
                "{}, of which {} reasoning",
                grouped(figures.output_tokens),
                grouped(reasoning)
            ),
        }),
        ..amounts::token_count(figures.output_tokens)
    };
    SpendRow {
        key: key.to_owned(),
        name,
        slot: None,
        calls: Shown::plain(grouped(figures.calls)),
        input: amounts::token_count(figures.input_tokens),
        output,
        cached: Shown {
            title: Some(format!(
                "{} read, {} written",
                grouped(figures.cache_read_tokens),
                grouped(cached.saturating_sub(figures.cache_read_tokens))
            )),
            ..amounts::token_count(cached)
        },
        tokens: amounts::token_count(figures.total_tokens()),
        fees: Shown::plain(""),
        value: amounts::value(
            figures.api_value,
            figures.unpriced_tokens,
            figures.total_tokens(),
        ),
        children: Vec::new(),
    }
}

/// A model as it was recorded; what a tool wrote there is foreign text.
fn model(key: &str) -> Shown {
    match key {
        "" => Shown::plain("not recorded"),
        key => Shown::plain(Safe::of(key, None).plain()),
    }
}

/// A folder's own name, its path as the title; a name that is no path as it is.
fn project(key: &str, now: &Now) -> Shown {
    if key.is_empty() {
        return Shown::plain("not recorded");
    }
    let whole = Safe::of(&now.path(Path::new(key)), None).plain();
    // Recorded on whatever system: both kinds of path are recognised on each.
    let name = key.rsplit(['/', '\\']).find(|part| !part.is_empty());
    let name = name.map(|name| Safe::of(name, None).plain());
    Shown::with_title(name.unwrap_or_else(|| whole.clone()), whole)
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;

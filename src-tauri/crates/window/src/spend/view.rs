//! The view put together: which of its faces it shows, its first line, and what stands beside.

use super::{
    Days, Figures, Grouping, Labelled, Missing, Progress, Range, SpendBody, SpendView, chart, table,
};
use crate::now::Now;
use crate::status::folder_row;
use crate::{Action, Deed, Empty, FirstLine, Row, Section, Shown, Slots, amounts};
use aco_domain::figures::{grouped, plural, tokens};
use aco_domain::{Basis, BudgetSpan, BudgetStatus, NanoUsd, Report, Sources, Status};

/// What the view is drawn from.
#[derive(Clone, Copy, Debug)]
pub struct SpendFacts<'a> {
    /// The days.
    pub days: Days,
    /// The rows of the table.
    pub by: Grouping,
    /// The answer to [`Days::chart_query`].
    pub chart: &'a Report,
    /// The answer to [`Days::table_query`].
    pub table: &'a Report,
    /// Where usage is read, and under which names.
    pub sources: &'a Sources,
    /// The agent's word: projection, budgets, limits.
    pub status: &'a Status,
}

impl SpendView {
    /// The view of these facts now. Tools that are seen for the first time get their colour;
    /// whether one did.
    #[must_use]
    pub fn of(facts: &SpendFacts<'_>, slots: &mut Slots, now: &Now) -> (Self, bool) {
        let is_news = chart::see_tools(facts.chart, slots);
        let reading = facts.sources.reading.or(facts.status.reading);
        let (first, body) = match reading {
            Some(reading) => counting(reading),
            None if is_empty(facts) => empty(facts.sources, now),
            None => (first_line(facts, now), figures(facts, slots, now)),
        };
        let view = Self {
            first,
            range: facts.days.range,
            by: facts.by,
            body,
        };
        (view, is_news)
    }
}

/// Whether nothing was ever recorded.
fn is_empty(facts: &SpendFacts<'_>) -> bool {
    let has_calls = facts.sources.sources.iter().any(|source| source.calls > 0);
    !has_calls && facts.table.totals.calls == 0
}

fn first_line(facts: &SpendFacts<'_>, now: &Now) -> FirstLine {
    let totals = &facts.table.totals;
    let when = match facts.days.range {
        Range::Today => "today".to_owned(),
        Range::Week => "this week".to_owned(),
        Range::Month => format!("in {}", now.zoned(now.at).strftime("%B")),
    };
    match totals.api_value {
        None if totals.unpriced_tokens > 0 => FirstLine {
            detail: format!(
                " {when}: {} unpriced tokens",
                tokens(totals.unpriced_tokens)
            ),
            title: Some(format!("{} tokens", grouped(totals.unpriced_tokens))),
            ..FirstLine::word("No API value")
        },
        value => {
            let shown = amounts::exact_money(value.unwrap_or_default());
            FirstLine {
                detail: format!(" API value {when}"),
                title: shown.title,
                ..FirstLine::word(shown.text)
            }
        }
    }
}

fn figures(facts: &SpendFacts<'_>, slots: &Slots, now: &Now) -> SpendBody {
    let sources = &facts.sources.sources;
    let name = |tool: &str| -> String {
        let source = sources.iter().find(|source| source.tool.as_str() == tool);
        source.map_or_else(|| tool.to_owned(), |source| source.display_name.clone())
    };
    let fees = |tool: &str| fees_of(facts.chart, tool);
    let mut notes: Vec<String> = facts
        .status
        .limits
        .iter()
        .map(|limit| {
            format!(
                "{}: {} % of the {} used, as of {}.",
                name(limit.tool.as_str()),
                limit.used_percent,
                limit.window_name(),
                now.short(limit.at)
            )
        })
        .collect();
    if !facts.table.unpriced_models.is_empty() {
        notes.insert(0, unpriced_models(&facts.table.unpriced_models));
    }
    SpendBody::Figures(Box::new(Figures {
        missing: missing(facts.table),
        figures: beside(facts, now),
        chart: chart::chart(&facts.days, facts.chart, slots, &name, now),
        table: table::table(facts.by, facts.table, slots, &name, &fees, now),
        notes,
    }))
}

/// What a tool's days were paid with. A row by tool and model has no fee, one by day and tool has.
fn fees_of(chart: &Report, tool: &str) -> Option<NanoUsd> {
    let rows = chart.rows.iter();
    let rows = rows.filter(|row| row.then.as_deref() == Some(tool));
    let fees = rows.filter_map(|row| row.figures.fees);
    fees.fold(None, |sum: Option<NanoUsd>, fee| {
        let so_far = sum.unwrap_or_default();
        Some(NanoUsd(so_far.0.saturating_add(fee.0)))
    })
}

/// The models that have no price, as far as a line goes.
fn unpriced_models(models: &[String]) -> String {
    const MOST: usize = 3;
    let shown = models.iter().take(MOST);
    let shown: Vec<String> = shown
        .map(|model| crate::escape::Safe::of(model, None).plain())
        .collect();
    let more = models.len().saturating_sub(MOST);
    let mut text = format!("No list price is known for {}", shown.join(", "));
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    text.push('.');
    text
}

fn missing(report: &Report) -> Option<Missing> {
    let mut parts = Vec::new();
    let unpriced = report.totals.unpriced_tokens;
    if unpriced > 0 {
        parts.push(format!("{} unpriced tokens", tokens(unpriced)));
    }
    if report.skipped_lines > 0 {
        parts.push(plural(
            report.skipped_lines,
            "skipped line",
            "skipped lines",
        ));
    }
    let parts = (!parts.is_empty()).then(|| parts.join(", "))?;
    Some(Missing {
        wide: format!("Missing from this total: {parts}"),
        narrow: format!("Missing: {parts}"),
        action: (unpriced > 0).then(|| Action::plain(Deed::UpdatePrices, "Update Prices")),
    })
}

fn beside(facts: &SpendFacts<'_>, now: &Now) -> Vec<Labelled> {
    let today = now.zoned(now.at);
    let month = today.strftime("%B").to_string();
    let labelled = |label: String, value: Shown| Labelled { label, value };
    let mut figures = Vec::new();
    let span = match facts.days.range {
        Range::Today => "today",
        Range::Week => "this week",
        Range::Month => &month,
    };
    figures.push(labelled(
        format!("Fees, {span}"),
        match facts.table.totals.fees {
            Some(fees) => amounts::exact_money(fees),
            None => Shown::plain("none entered"),
        },
    ));
    figures.push(labelled("Billed".to_owned(), Shown::plain("unknown")));
    if facts.days.range != Range::Month
        && let Some(spend) = &facts.status.spend
    {
        let so_far = amounts::exact_money(spend.month.api_value);
        figures.push(labelled(format!("{month} so far"), so_far));
    }
    let outlook = facts.status.outlook.as_ref();
    if let Some(projected) = outlook.and_then(|outlook| outlook.projected) {
        let last = today.date().last_of_month();
        let last = jiff::fmt::strtime::format("%-d %b", last).unwrap_or_default();
        let how = "If the month goes on like its days so far";
        figures.push(labelled(
            format!("Projected to {last}"),
            Shown::with_title(amounts::money(projected), how),
        ));
    }
    let span = match facts.days.range {
        Range::Today => BudgetSpan::Day,
        Range::Week | Range::Month => BudgetSpan::Month,
    };
    let budgets = outlook.map_or(&[][..], |outlook| outlook.budgets.as_slice());
    if let Some(budget) = budgets.iter().find(|budget| budget.span == span) {
        let label = match budget.basis {
            Basis::ApiValue => "Budget",
            Basis::Fees => "Budget of fees",
            Basis::Billed => "Budget of bills",
        };
        figures.push(labelled(label.to_owned(), share(budget)));
    }
    figures.truncate(4);
    figures
}

/// `81 % of $1,500.00`.
fn share(budget: &BudgetStatus) -> Shown {
    let limit = amounts::money(budget.limit);
    let Some(spent) = budget.spent else {
        return Shown::with_title(format!("of {limit}"), "What is spent of it is not known");
    };
    let whole = i128::from(budget.limit.0).max(1);
    let percent = i128::from(spent.0).max(0) * 100 / whole;
    Shown::with_title(
        format!("{percent} % of {limit}"),
        format!("{} of {limit}", amounts::money(spent)),
    )
}

fn counting(reading: aco_domain::Progress) -> (FirstLine, SpendBody) {
    let count = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let number = |count: u64| grouped(i64::try_from(count).unwrap_or(i64::MAX));
    let first = FirstLine::word("Counting your history").dot(match reading.of {
        0 => String::new(),
        of => format!("{} of {} files", number(reading.done), number(of)),
    });
    let body = SpendBody::Counting(Progress {
        lead: "Totals appear once every file is counted, so no half total is ever shown."
            .to_owned(),
        done: count(reading.done),
        total: count(reading.of),
        tools: None,
    });
    (first, body)
}

fn empty(sources: &Sources, now: &Now) -> (FirstLine, SpendBody) {
    let rows: Vec<Row> = sources
        .sources
        .iter()
        .map(|source| {
            let is_there = source.folders.iter().any(|folder| folder.exists);
            let row = folder_row(source, now);
            match (source.folders.is_empty(), is_there) {
                (true, _) => Row::new(row.label, "keeps no counts on this machine"),
                (_, true) => row.aside("no calls yet"),
                (_, false) => row.aside("no such folder"),
            }
        })
        .collect();
    let body = SpendBody::Empty(Empty {
        lead: "No AI tool on this machine has recorded token counts. The first call that does \
               shows here within seconds."
            .to_owned(),
        looked_in: (!rows.is_empty()).then(|| Section {
            title: "Looked in".to_owned(),
            is_list: true,
            rows,
        }),
        action: Some(Action::primary(Deed::AddFolder, "Add a Folder…")),
    });
    (FirstLine::word("No API value yet"), body)
}

#[cfg(test)]
#[path = "view_tests.rs"]
mod tests;

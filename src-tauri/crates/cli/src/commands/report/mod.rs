//! `aco report`

mod table;
mod words;

use crate::arguments;
use crate::context::{Context, clock_face};
use crate::failure::Failure;
use crate::output::{complain, say};
use crate::usage::{Scan, with_history};
use aco_agent::local_models;
use aco_agent::usage::{kept_limits, report as figures};
use aco_domain::By;
use aco_ledger::Filter;
use aco_ledger::report::{Period, PeriodError, Query, csv};
use jiff::civil::Date;
use std::io::{self, IsTerminal as _};
use std::process::ExitCode;
use table::Page;

pub(crate) fn report(
    context: &Context,
    arguments: &arguments::Report,
) -> Result<ExitCode, Failure> {
    let zone = context.zone(arguments.days.timezone.as_deref())?;
    let query = Query {
        period: period(context, &arguments.days, &zone)?,
        tool: arguments.days.tool.clone(),
        ..Query::by(arguments.by.into(), zone)
    };
    let settings = context.settings()?;
    let today = context.today(&query.zone);
    let mut report = with_history(context, arguments.scan.into(), |history| {
        Ok(figures(history, &query, &settings.config, today)?)
    })?;
    if arguments.json {
        // They are for the lines below a table. In JSON a report by model says the same.
        report.unpriced_models.clear();
        say(&serde_json::to_string_pretty(&report)?);
    } else if arguments.csv {
        say(csv(&report).trim_end());
    } else {
        let page = page(context);
        let mut text = words::in_words(&report, page);
        if report.by == By::Tool && report.since.is_none() && report.until.is_none() {
            let mut ran = local_models(&context.home)?;
            if let Some(tool) = &arguments.days.tool {
                ran.retain(|known, _| known == tool.as_str());
            }
            text.push_str(&words::local_models(&ran));
        }
        say(text.trim_end());
        let limits = kept_limits(&context.home, context.clock.now())?;
        if let Some(notes) = words::limits(&limits, &clock_face) {
            say(&page.dim(&notes));
        }
        if Scan::from(arguments.scan) == Scan::No {
            complain("aco: as of the last scan; without --no-scan newer usage is read first");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The calls that were meant, for commands that take them one by one.
pub(super) fn filter(context: &Context, days: &arguments::Days) -> Result<Filter, Failure> {
    let zone = context.zone(days.timezone.as_deref())?;
    let (since, until) = period(context, days, &zone)?.bounds(&zone);
    Ok(Filter {
        since,
        until,
        tool: days.tool.clone(),
        model: None,
    })
}

/// The days that were typed, in the zone they are days of.
fn period(
    context: &Context,
    days: &arguments::Days,
    zone: &jiff::tz::TimeZone,
) -> Result<Period, Failure> {
    type Read = fn(&str, Date) -> Result<Date, PeriodError>;
    let today = context.today(zone);
    let read = |flag: &str, text: Option<&str>, read: Read| match text {
        None => Ok(None),
        Some(text) => read(text, today)
            .map(Some)
            .map_err(|wrong| Failure::usage(format!("{flag} {text}: {wrong}"))),
    };
    let period = Period {
        since: read("--since", days.since.as_deref(), Period::first_day)?,
        until: read("--until", days.until.as_deref(), Period::last_day)?,
    };
    match (period.since, period.until) {
        (Some(since), Some(until)) if until < since => Err(Failure::usage(format!(
            "--until {until} is before --since {since}: exchange them"
        ))),
        _ => Ok(period),
    }
}

/// What standard output is.
fn page(context: &Context) -> Page {
    if !io::stdout().is_terminal() {
        return Page {
            width: None,
            coloured: false,
        };
    }
    let wanted = context.environment.get("NO_COLOR").is_none();
    Page {
        width: terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)),
        coloured: wanted && context.understands_escapes(),
    }
}

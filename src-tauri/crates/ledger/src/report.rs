//! What was used and what it costs, by day, tool or otherwise: the figures behind `aco report`.
//!
//! A day is a day of the zone that is asked for. The rollup's quarter hours are whole parts of it,
//! whatever the zone's offset and whenever it changes: in the years of which there is usage, all
//! offsets are multiples of a quarter hour, and so is the time of each change.
//!
//! May not enter: how a report looks. What is here is what `--json` and `--csv` say.

mod period;
mod text;

pub use period::{Period, PeriodError};
pub use text::{csv, field as csv_field};

use crate::error::Error;
use crate::{Filter, History, NameId, RollupRow, Sums};
pub use aco_domain::{By, Figures, Omitted, Report, Row};
use aco_domain::{NanoUsd, ToolId, UnixNanos};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, ISOWeekDate};
use jiff::tz::{Offset, TimeZone};
use std::cmp::Reverse;
use std::collections::HashMap;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Query {
    /// What a row is.
    pub by: By,
    /// Which days.
    pub period: Period,
    /// Of which tool; nothing is all.
    pub tool: Option<ToolId>,
    /// Whose days they are.
    pub zone: TimeZone,
    /// What a row is within that.
    pub then: Option<By>,
    /// At most so many rows: the dearest, or the last in time.
    pub top: Option<usize>,
}

impl Query {
    /// The calls of all history, a row as `by` says.
    #[must_use]
    pub fn by(by: By, zone: TimeZone) -> Self {
        Self {
            by,
            period: Period::default(),
            tool: None,
            zone,
            then: None,
            top: None,
        }
    }

    /// The calls that are meant.
    #[must_use]
    pub fn filter(&self) -> Filter {
        let (since, until) = self.period.bounds(&self.zone);
        Filter {
            since,
            until,
            tool: self.tool.clone(),
            model: None,
        }
    }
}

/// Reads a report out of the ledger as it is at one moment.
///
/// # Errors
/// When the ledger cannot be read.
pub fn read(history: &History, query: &Query) -> Result<Report, Error> {
    let filter = query.filter();
    history.at_one_moment(|history| {
        let mut tally = Tally::new(query);
        history.rollup(&filter, |row| tally.add(&row))?;
        let sources = history.sources()?;
        let asked = query.tool.as_ref().map(ToolId::as_str);
        let skipped_lines = sources
            .iter()
            .filter(|source| asked.is_none_or(|tool| tool == &*source.tool))
            .map(|source| source.skipped_lines)
            .sum();
        let mut names = history.names()?;
        let mut name = |id| names.get(id).map(|text| text.to_string());
        let mut report = Report {
            totals: tally.totals.into(),
            unpriced_models: tally.unpriced_models(&mut name)?,
            rows: tally.rows(&mut name)?,
            skipped_lines,
            ..empty(query)
        };
        if let Some(most) = query.top {
            report.keep(most);
        }
        Ok(report)
    })
}

/// The report of a ledger that has nothing yet.
#[must_use]
pub fn empty(query: &Query) -> Report {
    let day = |day: Option<Date>| day.map(|day| day.to_string());
    Report {
        schema_version: Report::SCHEMA_VERSION,
        since: day(query.period.since),
        until: day(query.period.until),
        timezone: name_of(&query.zone),
        by: query.by,
        then: query.then,
        totals: Figures::default(),
        rows: Vec::new(),
        omitted: None,
        skipped_lines: 0,
        unpriced_models: Vec::new(),
    }
}

/// What a zone is called in a report.
fn name_of(zone: &TimeZone) -> String {
    if let Some(name) = zone.iana_name() {
        return name.to_owned();
    }
    match zone.to_fixed_offset() {
        Ok(offset) => offset_text(offset),
        // Rules of the system's own that have no name.
        Err(_) => "local".to_owned(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Key {
    /// The first second of an hour, and the zone's offset then.
    Hour(i64, Offset),
    /// The first day of a span.
    From(Date),
    Name(NameId),
}

/// Sums rows of the rollup.
struct Tally {
    by: By,
    then: Option<By>,
    zone: TimeZone,
    rows: HashMap<(Key, Option<Key>), Sums>,
    totals: Sums,
    unpriced: HashMap<NameId, i64>,
    /// The rollup comes in the order of time: the local time of the row before is mostly this
    /// one's.
    last: Option<(UnixNanos, DateTime, Offset)>,
}

impl Tally {
    fn new(query: &Query) -> Self {
        Self {
            by: query.by,
            then: query.then,
            zone: query.zone.clone(),
            rows: HashMap::new(),
            totals: Sums::default(),
            unpriced: HashMap::new(),
            last: None,
        }
    }

    fn add(&mut self, row: &RollupRow) {
        let key = self.key(self.by, row);
        let then = self.then.map(|by| self.key(by, row));
        *self.rows.entry((key, then)).or_default() += row.sums;
        self.totals += row.sums;
        if row.sums.unpriced_tokens != 0 {
            *self.unpriced.entry(row.model).or_default() += row.sums.unpriced_tokens;
        }
    }

    fn key(&mut self, by: By, row: &RollupRow) -> Key {
        match by {
            By::Tool => Key::Name(row.tool),
            By::Model => Key::Name(row.model),
            By::Project => Key::Name(row.project),
            By::Session => Key::Name(row.session),
            By::Hour | By::Day | By::Week | By::Month => self.span(by, row.quarter),
        }
    }

    /// The span of time that the quarter hour lies in.
    fn span(&mut self, by: By, quarter: UnixNanos) -> Key {
        let seconds = i64::try_from(quarter.seconds()).unwrap_or(i64::MAX);
        let (local, offset) = match self.last {
            Some((known, local, offset)) if known == quarter => (local, offset),
            _ => {
                let at = Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
                let offset = self.zone.to_offset(at);
                let local = offset.to_datetime(at);
                self.last = Some((quarter, local, offset));
                (local, offset)
            }
        };
        let day = local.date();
        match by {
            By::Hour => {
                let into = i64::from(local.minute()) * 60 + i64::from(local.second());
                Key::Hour(seconds - into, offset)
            }
            By::Month => Key::From(day.first_of_month()),
            By::Week => Key::From(monday(day)),
            _ => Key::From(day),
        }
    }

    fn unpriced_models(
        &self,
        name: &mut impl FnMut(NameId) -> Result<String, Error>,
    ) -> Result<Vec<String>, Error> {
        let mut models = Vec::new();
        for (&model, &tokens) in &self.unpriced {
            models.push((Reverse(tokens), name(model)?));
        }
        models.sort();
        Ok(models.into_iter().map(|(_, model)| model).collect())
    }

    fn rows(
        self,
        name: &mut impl FnMut(NameId) -> Result<String, Error>,
    ) -> Result<Vec<Row>, Error> {
        let mut groups: HashMap<Key, Sums> = HashMap::new();
        for ((key, _), sums) in &self.rows {
            *groups.entry(*key).or_default() += *sums;
        }
        let mut text = |by, key| match key {
            Key::Name(id) => name(id),
            Key::From(day) => Ok(days(by, day)),
            Key::Hour(first, offset) => Ok(hour(first, offset)),
        };
        let mut rows = Vec::with_capacity(self.rows.len());
        for ((key, then), sums) in self.rows {
            let row = Row {
                key: text(self.by, key)?,
                then: match self.then.zip(then) {
                    Some((by, key)) => Some(text(by, key)?),
                    None => None,
                },
                figures: sums.into(),
            };
            let group = groups.get(&key).copied().unwrap_or_default();
            let then = then.zip(row.then.clone());
            let place = (
                Place::of(key, &row.key, &group),
                then.map(|(key, text)| Place::of(key, &text, &sums)),
            );
            rows.push((place, row));
        }
        rows.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(rows.into_iter().map(|(_, row)| row).collect())
    }
}

/// Where a row stands: in the order of time; else the dearest first, then those with the most
/// tokens.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    In(Key),
    By(Reverse<(NanoUsd, i64)>, String),
}

impl Place {
    fn of(key: Key, text: &str, sums: &Sums) -> Self {
        match key {
            Key::Hour(..) | Key::From(_) => Self::In(key),
            Key::Name(_) => Self::By(Reverse((sums.cost, sums.total_tokens())), text.to_owned()),
        }
    }
}

fn monday(day: Date) -> Date {
    let back = i64::from(day.weekday().to_monday_zero_offset());
    day.checked_sub(jiff::Span::new().days(back)).unwrap_or(day)
}

/// `2026-01-31T14:00+01:00`: with the offset, because an hour may come twice.
fn hour(first: i64, offset: Offset) -> String {
    let at = Timestamp::from_second(first).unwrap_or(Timestamp::MAX);
    let local = offset.to_datetime(at);
    let (hour, date) = (local.hour(), local.date());
    format!("{date}T{hour:02}:00{}", offset_text(offset))
}

fn offset_text(offset: Offset) -> String {
    let minutes = offset.seconds().unsigned_abs() / 60;
    let sign = if offset.is_negative() { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// The key of a row that is a span of days, by one of them: `2026-01-31`, `2026-W05`, `2026-01`.
#[must_use]
pub fn days(by: By, first: Date) -> String {
    match by {
        By::Month => format!("{:04}-{:02}", first.year(), first.month()),
        By::Week => {
            let week: ISOWeekDate = first.iso_week_date();
            format!("{:04}-W{:02}", week.year(), week.week())
        }
        _ => first.to_string(),
    }
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;

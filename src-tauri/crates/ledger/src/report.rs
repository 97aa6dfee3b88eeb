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
pub use text::field as csv_field;

use crate::error::Error;
use crate::{Filter, History, NameId, RollupRow, Sums};
use aco_domain::{ToolId, UnixNanos};
use jiff::Timestamp;
use jiff::civil::{Date, ISOWeekDate};
use jiff::tz::TimeZone;
use std::cmp::Reverse;
use std::collections::HashMap;

/// What a report's rows are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum By {
    /// Days of the zone: `2026-01-31`.
    #[default]
    Day,
    /// Weeks from Monday on, by ISO 8601: `2026-W05`.
    Week,
    /// Months: `2026-01`.
    Month,
    /// `tool.name`.
    Tool,
    /// The model, verbatim.
    Model,
    /// The project, verbatim.
    Project,
    /// The session, verbatim.
    Session,
}

impl By {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Day,
        Self::Week,
        Self::Month,
        Self::Tool,
        Self::Model,
        Self::Project,
        Self::Session,
    ];

    /// Its name, as it is typed and as a report says it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Tool => "tool",
            Self::Model => "model",
            Self::Project => "project",
            Self::Session => "session",
        }
    }

    /// Whether its rows follow each other in time.
    #[must_use]
    pub fn is_time(self) -> bool {
        matches!(self, Self::Day | Self::Week | Self::Month)
    }
}

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
}

/// The answer. Its text as JSON or CSV is stable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The days it is about.
    pub period: Period,
    /// The zone's name, or its offset.
    pub timezone: String,
    /// What a row is.
    pub by: By,
    /// All rows together.
    pub totals: Sums,
    /// In the order of time; else the dearest first, then those with the most tokens.
    pub rows: Vec<Row>,
    /// Lines of the sources, of whatever day, that should have held usage and could not be read.
    pub skipped_lines: u64,
    /// The models with unpriced tokens, those with the most of them first.
    pub unpriced_models: Vec<String>,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// A span of time in the words of [`By`], or what was recorded, verbatim.
    pub key: String,
    /// Its figures.
    pub sums: Sums,
}

impl Report {
    /// Reads it out of the ledger as it is at one moment.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn of(history: &History, query: &Query) -> Result<Self, Error> {
        let (since, until) = query.period.bounds(&query.zone);
        let filter = Filter {
            since,
            until,
            tool: query.tool.clone(),
            model: None,
        };
        history.at_one_moment(|history| {
            let mut tally = Tally::new(query.by, query.zone.clone());
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
            Ok(Self {
                totals: tally.totals,
                unpriced_models: tally.unpriced_models(&mut name)?,
                rows: tally.rows(&mut name)?,
                skipped_lines,
                ..Self::empty(query)
            })
        })
    }

    /// The report of a ledger that has nothing yet.
    #[must_use]
    pub fn empty(query: &Query) -> Self {
        Self {
            period: query.period,
            timezone: name_of(&query.zone),
            by: query.by,
            totals: Sums::default(),
            rows: Vec::new(),
            skipped_lines: 0,
            unpriced_models: Vec::new(),
        }
    }
}

/// What a zone is called in a report.
fn name_of(zone: &TimeZone) -> String {
    if let Some(name) = zone.iana_name() {
        return name.to_owned();
    }
    match zone.to_fixed_offset() {
        Ok(offset) => {
            let minutes = offset.seconds().unsigned_abs() / 60;
            let sign = if offset.is_negative() { '-' } else { '+' };
            format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
        }
        // Rules of the system's own that have no name.
        Err(_) => "local".to_owned(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    /// The first day of a span.
    From(Date),
    Name(NameId),
}

/// Sums rows of the rollup.
struct Tally {
    by: By,
    zone: TimeZone,
    rows: HashMap<Key, Sums>,
    totals: Sums,
    unpriced: HashMap<NameId, i64>,
    /// The rollup comes in the order of time: the span of the row before is mostly this one's.
    last: Option<(UnixNanos, Date)>,
}

impl Tally {
    fn new(by: By, zone: TimeZone) -> Self {
        Self {
            by,
            zone,
            rows: HashMap::new(),
            totals: Sums::default(),
            unpriced: HashMap::new(),
            last: None,
        }
    }

    fn add(&mut self, row: &RollupRow) {
        let key = match self.by {
            By::Tool => Key::Name(row.tool),
            By::Model => Key::Name(row.model),
            By::Project => Key::Name(row.project),
            By::Session => Key::Name(row.session),
            By::Day | By::Week | By::Month => Key::From(self.first_day(row.quarter)),
        };
        *self.rows.entry(key).or_default() += row.sums;
        self.totals += row.sums;
        if row.sums.unpriced_tokens != 0 {
            *self.unpriced.entry(row.model).or_default() += row.sums.unpriced_tokens;
        }
    }

    /// The first day of the span that the quarter hour lies in.
    fn first_day(&mut self, quarter: UnixNanos) -> Date {
        if let Some((known, day)) = self.last
            && known == quarter
        {
            return day;
        }
        let seconds = i64::try_from(quarter.seconds()).unwrap_or(i64::MAX);
        let at = Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
        let day = self.zone.to_datetime(at).date();
        let first = match self.by {
            By::Month => day.first_of_month(),
            By::Week => monday(day),
            _ => day,
        };
        self.last = Some((quarter, first));
        first
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
        let mut rows = Vec::with_capacity(self.rows.len());
        for (key, sums) in self.rows {
            let key = match key {
                Key::Name(id) => name(id)?,
                Key::From(day) => span(self.by, day),
            };
            rows.push(Row { key, sums });
        }
        if self.by.is_time() {
            rows.sort_by(|one, other| one.key.cmp(&other.key));
        } else {
            rows.sort_by_cached_key(|row| {
                let dearest = Reverse((row.sums.cost, row.sums.total_tokens()));
                (dearest, row.key.clone())
            });
        }
        Ok(rows)
    }
}

fn monday(day: Date) -> Date {
    let back = i64::from(day.weekday().to_monday_zero_offset());
    day.checked_sub(jiff::Span::new().days(back)).unwrap_or(day)
}

fn span(by: By, first: Date) -> String {
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

//! The effective configuration: every key with its value and where that came from.
//!
//! What each key means to its user stands in `template.toml`; the defaults stand in `schema`.

use crate::{Endpoint, Token, schema};
use aco_domain::{Basis, NanoUsd, Origin, OwnPrice, ToolCategory, ToolId, ToolKind, UnixNanos};
use jiff::tz::TimeZone;
use log::LevelFilter;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;
use zeroize::Zeroizing;

/// A value, and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub origin: Origin,
}

/// Everything the user can decide. [`Default`] is what an empty `config.toml` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// `[ship]`: what leaves the machine, and where to.
    pub ship: Ship,
    /// `[spool]`: what waits, and for how long.
    pub spool: Spool,
    /// `[log]`: the local file.
    pub log: Log,
    /// `[scan]`: how often the machine is looked at.
    pub scan: Scan,
    /// `[privacy]`: what may leave the machine by its name.
    pub privacy: Privacy,
    /// `[grafana]`: where links lead.
    pub grafana: Grafana,
    /// `[budget]`: when to raise the alarm.
    pub budget: Budget,
    /// `[notifications]`: what the tray tells without being asked.
    pub notifications: Notifications,
    /// `[prices]`: whether newer ones are fetched.
    pub price_updates: PriceUpdates,
    /// `[[subscription]]`: fees that are paid.
    pub subscriptions: Vec<Subscription>,
    /// `[[tool]]`: tools beside the built-in ones.
    pub tools: Vec<Tool>,
    /// `[[price]]`: prices beside the built-in ones.
    pub prices: Vec<Price>,
}

impl Default for Config {
    fn default() -> Self {
        schema::defaults()
    }
}

/// `[ship]`, and what the environment adds to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ship {
    /// Where records go; nothing is the local mode.
    pub endpoint: Sourced<Option<Endpoint>>,
    /// PEM certificates believed beside the system's, for this endpoint. Absolute, unless it came
    /// from the environment.
    pub ca_file: Sourced<Option<PathBuf>>,
    /// The most talkative level that ships.
    pub level: Sourced<LevelFilter>,
    /// The same, for single log targets and those below them.
    pub targets: BTreeMap<String, Sourced<LevelFilter>>,
    /// Whether the token may cross a network in clear text: see [`crate::may_send_token`].
    pub allow_plaintext: Sourced<bool>,
    /// `deployment.environment`.
    pub environment: Sourced<String>,
    /// Whether metrics are exported too.
    pub metrics: Sourced<bool>,
    /// Time between two exports of them: 1 to 120 s.
    pub metrics_interval: Sourced<Duration>,
    /// How long a request may take; the shipper's own limit where nothing is said. From the
    /// environment only.
    pub timeout: Option<Sourced<Duration>>,
    /// Metadata sent with every request beside the token. From the environment only.
    pub headers: Vec<Sourced<Header>>,
    /// Resource attributes beside the contract's own. From the environment only.
    pub resource: Vec<Sourced<(String, String)>>,
    /// A token that goes before the stored one. From the environment only.
    pub token: Option<Sourced<Token>>,
}

/// One piece of metadata. Its value is treated as a secret, for it mostly is one.
#[derive(Clone, PartialEq, Eq)]
pub struct Header {
    /// Lower case.
    pub name: String,
    pub(crate) value: Zeroizing<String>,
}

impl Header {
    /// The value, for the request and for nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.value
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Header({}: ****)", self.name)
    }
}

/// `[spool]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spool {
    /// Bytes the spool may take; the oldest records go first.
    pub max_bytes: Sourced<u64>,
    /// How old a record may become.
    pub max_age: Sourced<Duration>,
}

/// `[log]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// The most talkative level of our own targets in the local file.
    pub level: Sourced<LevelFilter>,
    /// The same, of everybody else's.
    pub others: Sourced<LevelFilter>,
    /// The same, for single log targets and those below them.
    pub targets: BTreeMap<String, Sourced<LevelFilter>>,
}

/// `[scan]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// Time between two looks at the running processes while tools start and stop: 5 to 60 s.
    pub interval: Sourced<Duration>,
}

/// `[privacy]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Privacy {
    /// Whether project names are shipped as they are, else as keyed hashes.
    pub ship_project_names: Sourced<bool>,
    /// Whether session ids are shipped as they are, else as keyed hashes.
    pub ship_session_ids: Sourced<bool>,
}

/// `[grafana]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grafana {
    /// Its address, without a slash at the end.
    pub url: Sourced<Option<String>>,
    /// The uid of the Loki data source.
    pub loki_uid: Sourced<String>,
    /// The uid of the Prometheus data source.
    pub prometheus_uid: Sourced<String>,
    /// The organisation.
    pub org_id: Sourced<u64>,
}

/// `[notifications]`. Nothing is told unless asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notifications {
    /// That the endpoint refuses the token.
    pub token_refused: Sourced<bool>,
    /// That the endpoint has not answered for this long, while records wait; never, when absent.
    pub offline_after: Sourced<Option<Duration>>,
    /// That records were dropped.
    pub records_dropped: Sourced<bool>,
    /// That a threshold of a budget is reached.
    pub budget: Sourced<bool>,
}

/// `[budget]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// A day's limit; zero is none.
    pub daily_usd: Sourced<NanoUsd>,
    /// A calendar month's limit; zero is none.
    pub monthly_usd: Sourced<NanoUsd>,
    /// Which of the three cost figures is held against it.
    pub basis: Sourced<Basis>,
    /// Percent of a budget, or of a limit that a tool records, at which to tell. Rising.
    pub thresholds: Sourced<Vec<u32>>,
}

/// `[prices]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceUpdates {
    /// When newer data is fetched.
    pub update: Sourced<PriceUpdate>,
}

/// When newer price data is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriceUpdate {
    /// Never by itself.
    Off,
    /// Once a week, by the agent.
    Weekly,
}

impl PriceUpdate {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Off, Self::Weekly];

    /// As it is typed.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Weekly => "weekly",
        }
    }
}

/// `[[subscription]]`: a fee that is paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Its name, for people.
    pub name: String,
    /// The fee of one period.
    pub fee_usd: NanoUsd,
    /// How often it is paid.
    pub period: Period,
    /// The first day it was paid for; nothing is "as long as there are records".
    pub since: Option<Date>,
    /// The tools it pays for.
    pub tools: Vec<ToolId>,
    /// Where it stands.
    pub origin: Origin,
}

/// How often a fee is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// Every calendar month.
    Month,
    /// Every calendar year.
    Year,
}

/// A day of the calendar that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// 0 to 9999.
    pub year: u16,
    /// From 1.
    pub month: u8,
    /// From 1.
    pub day: u8,
}

impl Date {
    /// The day after, in years that have one.
    pub(crate) fn next(self) -> Option<Self> {
        let next = self.civil()?.tomorrow().ok()?;
        Some(Self {
            year: u16::try_from(next.year()).ok()?,
            month: u8::try_from(next.month()).ok()?,
            day: u8::try_from(next.day()).ok()?,
        })
    }

    /// When it begins in UTC, or the end of the range that is nearest.
    pub(crate) fn midnight(self) -> UnixNanos {
        let zoned = self
            .civil()
            .and_then(|day| day.to_zoned(TimeZone::UTC).ok());
        let nanos = zoned.map_or(i128::MAX, |at| at.timestamp().as_nanosecond());
        UnixNanos(u64::try_from(nanos.max(0)).unwrap_or(u64::MAX))
    }

    /// The same as the calendar's arithmetic takes it; nothing where there is none.
    #[must_use]
    pub fn civil(self) -> Option<jiff::civil::Date> {
        let year = i16::try_from(self.year).ok()?;
        let (month, day) = (i8::try_from(self.month).ok()?, i8::try_from(self.day).ok()?);
        jiff::civil::Date::new(year, month, day).ok()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// `[[tool]]`: a tool beside the built-in ones, or in place of the one with its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    /// Its id.
    pub id: ToolId,
    /// Its name, for people.
    pub name: String,
    /// What it is.
    pub kind: ToolKind,
    /// What it is used for.
    pub category: ToolCategory,
    /// Names of its processes.
    pub processes: Vec<String>,
    /// Folders and names in the path of its executable, for names that say too little.
    pub paths: Vec<String>,
    /// The name, or folders in the path, of a script that an interpreter runs for it.
    pub scripts: Vec<String>,
    /// Where it stands.
    pub origin: Origin,
}

/// `[[price]]`: what a model costs, beside the built-in prices or in place of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// What it says.
    pub price: OwnPrice,
    /// Its first day, in UTC.
    pub since: Option<Date>,
    /// Its last day, in UTC.
    pub until: Option<Date>,
    /// Where it stands.
    pub origin: Origin,
}

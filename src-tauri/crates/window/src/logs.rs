//! The Logs view: lines as text that cannot do anything, bounded, with a mark each.

mod stream;

use crate::FirstLine;
use crate::escape::Safe;
use crate::now::Now;
use aco_domain::LineLevel;
use serde::{Deserialize, Serialize};

pub use stream::LogStream;

/// How urgent a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Level {
    /// Something failed.
    Error,
    /// Something needs a look.
    Warn,
    /// What happens.
    Info,
    /// How it happens.
    Debug,
    /// Every step.
    Trace,
}

/// A stretch of text. Nothing in it is a control, a bidirectional or an unassigned character.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Piece {
    /// The text.
    pub text: String,
    /// Whether it stands for something that cannot be shown (`\x1B`), and is boxed.
    pub raw: bool,
}

/// Where a record of a live line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Mark {
    /// The endpoint has answered for it.
    Shipped,
    /// In the spool.
    Waiting,
    /// In the spool for more than a minute: amber.
    Late,
    /// Never shipped.
    Local,
}

/// A mark and its word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Marked {
    /// Which.
    pub mark: Mark,
    /// Beside the glyph: `shipped`, `waiting`, `local`.
    pub word: String,
    /// Of the selected line: `in Loki`, `accepted by the Collector`, `waiting here`, `on this
    /// machine only`.
    pub sentence: String,
}

/// A line, or a gap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum LogRow {
    /// A line.
    Line(Box<LogLine>),
    /// Lines that are missing here.
    Lost {
        /// Unique among the rows of this window.
        id: String,
        /// `1,204 lines lost: the window was too slow`.
        text: String,
    },
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LogLine {
    /// Unique among the rows of this window.
    pub id: String,
    /// When it was written, in nanoseconds since 1970: what `open_grafana` takes.
    pub at: String,
    /// `14:31:02`, or with the date when that is not today's.
    pub time: String,
    /// `Thu 24 Sep, 14:31:02.114`.
    pub time_title: String,
    /// How urgent.
    pub level: Level,
    /// As it stands in the file: `ERROR`.
    pub level_word: String,
    /// The part of the program that wrote it.
    pub target: String,
    /// The message, at most 4 kB of it.
    pub text: Vec<Piece>,
    /// The same as one plain text: title, search, what a screen reader says.
    pub plain: String,
    /// What was cut: `1.0 MB, the first 4 kB shown`.
    pub cut: Option<String>,
    /// The key-values.
    pub attributes: Vec<Attribute>,
    /// Where its record is; null for a line paged from the file.
    pub marked: Option<Marked>,
    /// What Copy puts on the clipboard: time, level, target, text, attributes.
    pub copy: String,
}

/// A key-value of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Attribute {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: Vec<Piece>,
    /// The value as one plain text.
    pub plain: String,
}

/// Event `logs`, at most ten a second while the view follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LogBatch {
    /// What `follow_logs` gave: a batch of an older call is to be ignored.
    pub follow: u32,
    /// Whether what was shown before is to be forgotten (a new agent).
    pub afresh: bool,
    /// `Live · 1 error, 2 warnings in the last hour`.
    pub first: FirstLine,
    /// New rows, oldest first.
    pub rows: Vec<LogRow>,
    /// Lines whose mark is another one now.
    pub marks: Vec<Remark>,
}

/// A mark that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Remark {
    /// The line.
    pub id: String,
    /// Its mark now.
    pub marked: Marked,
}

/// Older lines, from the file. Command `older_logs`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LogPage {
    /// Oldest first, all of them older than what is shown.
    pub rows: Vec<LogRow>,
    /// What the next page is asked for with; null at the beginning of the log.
    pub before: Option<String>,
    /// Above the first row when `before` is null: `The log begins here`.
    pub end: Option<String>,
}

/// Values of a line beyond these are not shown.
const MOST_ATTRIBUTES: usize = 100;

impl From<Level> for LineLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::Error => Self::Error,
            Level::Warn => Self::Warn,
            Level::Info => Self::Info,
            Level::Debug => Self::Debug,
            Level::Trace => Self::Trace,
        }
    }
}

impl From<LineLevel> for Level {
    fn from(level: LineLevel) -> Self {
        match level {
            LineLevel::Error => Self::Error,
            LineLevel::Warn => Self::Warn,
            LineLevel::Info => Self::Info,
            LineLevel::Debug => Self::Debug,
            LineLevel::Trace => Self::Trace,
        }
    }
}

impl LogLine {
    fn of(line: &aco_domain::LogLine, id: String, marked: Option<Marked>, now: &Now) -> Self {
        let text = Safe::of(&line.message, None);
        let plain = text.plain();
        let attributes: Vec<Attribute> = line
            .attributes
            .iter()
            .take(MOST_ATTRIBUTES)
            .map(|(key, value)| {
                let value = Safe::of(value, None);
                Attribute {
                    key: Safe::of(key, None).plain(),
                    plain: value.plain(),
                    value: value.pieces,
                }
            })
            .collect();
        let time_title = now.exact(line.at);
        let target = Safe::of(&line.target, None).plain();
        let mut copy = format!("{time_title} {} {target} {plain}", line.level.as_str());
        for attribute in &attributes {
            copy.push_str(&format!("\n  {}={}", attribute.key, attribute.plain));
        }
        Self {
            id,
            at: line.at.0.to_string(),
            time: now.precise(line.at),
            time_title,
            level: line.level.into(),
            level_word: line.level.as_str().to_owned(),
            target,
            cut: text.cut,
            text: text.pieces,
            plain,
            attributes,
            marked,
            copy,
        }
    }
}

impl LogFilter {
    /// Whether a line is wanted.
    #[must_use]
    pub fn takes(&self, line: &aco_domain::LogLine) -> bool {
        // The more urgent, the smaller.
        if line.level > LineLevel::from(self.level) {
            return false;
        }
        let wanted = self.text.trim().to_lowercase();
        let holds = |text: &str| text.to_lowercase().contains(&wanted);
        wanted.is_empty()
            || holds(&line.message)
            || holds(&line.target)
            || line
                .attributes
                .iter()
                .any(|(key, value)| holds(key) || holds(value))
    }
}

impl LogPage {
    /// A page of lines from the file: `lines` newest first, as the agent gives them. `page` is a
    /// number that no other page of this window has. Lines from `shown_since` on are live in the
    /// view already and left out.
    #[must_use]
    pub fn of(
        lines: &[aco_domain::LogLine],
        before: Option<String>,
        page: u32,
        shown_since: Option<aco_domain::UnixNanos>,
        now: &Now,
    ) -> Self {
        // The file has milliseconds, a live line more.
        let millis = |at: aco_domain::UnixNanos| at.0 / 1_000_000;
        let is_new = |line: &&aco_domain::LogLine| {
            shown_since.is_none_or(|since| millis(line.at) < millis(since))
        };
        let rows = lines.iter().filter(is_new).enumerate().map(|(n, line)| {
            let line = LogLine::of(line, format!("p{page}.{n}"), None, now);
            LogRow::Line(Box::new(line))
        });
        let mut rows: Vec<LogRow> = rows.collect();
        rows.reverse();
        let end = before.is_none().then(|| "The log begins here".to_owned());
        Self { rows, before, end }
    }
}

/// Which lines are wanted. Argument of `follow_logs` and `older_logs`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LogFilter {
    /// At least this urgent.
    pub level: Level,
    /// Holding this text, in whatever case; all when empty.
    pub text: String,
}

#[cfg(test)]
#[path = "logs_tests.rs"]
mod tests;

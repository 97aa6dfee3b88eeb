//! What is answered. Types only.

use super::Refusal;
use aco_domain::{
    Answers, Check, Imported, LogLine, NanoUsd, PriceChanges, Progress, Report, SettingProblem,
    SettingsSheet, Sources, Status, Step,
};
use serde::{Deserialize, Serialize};

/// What the agent answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "response", rename_all = "snake_case")]
pub enum Response {
    /// Everything known about the agent. Frozen.
    Status(Box<Status>),
    /// It is done. Frozen.
    Done {
        /// What was done, for people.
        message: String,
    },
    /// Somebody asked for the window; for a tray that watches.
    ShowWindow,
    /// One local line.
    Log(LogLine),
    /// The reader was too slow: this many lines are missing here.
    Missed {
        /// How many.
        count: u64,
    },
    /// No more lines come.
    LogsEnd,
    /// Test records were appended.
    Emitted {
        /// How many.
        count: u64,
        /// Sequence number (the one in `log.record.uid`) of the first; 0 when none was appended.
        first_seq: u64,
        /// Sequence number of the last; 0 when none was appended.
        last_seq: u64,
    },
    /// Lines of the local file, the newest first.
    History {
        /// Their numbers are of this answer only.
        lines: Vec<LogLine>,
        /// Where older ones go on; nothing at the beginning of the oldest file.
        before: Option<String>,
    },
    /// A report.
    Report(Box<Report>),
    /// Every setting.
    Settings(Box<SettingsSheet>),
    /// What is wrong with changes; none of them was made. Nothing is wrong with an empty list.
    Checked {
        /// What is wrong, by key.
        problems: Vec<SettingProblem>,
    },
    /// News: this is looked at now.
    Upcoming {
        /// What.
        check: Check,
    },
    /// News: a step is through.
    Step(Step),
    /// The examination is through.
    Examined {
        /// The endpoint examined, as in a status; nothing without one.
        endpoint: Option<String>,
        /// Whether no step failed.
        healthy: bool,
        /// Whose answers it gives, when that was found out.
        answers: Option<Answers>,
    },
    /// A web address.
    Link {
        /// It begins with the configured Grafana's.
        url: String,
    },
    /// The places usage is read from.
    Sources(Sources),
    /// News: how far it is.
    Progress(Progress),
    /// Calls were priced again.
    Repriced {
        /// Calls that were looked at.
        examined: u64,
        /// Calls that had no price and have one now.
        filled: u64,
        /// Calls whose price is another now.
        changed: u64,
        /// What these and the filled ones cost before, in nano-dollars.
        before: NanoUsd,
        /// What they cost now, in nano-dollars.
        after: NanoUsd,
    },
    /// What newer prices would change.
    PriceChanges(Box<PriceChanges>),
    /// A file was imported.
    Imported(Imported),
    /// It cannot be done. Frozen.
    Error(Refusal),
}

impl Response {
    /// Whether this is news of a request that is still being worked on: another response follows.
    #[must_use]
    pub fn is_news(&self) -> bool {
        matches!(
            self,
            Self::Upcoming { .. } | Self::Step(_) | Self::Progress(_)
        )
    }
}

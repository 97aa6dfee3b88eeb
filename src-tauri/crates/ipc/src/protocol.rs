//! What is said over the socket. Types only: no I/O may enter.
//!
//! Every frame is a 4-byte big-endian length and that many bytes of JSON, at most
//! [`MAX_FRAME_BYTES`]. The first frame each way is a [`Hello`]; then the asker sends one
//! [`Request`] at a time and reads its [`Response`] (for `logs`: responses, up to `logs_end`).
//!
//! # What is frozen
//! An old `aco` beside a new tray must still be able to look and to pause. Therefore, whatever
//! [`PROTOCOL`] becomes, these shapes stay as they are, fields are only ever added, and both sides
//! ignore fields they do not know:
//!
//! ```json
//! {"protocol": 1, "version": "0.1.0"}
//! {"request": "status"}
//! {"request": "pause", "until": "resumed"}
//! {"request": "pause", "until": {"at": 1760000000000000000}}
//! {"request": "resume"}
//! {"response": "status", "schema_version": 1, "state": "shipping", …}
//! {"response": "done", "message": "…"}
//! {"response": "error", "code": "…", "message": "…", "remedy": "…"}
//! ```
//!
//! Any other request across versions is answered with the error `upgrade_needed`.

use aco_domain::{Answers, LineLevel, LogLine, PauseUntil, Status};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// The version of everything in this module that is not frozen.
pub const PROTOCOL: u32 = 1;

/// The largest frame either side sends or takes, without its length.
pub const MAX_FRAME_BYTES: usize = 1 << 20;

/// The first frame each way. Frozen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The sender's [`PROTOCOL`].
    pub protocol: u32,
    /// The sender's program version, for people.
    pub version: String,
}

impl Hello {
    /// The greeting of this build.
    #[must_use]
    pub fn ours(version: impl Into<String>) -> Self {
        Self {
            protocol: PROTOCOL,
            version: version.into(),
        }
    }

    /// Why `client` may only use what is frozen, or nothing when both speak the same protocol.
    #[must_use]
    pub fn upgrade_needed(agent: &Self, client: &Self) -> Option<Refusal> {
        if agent.protocol == client.protocol {
            return None;
        }
        let older = if agent.protocol < client.protocol {
            "the agent"
        } else {
            "this program"
        };
        Some(Refusal::new(
            code::UPGRADE_NEEDED,
            format!(
                "upgrade needed: the agent is version {} (protocol {}), this program {} (protocol {})",
                agent.version, agent.protocol, client.version, client.protocol
            ),
            format!("update {older} and start it again; status, pause and resume work meanwhile"),
        ))
    }
}

/// What can be asked of the agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "snake_case")]
pub enum Request {
    /// Everything known about the agent now; answered by [`Response::Status`]. Frozen.
    Status,
    /// Nothing leaves the machine any more; answered by [`Response::Done`]. Frozen.
    Pause {
        /// When shipping goes on by itself.
        until: PauseUntil,
    },
    /// Ships again; answered by [`Response::Done`]. Frozen.
    Resume,
    /// Local lines: [`Response::Log`] and [`Response::Missed`], then [`Response::LogsEnd`]. With
    /// `follow` the end comes when the agent stops; who has heard enough closes the connection,
    /// and sends nothing more before that.
    Logs {
        /// How many of the lines already written to begin with.
        last: usize,
        /// Only lines at least this urgent; all when absent.
        level: Option<LineLevel>,
        /// Whether lines written from now on follow.
        follow: bool,
    },
    /// The state now, and again whenever it changes: [`Response::Status`], until the agent stops or
    /// the asker closes the connection. A slow reader misses what was overtaken meanwhile; who has
    /// asked sends nothing more.
    Watch {
        /// Whether the asker is a tray: then [`Response::ShowWindow`] comes too, when somebody asks
        /// for the window.
        #[serde(default)]
        tray: bool,
    },
    /// Show the window: what a second start of the tray application asks of the first one; answered
    /// by [`Response::Done`], or by the refusal [`code::NO_TRAY`].
    ShowWindow,
    /// Writes numbered test records; answered by [`Response::Emitted`].
    Emit {
        /// How many.
        count: u64,
        /// Records a second; as fast as possible when absent.
        rate: Option<f64>,
        /// The body, to which ` seq=<n>` is added.
        message: String,
        /// How long the agent may go on shipping before it answers, in milliseconds.
        grace_ms: u64,
    },
    /// The configuration or the token has changed: read them again; answered by
    /// [`Response::Done`].
    Reload,
    /// Look at the machine now instead of at the next interval; answered by [`Response::Done`].
    Scan,
    /// The user has seen that records were dropped; answered by [`Response::Done`].
    AcknowledgeDropped,
    /// Somebody examined an endpoint and found out whose answers it gives; answered by
    /// [`Response::Done`].
    NoteAnswers {
        /// Its address, as in a status.
        endpoint: String,
        /// What was found.
        answers: Answers,
    },
}

impl Request {
    /// Whether this request is understood across protocol versions.
    #[must_use]
    pub fn is_frozen(&self) -> bool {
        matches!(self, Self::Status | Self::Pause { .. } | Self::Resume)
    }

    /// How long an agent in good health may take for its first answer: a moment for its loop, and
    /// for `emit` what the request itself asks for.
    #[must_use]
    pub fn patience(&self) -> Duration {
        const MOMENT: Duration = Duration::from_secs(10);
        // The slowest disk a record is appended to: a guess that only has to be generous.
        const SLOWEST_RECORDS_A_SECOND: f64 = 500.0;
        // `Duration` cannot hold what an absurd count over an absurd rate gives.
        const LONGEST: Duration = Duration::from_secs(7 * 86_400);
        // A first import of years of transcripts, on a slow disk.
        const SCAN: Duration = Duration::from_secs(600);
        if *self == Self::Scan {
            return SCAN;
        }
        let Self::Emit {
            count,
            rate,
            grace_ms,
            ..
        } = self
        else {
            return MOMENT;
        };
        #[expect(
            clippy::cast_precision_loss,
            reason = "an estimate of seconds; the last digits of a count beyond 2^53 do not matter"
        )]
        let count = *count as f64;
        let pace = rate
            .filter(|rate| *rate > 0.0)
            .map_or(SLOWEST_RECORDS_A_SECOND, |rate| {
                rate.min(SLOWEST_RECORDS_A_SECOND)
            });
        Duration::try_from_secs_f64(count / pace)
            .unwrap_or(LONGEST)
            .saturating_add(Duration::from_millis(*grace_ms))
            .saturating_add(MOMENT)
            .min(LONGEST)
    }
}

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
    /// It cannot be done. Frozen.
    Error(Refusal),
}

/// Why the agent did not do what was asked. Frozen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// A stable key: one of [`code`], or the agent's own.
    pub code: String,
    /// What is wrong, and where.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

impl Refusal {
    /// A refusal with its key, what is wrong and what to do.
    #[must_use]
    pub fn new(
        code: impl Into<String>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            remedy: remedy.into(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.message, self.remedy)
    }
}

impl std::error::Error for Refusal {}

/// The keys of the refusals this crate makes. The agent adds its own.
pub mod code {
    /// The two sides speak different protocols.
    pub const UPGRADE_NEEDED: &str = "upgrade_needed";
    /// The frame was well-formed JSON but no request this agent knows.
    pub const BAD_REQUEST: &str = "bad_request";
    /// The bytes were no frame of this protocol; the connection is closed.
    pub const BAD_FRAME: &str = "bad_frame";
    /// Too many connections are open.
    pub const BUSY: &str = "busy";
    /// The agent is shutting down.
    pub const STOPPING: &str = "stopping";
    /// The agent took the request and lost it: a defect.
    pub const NO_ANSWER: &str = "no_answer";
    /// Nobody watches who could show a window.
    pub const NO_TRAY: &str = "no_tray";
    /// The answer does not fit a frame: a defect.
    pub const TOO_LARGE: &str = "too_large";
}

#[cfg(test)]
mod tests;

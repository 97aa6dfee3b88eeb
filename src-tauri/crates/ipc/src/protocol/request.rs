//! What can be asked. Types only.

use super::Secret;
#[cfg(doc)]
use super::{Response, code};
use aco_domain::{
    Answers, LimitReading, LineLevel, PauseUntil, ReportQuery, SettingChange, ToolId, UnixNanos,
};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;

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
    /// What a tool said of its limits to somebody else (its status line), to be kept as if it had
    /// been read; answered by [`Response::Done`].
    NoteLimits {
        /// Of each limit one.
        readings: Vec<LimitReading>,
    },
    /// What newer prices would change; answered by [`Response::PriceChanges`], or by
    /// [`Response::Done`] when there are none. Fetches them where none wait, unless shipping is
    /// paused.
    OfferPrices,
    /// Takes the prices that were shown; answered by [`Response::Done`].
    TakePrices {
        /// Their [`PriceChanges::to`](aco_domain::PriceChanges::to).
        version: String,
    },
    /// Whether records that were kept without an endpoint are sent now that there is one (see
    /// [`Status::kept`](aco_domain::Status::kept)), or expire here; answered by [`Response::Done`].
    SendKept {
        /// Whether they are sent.
        send: bool,
    },
    /// Older lines, from the local file and those it was rotated into; answered by
    /// [`Response::History`].
    History {
        /// Lines before this place, which an earlier answer named; the newest when absent.
        #[serde(default)]
        before: Option<String>,
        /// How many lines at most. The answer may hold fewer.
        count: usize,
        /// Only lines at least this urgent; all when absent.
        #[serde(default)]
        level: Option<LineLevel>,
        /// Only lines that hold this text, whatever its case.
        #[serde(default)]
        text: Option<String>,
    },
    /// The figures of `aco report`, as of the last reading; answered by [`Response::Report`].
    Report(ReportQuery),
    /// Every setting; answered by [`Response::Settings`].
    Settings,
    /// What would be wrong after these changes; answered by [`Response::Checked`]. Changes nothing.
    CheckSettings {
        /// All of them are meant together.
        changes: Vec<SettingChange>,
    },
    /// Writes these changes into the configuration and reads it again: all of them, or none when
    /// one is wrong. Answered by [`Response::Settings`], or by [`Response::Checked`] with what is
    /// wrong.
    ChangeSettings {
        /// All of them are meant together.
        changes: Vec<SettingChange>,
    },
    /// Keeps the token for the configured endpoint, in place of any other; answered by
    /// [`Response::Done`], which says where it is kept.
    SetToken {
        /// The token. It is answered to nobody.
        token: Secret,
    },
    /// Forgets the token; answered by [`Response::Done`].
    ClearToken,
    /// Looks at the way to the endpoint, step by step, as `aco doctor` does: [`Response::Upcoming`]
    /// and [`Response::Step`] as they pass, then [`Response::Examined`].
    Examine {
        /// Whether anything may be sent. Else only what the settings tell is looked at.
        send: bool,
    },
    /// The address of Grafana Explore; answered by [`Response::Link`].
    Link {
        /// A moment that is shown with five minutes around it; the last hour when absent.
        #[serde(default)]
        at: Option<UnixNanos>,
        /// LogQL; everything of this host when absent.
        #[serde(default)]
        query: Option<String>,
    },
    /// The places usage is read from, and what was found there; answered by
    /// [`Response::Sources`].
    Sources,
    /// As [`Request::Scan`], saying how far it is: [`Response::Progress`], then
    /// [`Response::Done`].
    ScanNow,
    /// Try the endpoint now instead of at the next attempt; answered by [`Response::Done`].
    TryNow,
    /// Prices calls again by the prices of now: [`Response::Progress`] while what was begun before
    /// goes on, then [`Response::Repriced`].
    Reprice {
        /// From this instant on.
        #[serde(default)]
        since: Option<UnixNanos>,
        /// Before this instant.
        #[serde(default)]
        until: Option<UnixNanos>,
        /// Of this tool; all when absent.
        #[serde(default)]
        tool: Option<ToolId>,
        /// Of this model, verbatim; all when absent.
        #[serde(default)]
        model: Option<String>,
    },
    /// Takes a usage export of Cursor's dashboard into the ledger; answered by
    /// [`Response::Imported`].
    ImportCursor {
        /// An absolute path.
        file: PathBuf,
    },
}

impl Request {
    /// Whether this request is understood across protocol versions.
    #[must_use]
    pub fn is_frozen(&self) -> bool {
        matches!(self, Self::Status | Self::Pause { .. } | Self::Resume)
    }

    /// How long an agent in good health may take for its first answer, and for each one after it: a
    /// moment for its loop, and for `emit` what the request itself asks for.
    #[must_use]
    pub fn patience(&self) -> Duration {
        const MOMENT: Duration = Duration::from_secs(10);
        // The slowest disk a record is appended to: a guess that only has to be generous.
        const SLOWEST_RECORDS_A_SECOND: f64 = 500.0;
        // `Duration` cannot hold what an absurd count over an absurd rate gives.
        const LONGEST: Duration = Duration::from_secs(7 * 86_400);
        // A first import of years of transcripts, on a slow disk.
        const SCAN: Duration = Duration::from_secs(600);
        // Reads a history of years, or a step of the doctor that nobody answers.
        const QUERY: Duration = Duration::from_secs(60);
        let (count, rate, grace_ms) = match self {
            Self::Scan | Self::ScanNow | Self::Reprice { .. } | Self::ImportCursor { .. } => {
                return SCAN;
            }
            Self::OfferPrices
            | Self::Report(_)
            | Self::History { .. }
            | Self::Sources
            | Self::Examine { .. } => {
                return QUERY;
            }
            // A keychain may ask its user first; it is waited for within limits of its own.
            Self::SetToken { .. } | Self::ClearToken => return QUERY,
            Self::Emit {
                count,
                rate,
                grace_ms,
                ..
            } => (count, rate, grace_ms),
            _ => return MOMENT,
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

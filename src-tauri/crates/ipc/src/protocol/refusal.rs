//! Why something was not done. Types only.

use serde::{Deserialize, Serialize};
use std::fmt;

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
    /// The request names something that cannot be: a day, a zone, a place in the log.
    pub const BAD_VALUE: &str = "bad_value";
    /// There is no endpoint, so there is nothing to do this for.
    pub const NO_ENDPOINT: &str = "no_endpoint";
    /// No Grafana is configured.
    pub const NO_GRAFANA: &str = "no_grafana";
    /// Nothing is asked that could be answered so.
    pub const NOT_ASKED: &str = "not_asked";
    /// A file, the ledger or a keychain could not be read or written.
    pub const FAILED: &str = "failed";
    /// The configuration file is broken in a way that only an editor can mend.
    pub const CONFIG_INVALID: &str = "config_invalid";
}

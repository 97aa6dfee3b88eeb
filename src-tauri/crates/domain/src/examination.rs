//! What an examination of the way to the backend says: its steps, and whose answers come back.
//!
//! Printed by `aco doctor --json` and shown by the window's "Test connection"; field names are
//! stable. May not enter: how anything is found out.

use crate::UnixNanos;
use serde::{Deserialize, Serialize};

/// What is looked at, in the order of the way there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Whether there is a valid configuration with an endpoint.
    Configuration,
    /// Whether there is a token for this endpoint that may be sent there.
    Token,
    /// Whether anything may leave this machine now.
    Pause,
    /// Whether the host's name has an address.
    Name,
    /// Whether something listens there.
    Connection,
    /// Whether it speaks TLS where that is expected, with a certificate that is believed.
    Tls,
    /// Whether it speaks gRPC.
    Protocol,
    /// Whether it takes a record of now.
    Answer,
    /// Who gave that answer, asked with a record that is too old for Loki.
    WhoseAnswer,
    /// Whether it takes metrics.
    Metrics,
}

/// What a step means to the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// As it should be.
    Ok,
    /// Nothing is wrong, and the user should know.
    Note,
    /// Something is wrong; nothing behind it can be looked at.
    Failed,
}

/// What one check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What was looked at.
    pub check: Check,
    /// How it is.
    pub outcome: Outcome,
    /// A stable key of the finding: `certificate_expired`, `answers_are_lokis` …
    pub code: String,
    /// What was found, and where.
    pub what: String,
    /// What to do about it.
    pub advice: Option<String>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

impl Step {
    /// As it should be. How long it took is filled in by whoever waited for it.
    pub fn ok(check: Check, code: &str, what: impl Into<String>) -> Self {
        Self {
            check,
            outcome: Outcome::Ok,
            code: code.to_owned(),
            what: what.into(),
            advice: None,
            took_ms: 0,
        }
    }

    /// Nothing is wrong, and the user should know.
    pub fn note(
        check: Check,
        code: &str,
        what: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            outcome: Outcome::Note,
            advice: Some(advice.into()),
            ..Self::ok(check, code, what)
        }
    }

    /// Something is wrong.
    pub fn failed(
        check: Check,
        code: &str,
        what: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            outcome: Outcome::Failed,
            ..Self::note(check, code, what, advice)
        }
    }
}

/// Whose word "accepted" is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answerer {
    /// Loki's: what it took is stored.
    Loki,
    /// The Collector's or a proxy's: something on the way queues, or takes records of any age, and
    /// holds what it accepted in its own way.
    Collector,
}

/// Whose answers an endpoint gives, as far as was last found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    /// Whose.
    pub by: Answerer,
    /// When that was found out.
    pub found_at: UnixNanos,
}

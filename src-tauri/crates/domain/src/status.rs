//! What `aco status --json`, the window and a client tray are told. Field names are stable.

use crate::{
    AgentState, Answers, Attention, Counters, Kept, LimitReading, Outlook, Progress, Spend, ToolId,
    ToolKind, UnixNanos,
};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Everything a user can be told about the agent at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Version of this shape; rises when a field changes its meaning.
    pub schema_version: u32,
    /// The program that answers.
    pub version: String,
    /// The agent's process, or nothing when none runs and the answer was read from disk.
    pub pid: Option<u32>,
    /// Who holds the home.
    pub role: Option<Role>,
    /// The folder everything lies in.
    pub home: PathBuf,
    /// `service.instance.id`.
    pub installation: String,
    /// `host.name` as shipped.
    pub host_name: String,
    /// The state in one word.
    pub state: AgentState,
    /// The state in words, for people.
    pub summary: String,
    /// What needs the user, most urgent first.
    pub attention: Vec<Attention>,
    /// Where records go, or nothing in local mode.
    pub endpoint: Option<EndpointStatus>,
    /// The last answer of the endpoint, or the reason none came.
    pub last_answer: Option<Answer>,
    /// When the endpoint last took a record.
    pub last_accepted: Option<UnixNanos>,
    /// Whose answers this endpoint gives, when `aco doctor` has found that out.
    pub answers: Option<Answers>,
    /// What waits.
    pub backlog: Backlog,
    /// What became of all records.
    pub records: Counters,
    /// How long the pause lasts, when paused.
    pub paused: Option<PauseUntil>,
    /// Tools seen since the agent started.
    pub tools: Vec<ToolSeen>,
    /// What was used today and this month; nothing before the first reading is through.
    #[serde(default)]
    pub spend: Option<Spend>,
    /// What is paid, and what is to be expected of the month; nothing before the first reading is
    /// through.
    #[serde(default)]
    pub outlook: Option<Outlook>,
    /// How much of their plans' limits is used, as tools have recorded it; each until its window
    /// is over.
    #[serde(default)]
    pub limits: Vec<LimitReading>,
    /// How far the reading of the tools' files is, while one is under way that takes long.
    #[serde(default)]
    pub reading: Option<Progress>,
    /// Every record up to this number has left the spool: answered for, or counted as dropped.
    #[serde(default)]
    pub shipped_through: u64,
    /// What was kept without an endpoint, while the user is asked whether to send it. Nothing is
    /// shipped meanwhile.
    #[serde(default)]
    pub kept: Option<Kept>,
    /// Grafana's address, as configured.
    #[serde(default)]
    pub grafana: Option<String>,
}

impl Status {
    /// The value of `schema_version` this build writes.
    pub const SCHEMA_VERSION: u32 = 1;
}

/// The program that runs the agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// `aco run`.
    Service,
    /// The tray application.
    Tray,
    /// A short command (`emit`, a report, an import) that holds the home for a moment.
    Command,
}

impl Role {
    /// The role as it stands in the lock file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Tray => "tray",
            Self::Command => "command",
        }
    }
}

/// Where a value came from; shown beside every value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "from")]
pub enum Origin {
    /// Built in.
    Default,
    /// `config.toml`.
    File {
        /// Its path.
        path: PathBuf,
        /// The line of the value, from 1.
        line: usize,
    },
    /// An environment variable.
    Environment {
        /// Its name.
        variable: String,
    },
    /// A file of its own, such as the token's.
    Store {
        /// Its path.
        path: PathBuf,
    },
    /// The system's keychain.
    Keychain {
        /// What it is called on this system.
        name: String,
    },
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("built in"),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Environment { variable } => write!(f, "${variable}"),
            Self::Store { path } => write!(f, "{}", path.display()),
            Self::Keychain { name } => f.write_str(name),
        }
    }
}

/// Where records go and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointStatus {
    /// The address as configured, without user information.
    pub url: String,
    /// Where the address came from.
    pub origin: Origin,
    /// Whether the connection is encrypted.
    pub tls: bool,
    /// Whether a token is sent, and where it came from. Never the token.
    pub token: Option<Origin>,
}

/// What came back from the endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// When it came.
    pub at: UnixNanos,
    /// What it means.
    pub kind: AnswerKind,
    /// In words, with the server's own sentence where there is one.
    pub message: String,
    /// Since when answers of this kind have been coming.
    pub since: UnixNanos,
    /// When the next attempt is made, unless something wakes the sender before.
    pub next_attempt: Option<UnixNanos>,
}

/// The meaning of an answer, for icons and exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerKind {
    /// Stored, or accepted by a Collector that queues.
    Accepted,
    /// Nothing answered, or it said "later".
    Unavailable,
    /// The server's certificate was not believed.
    TlsRefused,
    /// The token was refused.
    TokenRefused,
    /// The address, the token or the CA file cannot be used as they are.
    Unusable,
    /// The request was refused for another reason; nothing is thrown away meanwhile.
    Refused,
}

/// What waits in the spool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backlog {
    /// Records not yet answered for.
    pub records: u64,
    /// Their bytes in the spool's files.
    pub bytes: u64,
    /// Age of the oldest in seconds; nothing when none waits.
    pub oldest_age_s: Option<u64>,
}

/// How long a pause lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseUntil {
    /// Until the user resumes.
    Resumed,
    /// Until this moment.
    At(UnixNanos),
}

/// A tool seen on this machine since the agent started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolSeen {
    /// Its id.
    pub tool: ToolId,
    /// Its name for people.
    pub display_name: String,
    /// What it is.
    pub kind: ToolKind,
    /// How many processes of it run now.
    pub running: u32,
    /// How long it ran while an agent watched, in seconds, told in whole minutes. Only of a tool that
    /// runs models on this machine: it records no tokens, and its API value is nothing.
    #[serde(default)]
    pub ran_s: Option<u64>,
}

//! What is told to whoever asks how it goes.

use crate::settings::Settings;
use aco_domain::{
    AgentState, Answer, AnswerKind, Attention, PauseUntil, Role, Status, ToolSeen, UnixNanos,
};
use aco_home::versioned::Content;
use aco_home::{AgentStore, FileError, Home};
use aco_spool::{OsFileSystem, Stats};
use std::path::PathBuf;

/// What a status is made from.
pub(crate) struct Facts<'a> {
    pub(crate) version: &'a str,
    pub(crate) pid: Option<u32>,
    pub(crate) role: Option<Role>,
    pub(crate) home: PathBuf,
    pub(crate) installation: String,
    pub(crate) host_name: &'a str,
    pub(crate) settings: Result<&'a Settings, &'a Attention>,
    pub(crate) answer: Option<Answer>,
    pub(crate) last_accepted: Option<UnixNanos>,
    pub(crate) stats: Stats,
    pub(crate) acknowledged_dropped: u64,
    pub(crate) paused: Option<PauseUntil>,
    pub(crate) tools: Vec<ToolSeen>,
    /// Local time of day, for people.
    pub(crate) clock_face: &'a dyn Fn(UnixNanos) -> String,
}

impl Facts<'_> {
    pub(crate) fn into_status(self) -> Status {
        let endpoint = self.settings.ok().and_then(Settings::endpoint);
        let attention = self.attention();
        let state = AgentState::of(
            !attention.is_empty(),
            self.paused.is_some(),
            endpoint.is_some(),
            self.stats.backlog.oldest_age_s,
        );
        let summary = self.summary(state, &attention);
        Status {
            schema_version: Status::SCHEMA_VERSION,
            version: self.version.to_owned(),
            pid: self.pid,
            role: self.role,
            home: self.home,
            installation: self.installation,
            host_name: self.host_name.to_owned(),
            state,
            summary,
            attention,
            endpoint,
            last_answer: self.answer,
            last_accepted: self.last_accepted,
            backlog: self.stats.backlog,
            records: self.stats.counters,
            paused: self.paused,
            tools: self.tools,
        }
    }

    /// What needs the user, most urgent first.
    fn attention(&self) -> Vec<Attention> {
        let mut attention = Vec::new();
        match self.settings {
            Err(invalid) => attention.push(invalid.clone()),
            Ok(settings) => attention.extend(settings.attention()),
        }
        attention.extend(self.answer.as_ref().and_then(refused));
        if let Some(message) = &self.stats.disk_refusing {
            attention.push(Attention {
                code: "disk_refuses".into(),
                what: format!("the disk refuses new records: {message}"),
                remedy: "free some space on that disk; what fits in memory is written then".into(),
            });
        }
        let dropped = self.stats.counters.dropped;
        if dropped.total() > self.acknowledged_dropped {
            let reasons: Vec<String> = aco_domain::DropReason::ALL
                .into_iter()
                .filter(|&reason| dropped.get(reason) > 0)
                .map(|reason| format!("{} {}", dropped.get(reason), reason.as_str()))
                .collect();
            attention.push(Attention {
                code: "records_dropped".into(),
                what: format!("records were dropped: {}", reasons.join(", ")),
                remedy: "see the local log for when and why; `aco status --acknowledge` dismisses \
                         this"
                    .into(),
            });
        }
        attention
    }

    fn summary(&self, state: AgentState, attention: &[Attention]) -> String {
        let offline = self
            .answer
            .as_ref()
            .filter(|answer| answer.kind != AnswerKind::Accepted)
            .map(|answer| format!("Offline since {}", (self.clock_face)(answer.since)));
        match state {
            AgentState::Attention => attention
                .first()
                .map_or("Needs attention", |a| title(&a.code))
                .to_owned(),
            AgentState::Paused => match self.paused {
                Some(PauseUntil::At(at)) => format!("Paused until {}", (self.clock_face)(at)),
                _ => "Paused until you resume".to_owned(),
            },
            AgentState::Local => "Local only".to_owned(),
            AgentState::Backlog => offline.unwrap_or_else(|| "Catching up".to_owned()),
            AgentState::Shipping => offline.unwrap_or_else(|| "Up to date".to_owned()),
        }
    }
}

fn title(code: &str) -> &'static str {
    match code {
        "token_refused" => "Token refused",
        "token_for_other_endpoint" | "token_unreadable" => "Token missing",
        "certificate_refused" => "Certificate refused",
        "config_invalid" => "Configuration invalid",
        "plaintext_refused" => "Not sent in clear text",
        "records_dropped" => "Records dropped",
        "disk_refuses" => "Disk full or failing",
        _ => "Needs attention",
    }
}

/// An answer that does not get better by waiting.
fn refused(answer: &Answer) -> Option<Attention> {
    let (code, remedy) = match answer.kind {
        AnswerKind::TokenRefused => (
            "token_refused",
            "give the token the endpoint expects: aco token set (nothing is lost meanwhile)",
        ),
        AnswerKind::TlsRefused => (
            "certificate_refused",
            "as the message says; nothing is lost, and shipping goes on when the certificate is \
             believed",
        ),
        AnswerKind::Unusable => (
            "endpoint_unusable",
            "check `ship.endpoint` and `ship.ca_file`",
        ),
        AnswerKind::Refused => (
            "requests_refused",
            "check that `ship.endpoint` is a Collector's OTLP gRPC port with a logs pipeline; \
             nothing is thrown away meanwhile",
        ),
        AnswerKind::Accepted | AnswerKind::Unavailable => return None,
    };
    Some(Attention {
        code: code.to_owned(),
        what: answer.message.clone(),
        remedy: remedy.to_owned(),
    })
}

/// What a status needs when no agent runs.
pub struct StoppedStatus<'a> {
    /// The home looked at.
    pub home: &'a Home,
    /// The program that looks.
    pub version: &'a str,
    /// `host.name`.
    pub host_name: &'a str,
    /// The settings, or why there are none.
    pub settings: Result<&'a Settings, &'a Attention>,
    /// The time.
    pub now: UnixNanos,
    /// Local time of day, for people.
    pub clock_face: &'a dyn Fn(UnixNanos) -> String,
}

/// A status read from the home's files, without its lock: what waits, what was dropped, whether it
/// is paused.
///
/// # Errors
/// When a file cannot be read.
pub fn status_without_agent(stopped: &StoppedStatus<'_>) -> Result<Status, FileError> {
    let folder = stopped.home.spool_folder();
    let stats = aco_spool::inspect(&OsFileSystem, &folder, stopped.now)
        .map_err(FileError::during("read the spool in", &folder))?;
    let stored = match AgentStore::peek(&stopped.home.state_file())? {
        Content::Found(state) => state,
        Content::Absent | Content::Damaged(_) | Content::Newer(_) => Default::default(),
    };
    let facts = Facts {
        version: stopped.version,
        pid: None,
        role: None,
        home: stopped.home.folder().to_owned(),
        installation: String::new(),
        host_name: stopped.host_name,
        settings: stopped.settings,
        answer: None,
        last_accepted: None,
        stats,
        acknowledged_dropped: stored.acknowledged_dropped,
        paused: stored.pause.filter(|pause| !is_over(*pause, stopped.now)),
        tools: Vec::new(),
        clock_face: stopped.clock_face,
    };
    Ok(facts.into_status())
}

/// Whether a pause has ended by itself.
pub(crate) fn is_over(pause: PauseUntil, now: UnixNanos) -> bool {
    matches!(pause, PauseUntil::At(at) if at <= now)
}

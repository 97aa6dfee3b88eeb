//! What is told to whoever asks how it goes.

use crate::kept::question;
use crate::settings::Settings;
use crate::usage::kept_limits;
use aco_domain::{
    AgentState, Answer, AnswerKind, Answers, Attention, Backlog, Counters, DropReason, Dropped,
    Kept, LimitReading, Outlook, PauseUntil, Progress, Role, Spend, Status, ToolSeen, UnixNanos,
};
use aco_home::versioned::Content;
use aco_home::{AgentStore, FileError, Home, Installation, StoredState};
use aco_spool::OsFileSystem;
use std::collections::BTreeMap;
use std::io;
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
    /// Whose answers each endpoint gave.
    pub(crate) answers: &'a BTreeMap<String, Answers>,
    pub(crate) records: Counters,
    pub(crate) backlog: Backlog,
    /// What the disk last said, while it refuses.
    pub(crate) disk_refusing: Option<String>,
    /// Dropped records the user has acknowledged.
    pub(crate) acknowledged: Dropped,
    pub(crate) paused: Option<PauseUntil>,
    pub(crate) tools: Vec<ToolSeen>,
    pub(crate) spend: Option<Spend>,
    pub(crate) outlook: Option<Outlook>,
    pub(crate) limits: Vec<LimitReading>,
    pub(crate) reading: Option<Progress>,
    /// The spool's: everything up to this record has left it.
    pub(crate) shipped_through: u64,
    /// What waits for the user's word.
    pub(crate) kept: Option<Kept>,
    /// Local time of day, for people.
    pub(crate) clock_face: &'a dyn Fn(UnixNanos) -> String,
}

impl Facts<'_> {
    pub(crate) fn into_status(self) -> Status {
        let endpoint = self.settings.ok().and_then(Settings::endpoint);
        let grafana = self.settings.ok();
        let grafana = grafana.and_then(|settings| settings.config.grafana.url.value.clone());
        let attention = self.attention();
        let state = AgentState::of(
            !attention.is_empty(),
            self.paused.is_some(),
            endpoint.is_some(),
            self.backlog.oldest_age_s,
        );
        let summary = self.summary(state, &attention);
        let known = endpoint.as_ref();
        let answers = known.and_then(|endpoint| self.answers.get(&endpoint.url).copied());
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
            answers,
            backlog: self.backlog,
            records: self.records,
            paused: self.paused,
            tools: self.tools,
            spend: self.spend,
            outlook: self.outlook,
            limits: self.limits,
            reading: self.reading,
            shipped_through: self.shipped_through,
            kept: self.kept,
            grafana,
        }
    }

    /// What needs the user, most urgent first.
    fn attention(&self) -> Vec<Attention> {
        let mut attention = Vec::new();
        match self.settings {
            Err(invalid) => attention.push(invalid.clone()),
            Ok(settings) => attention.extend(settings.attention()),
        }
        if self.may_send() {
            attention.extend(self.answer.as_ref().and_then(refused));
        }
        attention.extend(self.kept.as_ref().map(question));
        if let Some(message) = &self.disk_refusing {
            attention.push(Attention {
                code: "disk_refuses".into(),
                what: format!("the disk refuses new records: {message}"),
                remedy: "free some space on that disk; what fits in memory is written then".into(),
            });
        }
        let is_local = self
            .settings
            .is_ok_and(|settings| settings.endpoint().is_none());
        let dropped = self.records.dropped;
        let seen = settled_losses(self.acknowledged, dropped, is_local);
        let news: Vec<String> = DropReason::ALL
            .into_iter()
            .map(|reason| (reason, dropped.get(reason) - seen.get(reason)))
            .filter(|(_, count)| *count > 0)
            .map(|(reason, count)| format!("{count} {}", loss(reason)))
            .collect();
        if !news.is_empty() {
            attention.push(Attention {
                code: "records_dropped".into(),
                what: format!("records were dropped: {}", news.join(", ")),
                remedy: "see the local log for when and why; `aco status --acknowledge` dismisses \
                         this"
                    .into(),
            });
        }
        attention
    }

    /// Whether the settings let anything leave. Where they do not, what some endpoint once
    /// answered is history.
    fn may_send(&self) -> bool {
        self.settings
            .is_ok_and(|settings| settings.destination().is_some())
    }

    fn summary(&self, state: AgentState, attention: &[Attention]) -> String {
        let shipping = || match &self.answer {
            _ if self.pid.is_none() => "Not running".to_owned(),
            Some(answer) if answer.kind != AnswerKind::Accepted => {
                format!("Offline since {}", (self.clock_face)(answer.since))
            }
            _ if state == AgentState::Backlog => "Catching up".to_owned(),
            _ => "Up to date".to_owned(),
        };
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
            AgentState::Backlog | AgentState::Shipping => shipping(),
        }
    }
}

/// The losses nobody needs to be told of: those acknowledged, as far as there are that many (the
/// totals restart when the spool's cursor is lost), and in local mode those by the published
/// limits, because there old records expire and nothing is wrong.
pub(crate) fn settled_losses(acknowledged: Dropped, dropped: Dropped, is_local: bool) -> Dropped {
    let mut settled = Dropped::default();
    for reason in DropReason::ALL {
        let expired = is_local && matches!(reason, DropReason::Quota | DropReason::Age);
        let all = dropped.get(reason);
        settled.add(
            reason,
            if expired {
                all
            } else {
                acknowledged.get(reason).min(all)
            },
        );
    }
    settled
}

/// How a record was lost, after its count.
fn loss(reason: DropReason) -> &'static str {
    match reason {
        DropReason::Quota => "over `spool.max_bytes`",
        DropReason::Age => "older than `spool.max_age`",
        DropReason::Disk => "refused by the disk",
        DropReason::Damaged => "damaged on the disk",
        DropReason::Refused => "refused by the endpoint without being named",
    }
}

fn title(code: &str) -> &'static str {
    match code {
        "token_refused" => "Token refused",
        "token_for_other_endpoint" => "Token saved for another endpoint",
        "token_unreadable" => "Token unreadable",
        "certificate_refused" => "Certificate refused",
        "config_invalid" => "Configuration invalid",
        "ca_file_unreadable" => "CA file unreadable",
        "header_unusable" | "endpoint_unusable" => "Endpoint unusable",
        "requests_refused" => "Requests refused",
        "plaintext_refused" => "Not sent in clear text",
        "records_dropped" => "Records dropped",
        "disk_refuses" => "Disk full or failing",
        "send_kept" => "Send what was kept?",
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
/// is paused. A home that does not exist yet has an empty one.
///
/// # Errors
/// When a file cannot be read.
pub fn status_without_agent(stopped: &StoppedStatus<'_>) -> Result<Status, FileError> {
    let folder = stopped.home.spool_folder();
    let found = aco_spool::inspect(&OsFileSystem, &folder, stopped.now);
    let (records, backlog, shipped_through) = match found {
        Ok(stats) => (stats.counters, stats.backlog, stats.passed_seq),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Default::default(),
        Err(error) => return Err(FileError::during("read the spool in", &folder)(error)),
    };
    let stored = match AgentStore::peek(&stopped.home.state_file())? {
        Content::Found(state) => state,
        Content::Absent | Content::Damaged(_) | Content::Newer(_) => StoredState::default(),
    };
    let installation = Installation::peek(&stopped.home.installation_file())?;
    let facts = Facts {
        version: stopped.version,
        pid: None,
        role: None,
        home: stopped.home.folder().to_owned(),
        installation: installation.map(|id| id.to_string()).unwrap_or_default(),
        host_name: stopped.host_name,
        settings: stopped.settings,
        answer: None,
        last_accepted: None,
        answers: &stored.answers,
        records,
        backlog,
        disk_refusing: None,
        acknowledged: stored.acknowledged_dropped,
        paused: pause_in_force(stored.pause, stopped.now),
        tools: Vec::new(),
        spend: None,
        outlook: None,
        limits: kept_limits(stopped.home, stopped.now)?,
        reading: None,
        shipped_through,
        kept: None,
        clock_face: stopped.clock_face,
    };
    Ok(facts.into_status())
}

/// The pause, unless it has ended by itself.
pub(crate) fn pause_in_force(pause: Option<PauseUntil>, now: UnixNanos) -> Option<PauseUntil> {
    pause.filter(|pause| !matches!(pause, PauseUntil::At(at) if *at <= now))
}

#[cfg(test)]
#[path = "status_tests.rs"]
mod tests;

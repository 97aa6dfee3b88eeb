//! The rows of the Status view: connection, delivery, sources.

use super::{StatusFacts, number, offline};
use crate::now::{Now, bytes};
use crate::{Action, Deed, Row, Section, Tone};
use aco_domain::figures::plural;
use aco_domain::{
    AnswerKind, Answerer, DropReason, Origin, SettingsSheet, SourceStatus, Sources, Status,
};

pub(super) fn sections(facts: &StatusFacts<'_>, now: &Now) -> Vec<Section> {
    let mut sections = vec![
        section("Connection", connection(facts.status, now)),
        section("Delivery", delivery(facts, now)),
    ];
    if let Some(sources) = facts.sources {
        let mut rows = source_rows(sources, now);
        if rows.is_empty() {
            rows.push(Row::new(
                "None found",
                "no AI tool has recorded token counts here",
            ));
        }
        sections.push(Section {
            title: "Sources".to_owned(),
            is_list: true,
            rows,
        });
    }
    sections
}

fn section(title: &str, rows: Vec<Row>) -> Section {
    Section {
        title: title.to_owned(),
        is_list: false,
        rows,
    }
}

fn connection(status: &Status, now: &Now) -> Vec<Row> {
    let Some(endpoint) = &status.endpoint else {
        let unknown = status.attention.iter().any(|a| a.code == "config_invalid");
        let value = if unknown {
            "Unknown until the configuration is corrected"
        } else {
            "None configured"
        };
        return vec![Row::new("Endpoint", value)];
    };
    let kind = status.last_answer.as_ref().map(|answer| answer.kind);
    let is_reached = offline(status).is_none();
    let mut rows = vec![Row::new("Endpoint", &endpoint.url).aside(from(&endpoint.origin, now))];
    rows.push(Row::new(
        "TLS",
        match (endpoint.tls, kind) {
            (false, _) => "Off: sent in clear text",
            (true, Some(AnswerKind::TlsRefused)) => "Certificate refused",
            (true, Some(AnswerKind::Accepted | AnswerKind::TokenRefused)) => "Verified",
            (true, Some(AnswerKind::Unavailable)) if !is_reached => "Not reached",
            (true, _) => "On",
        },
    ));
    let mut token = Row::new(
        "Token",
        match &endpoint.token {
            Some(origin) => kept_in(origin, now),
            None => "None".to_owned(),
        },
    );
    if let Some(answer) = &status.last_answer
        && answer.kind == AnswerKind::TokenRefused
    {
        token = token.aside(format!("refused {}", now.precise(answer.since)));
        token.aside_tone = Tone::Act;
    }
    rows.push(token);
    if let Some(answer) = &status.last_answer {
        let value = match answer.kind {
            AnswerKind::Accepted => accepted(status).to_owned(),
            AnswerKind::Unavailable => "None came".to_owned(),
            AnswerKind::TlsRefused => "Certificate not believed".to_owned(),
            AnswerKind::TokenRefused => "Token refused".to_owned(),
            AnswerKind::Unusable => "None: the connection cannot be used".to_owned(),
            AnswerKind::Refused => "Refused".to_owned(),
        };
        rows.push(Row::new("Last answer", value).aside(now.precise(answer.at)));
    }
    let last_said_otherwise = kind.is_some_and(|kind| kind != AnswerKind::Accepted);
    if last_said_otherwise && let Some(at) = status.last_accepted {
        rows.push(Row::new("Before that", accepted(status)).aside(now.precise(at)));
    }
    rows
}

/// Whose word "accepted" is.
fn accepted(status: &Status) -> &'static str {
    match status.answers.map(|answers| answers.by) {
        Some(Answerer::Loki) => "Stored by Loki",
        Some(Answerer::Collector) => "Accepted by the Collector",
        None => "Accepted; test the connection to learn by whom",
    }
}

/// Where a value came from.
fn from(origin: &Origin, now: &Now) -> String {
    match origin {
        Origin::Default => "built in".to_owned(),
        Origin::File { path, .. } => match path.file_name() {
            Some(name) => format!("from {}", name.to_string_lossy()),
            None => format!("from {}", now.path(path)),
        },
        Origin::Environment { variable } => format!("from {variable}"),
        Origin::Store { path } => format!("from {}", now.path(path)),
        Origin::Keychain { name } => format!("from {name}"),
    }
}

/// Where a secret is kept.
pub(crate) fn kept_in(origin: &Origin, now: &Now) -> String {
    match origin {
        Origin::Default => "Built in".to_owned(),
        Origin::File { .. } => "In config.toml".to_owned(),
        Origin::Environment { variable } => format!("From {variable}"),
        Origin::Store { path } => format!("In a file only you can read, {}", now.path(path)),
        Origin::Keychain { name } => format!("In {name}"),
    }
}

fn delivery(facts: &StatusFacts<'_>, now: &Now) -> Vec<Row> {
    let status = facts.status;
    let mut rows = Vec::new();
    let backlog = &status.backlog;
    let size = format!(
        "{}, {}",
        plural(backlog.records, "record", "records"),
        bytes(backlog.bytes)
    );
    let is_local = status.endpoint.is_none();
    if is_local {
        let row = Row::new("Kept here", size);
        rows.push(match setting(facts.settings, "spool.max_age") {
            Some(age) => row.aside(format!("for {age}, then they expire")),
            None => row,
        });
    } else if backlog.records == 0 {
        rows.push(Row::new("Waiting", "Nothing"));
    } else {
        let row = Row::new("Waiting", size);
        rows.push(match backlog.oldest_age_s {
            Some(age) => {
                let oldest = now.at.minus(std::time::Duration::from_secs(age));
                row.aside(format!("oldest {}", now.precise(oldest)))
            }
            None => row,
        });
        if let Some(speed) = facts.pace.per_second() {
            let row = Row::new(
                "Speed",
                format!("{} a second", plural(speed, "record", "records")),
            );
            rows.push(match facts.pace.seconds_left(backlog.records) {
                Some(left) => {
                    let done = now.at.plus(std::time::Duration::from_secs(left));
                    row.aside(format!("done about {}", now.until(done)))
                }
                None => row,
            });
        } else if let Some(limit) = setting(facts.settings, "spool.max_bytes") {
            let row = Row::new("Room", format!("at most {limit}"));
            rows.push(match setting(facts.settings, "spool.max_age") {
                Some(age) => row.aside(format!("kept for {age}")),
                None => row,
            });
        }
    }
    let records = &status.records;
    if !is_local || records.shipped > 0 {
        rows.push(Row::new(
            "Shipped",
            match records.shipped {
                0 => "None yet".to_owned(),
                count => plural(count, "record", "records"),
            },
        ));
    }
    rows.extend(dropped(status, is_local));
    let mut quarantined = Row::new("Quarantined", "None");
    if records.quarantined > 0 {
        let count = plural(records.quarantined, "record", "records");
        quarantined.value = format!("{count}, refused for good");
        quarantined.action = Some(Action::plain(Deed::ShowQuarantine, "Show File"));
    }
    rows.push(quarantined);
    rows
}

fn dropped(status: &Status, is_local: bool) -> Vec<Row> {
    let dropped = &status.records.dropped;
    let reasons = DropReason::ALL
        .into_iter()
        .filter(|reason| dropped.get(*reason) > 0);
    let mut rows: Vec<Row> = reasons
        .enumerate()
        .map(|(n, reason)| {
            let count = dropped.get(reason);
            let count = format!(
                "{} record{}",
                number(count),
                if count == 1 { "" } else { "s" }
            );
            let label = if n == 0 { "Dropped" } else { "" };
            Row::new(label, format!("{count}, {}", loss(reason, is_local)))
        })
        .collect();
    match rows.first_mut() {
        Some(first) => first.action = Some(Action::plain(Deed::ShowDropped, "Show in Logs")),
        None => rows.push(Row::new("Dropped", "None")),
    }
    rows
}

/// How records were lost. Without an endpoint the limits are what was promised, and they expired.
fn loss(reason: DropReason, is_local: bool) -> &'static str {
    match reason {
        DropReason::Quota if is_local => "expired: the room was full",
        DropReason::Age if is_local => "expired",
        DropReason::Quota => "the room was full",
        DropReason::Age => "too old",
        DropReason::Disk => "refused by the disk",
        DropReason::Damaged => "damaged on the disk",
        DropReason::Refused => "refused by the endpoint without being named",
    }
}

/// Limits by their value in place of their key: `over the limit of 512 MiB`.
pub(super) fn in_plain_words(text: &str, sheet: Option<&SettingsSheet>) -> String {
    let limit = |key: &str, of: &str, otherwise: &str| match setting(sheet, key) {
        Some(value) => format!("{of}{value}"),
        None => otherwise.to_owned(),
    };
    text.replace(
        "`spool.max_bytes`",
        &limit("spool.max_bytes", "the limit of ", "the limit"),
    )
    .replace("`spool.max_age`", &limit("spool.max_age", "", "the limit"))
}

/// A limit as people say it: `512 MiB`, and `30 days` for `30d`.
fn setting(sheet: Option<&SettingsSheet>, key: &str) -> Option<String> {
    let setting = sheet?.settings.iter().find(|setting| setting.key == key)?;
    let value = if setting.value.is_empty() {
        &setting.default
    } else {
        &setting.value
    };
    let days = value.strip_suffix('d').and_then(|days| days.parse().ok());
    match days {
        Some(days) => Some(plural(days, "day", "days")),
        None => (!value.is_empty()).then(|| value.clone()),
    }
}

/// The sources that were found, with where and when they last recorded something.
pub(crate) fn source_rows(sources: &Sources, now: &Now) -> Vec<Row> {
    let found = sources.sources.iter().filter(|source| source.is_found());
    let mut rows: Vec<Row> = Vec::new();
    for source in found {
        let mut row = folder_row(source, now);
        let first = rows.is_empty();
        row.aside = Some(match source.last_call {
            Some(at) if first => format!("last call {}", now.short(at)),
            Some(at) => now.short(at),
            None => "no calls yet".to_owned(),
        });
        rows.push(row);
    }
    rows
}

/// A source and its folder: the one that is there, else the first that was looked for.
pub(crate) fn folder_row(source: &SourceStatus, now: &Now) -> Row {
    let folders = &source.folders;
    let folder = folders.iter().find(|folder| folder.exists);
    match folder.or_else(|| folders.first()) {
        Some(folder) => Row::new(&source.display_name, now.path(&folder.path)).mono(),
        None => Row::new(&source.display_name, "imported"),
    }
}

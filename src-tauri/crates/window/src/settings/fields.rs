//! Which keys stand where, and in which words. A key the agent does not know is left out; one of a
//! section that belongs here and has no words of its own gets them from its name.

use super::{Choice, Field, Input, SectionId};
use crate::now::sentence;
use aco_domain::{Setting, SettingProblem, Takes};

/// How a key is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) section: SectionId,
    pub(super) key: &'static str,
    pub(super) label: &'static str,
    placeholder: &'static str,
    unit: Option<&'static str>,
    note: Option<&'static str>,
}

const fn known(section: SectionId, key: &'static str, label: &'static str) -> Known {
    Known {
        section,
        key,
        label,
        placeholder: "",
        unit: None,
        note: None,
    }
}

impl Known {
    const fn placeholder(mut self, placeholder: &'static str) -> Self {
        self.placeholder = placeholder;
        self
    }

    const fn unit(mut self, unit: &'static str) -> Self {
        self.unit = Some(unit);
        self
    }

    const fn note(mut self, note: &'static str) -> Self {
        self.note = Some(note);
        self
    }
}

/// In the order they are shown.
pub(super) const KNOWN: &[Known] = &[
    known(SectionId::Connection, "ship.endpoint", "Endpoint")
        .placeholder("https://otel.example:4317"),
    known(SectionId::Connection, "ship.ca_file", "CA file")
        .placeholder("The system’s own certificates"),
    known(
        SectionId::Connection,
        "ship.allow_plaintext",
        "Send the token without TLS too",
    )
    .note("Only where everybody on the way may read it."),
    known(SectionId::Grafana, "grafana.url", "Address").placeholder("https://grafana.example"),
    known(SectionId::Grafana, "grafana.loki_uid", "Loki uid"),
    known(
        SectionId::Grafana,
        "grafana.prometheus_uid",
        "Prometheus uid",
    ),
    known(SectionId::Grafana, "grafana.org_id", "Organisation"),
    known(SectionId::Fees, "budget.daily_usd", "Daily budget").placeholder("None"),
    known(SectionId::Fees, "budget.monthly_usd", "Monthly budget").placeholder("None"),
    known(SectionId::Fees, "budget.basis", "Budgets count"),
    known(SectionId::Fees, "prices.update", "Price updates"),
    known(SectionId::LogLevels, "log.level", "Local file"),
    known(SectionId::LogLevels, "log.others", "Other parts"),
    known(SectionId::LogLevels, "ship.level", "Shipped"),
    known(SectionId::General, "ship.metrics", "Ship metrics too"),
    known(
        SectionId::General,
        "privacy.ship_project_names",
        "Ship project folders in plain text",
    )
    .note("Otherwise they leave only as keyed hashes."),
    known(
        SectionId::General,
        "privacy.ship_session_ids",
        "Ship session ids in plain text",
    )
    .note("Otherwise they leave only as keyed hashes."),
    known(
        SectionId::General,
        "notifications.token_refused",
        "Notify when the token is refused",
    ),
    known(
        SectionId::General,
        "notifications.records_dropped",
        "Notify when records are dropped",
    ),
    known(
        SectionId::General,
        "notifications.budget",
        "Notify when a budget is reached",
    ),
    known(
        SectionId::General,
        "notifications.offline_after",
        "Notify when offline for",
    )
    .placeholder("Never"),
    known(SectionId::General, "spool.max_bytes", "Keep at most").unit("of records that wait"),
    known(SectionId::General, "spool.max_age", "Keep for").unit("at most, what waits"),
];

/// Prefixes of keys that are shown whether they are known or not.
pub(super) const WHOLE: &[(&str, SectionId)] = &[
    ("sources.", SectionId::Sources),
    ("prices.", SectionId::Fees),
    ("notifications.", SectionId::General),
];

/// The field of a setting. `typed` is what stands in it, when that is not what is in force.
pub(super) fn field(
    setting: &Setting,
    known: Option<&Known>,
    typed: Option<&str>,
    problem: Option<&SettingProblem>,
    basis: &str,
) -> Field {
    let (input, mono) = input(&setting.takes);
    let in_force = match setting.takes {
        // No budget is 0 dollars, and nobody types that.
        Takes::Dollars if setting.value == "0" => "",
        _ if setting.value.is_empty() => &setting.default,
        _ => &setting.value,
    };
    let is_budget = setting.key.starts_with("budget.") && setting.takes == Takes::Dollars;
    let unit = match known.and_then(|known| known.unit) {
        Some(unit) => Some(unit.to_owned()),
        None => is_budget.then(|| format!("US dollars of {}", words(basis))),
    };
    let mut note = known.and_then(|known| known.note).map(str::to_owned);
    if setting.needs_restart {
        let restart = "Takes effect when the agent is started again.";
        note = Some(match note {
            Some(note) => format!("{note} {restart}"),
            None => restart.to_owned(),
        });
    }
    Field {
        key: setting.key.clone(),
        label: known.map_or_else(|| named(&setting.key), |known| known.label.to_owned()),
        value: typed.unwrap_or(in_force).to_owned(),
        input,
        placeholder: known.map_or("", |known| known.placeholder).to_owned(),
        unit,
        mono,
        aside: None,
        note,
        error: problem.map(problem_text),
        fixed: setting
            .fixed_by()
            .map(|variable| format!("Set by {variable} in the service’s environment.")),
    }
}

fn input(takes: &Takes) -> (Input, bool) {
    match takes {
        Takes::Flag => (Input::Switch, false),
        Takes::Choice { words } => (
            Input::Choice {
                choices: words.iter().map(|word| choice(word)).collect(),
            },
            false,
        ),
        Takes::Whole | Takes::Dollars | Takes::Bytes | Takes::Duration { .. } => {
            (Input::Number, false)
        }
        Takes::Path => (Input::Text, true),
        Takes::Text | Takes::Endpoint | Takes::WebAddress | Takes::Day | Takes::Texts => {
            (Input::Text, false)
        }
    }
}

pub(super) fn choice(word: &str) -> Choice {
    Choice {
        value: word.to_owned(),
        label: match word {
            "off" => "Nothing".to_owned(),
            "error" => "Errors only".to_owned(),
            "warn" => "Warnings and above".to_owned(),
            "info" => "Info and above".to_owned(),
            "debug" => "Debug and above".to_owned(),
            "trace" => "Everything".to_owned(),
            "month" => "Monthly".to_owned(),
            "year" => "Yearly".to_owned(),
            "never" => "Never".to_owned(),
            "weekly" => "Weekly".to_owned(),
            word => capitalised(&words(word)),
        },
    }
}

/// A word of the configuration as people write it.
fn words(word: &str) -> String {
    match word {
        "api_value" => "API value".to_owned(),
        "fees" => "fees".to_owned(),
        "billed" => "what is billed".to_owned(),
        word => word.replace('_', " "),
    }
}

/// A label from the last part of a key.
fn named(key: &str) -> String {
    let last = key.rsplit('.').next().unwrap_or(key);
    capitalised(&last.replace(['_', '-'], " "))
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// Beside a field: what is wrong, and what to type.
pub(crate) fn problem_text(problem: &SettingProblem) -> String {
    format!("{} {}", sentence(&problem.what), sentence(&problem.remedy))
        .trim_end()
        .to_owned()
}

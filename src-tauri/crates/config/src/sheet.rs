//! The settings as a user interface shows them: every key that `aco config show` prints, as it is
//! typed, with what it takes.
//!
//! Which keys there are and what they hold is told by [`show`](mod@crate::show), so that a key
//! cannot be forgotten here. May not enter: a secret, and the judgement of a value (the schema's).

use crate::show::{Said, said};
use crate::{Config, Problem};
use aco_domain::{Setting, SettingField, SettingList, SettingProblem, Takes};

/// The lists of tables, with the keys of an entry; a `*` is behind those it must have.
const LISTS: [(&str, &[&str]); 3] = [
    (
        "subscription",
        &["name*", "fee_usd*", "period", "since", "tools*"],
    ),
    (
        "tool",
        &[
            "id*",
            "name*",
            "kind*",
            "category",
            "processes",
            "paths",
            "scripts",
        ],
    ),
    (
        "price",
        &[
            "model*",
            "input*",
            "output*",
            "cache_read",
            "cache_write_5m",
            "cache_write_1h",
            "above_input_tokens",
            "since",
            "until",
            "provider",
            "service_tier",
            "speed",
        ],
    ),
];

/// Sections of which the values are taken once, when the agent starts: what the agent says when one
/// of them changes is decided by their values, this by their names.
const TAKEN_AT_START: [&str; 5] = [
    "log.",
    "spool.",
    "ship.level",
    "ship.targets.",
    "ship.environment",
];

/// Every key and every list.
#[must_use]
pub fn sheet(config: &Config) -> (Vec<Setting>, Vec<SettingList>) {
    let defaults = said(&Config::default());
    let mut settings = Vec::new();
    let mut lists: Vec<_> = LISTS
        .iter()
        .map(|(name, fields)| list(name, fields))
        .collect();
    for said in said(config) {
        let default = defaults
            .iter()
            .find(|default| default.path() == said.path());
        let setting = setting(&said, default);
        match said.entry {
            None => settings.push(setting),
            Some(index) => {
                if let Some(list) = lists.iter_mut().find(|list| list.name == said.section) {
                    list.entries
                        .resize_with((index + 1).max(list.entries.len()), Vec::new);
                    list.entries[index].push(setting);
                }
            }
        }
    }
    (settings, lists)
}

fn list(name: &str, fields: &[&str]) -> SettingList {
    let fields = fields.iter().map(|field| {
        let name_of_field = field.trim_end_matches('*');
        SettingField {
            name: name_of_field.to_owned(),
            takes: takes(&format!("{name}.{name_of_field}"), None),
            required: field.ends_with('*'),
        }
    });
    SettingList {
        name: name.to_owned(),
        fields: fields.collect(),
        entries: Vec::new(),
    }
}

fn setting(said: &Said, default: Option<&Said>) -> Setting {
    let key = said.path();
    Setting {
        value: typed(&said.value),
        default: default.map(|said| typed(&said.value)).unwrap_or_default(),
        origin: said.origin.clone(),
        takes: takes(&said.path_of_field(), Some(&said.value)),
        needs_restart: TAKEN_AT_START.iter().any(|start| key.starts_with(start)),
        key,
    }
}

/// A problem as it is shown beside its key.
impl From<&Problem> for SettingProblem {
    fn from(problem: &Problem) -> Self {
        let key = problem.key.as_ref().map(|key| match problem.entry {
            None => key.clone(),
            Some(entry) => match key.split_once('.') {
                Some((list, field)) => format!("{list}.{entry}.{field}"),
                None => format!("{key}.{entry}"),
            },
        });
        Self {
            key,
            origin: problem.origin.clone(),
            what: problem.wrong.what.clone(),
            remedy: problem.wrong.remedy.clone(),
        }
    }
}

/// A TOML value without its quotes; the items of a list with commas between them.
fn typed(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(items) => {
            let items: Vec<_> = items.iter().map(typed).collect();
            items.join(", ")
        }
        other => other.to_string(),
    }
}

/// What a key takes: known by its name, else told by the value it has.
pub(crate) fn takes(key: &str, value: Option<&toml::Value>) -> Takes {
    let words = |words: &[&str]| Takes::Choice {
        words: words.iter().map(|&word| word.to_owned()).collect(),
    };
    let duration = |least: Option<&str>, most: Option<&str>| Takes::Duration {
        least: least.map(str::to_owned),
        most: most.map(str::to_owned),
    };
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    match key {
        "ship.endpoint" => Takes::Endpoint,
        "ship.ca_file" => Takes::Path,
        "ship.level" | "log.level" | "log.others" => words(&LEVELS),
        _ if key.starts_with("ship.targets.") || key.starts_with("log.targets.") => words(&LEVELS),
        "ship.metrics_interval" => duration(Some("1s"), Some("120s")),
        "scan.interval" => duration(Some("5s"), Some("60s")),
        "spool.max_age" => duration(Some("1s"), None),
        "spool.max_bytes" => Takes::Bytes,
        "grafana.url" => Takes::WebAddress,
        "prices.update" => words(&["off", "weekly"]),
        "budget.basis" => words(&["api_value", "fees", "billed"]),
        "budget.daily_usd" | "budget.monthly_usd" | "subscription.fee_usd" => Takes::Dollars,
        "price.input"
        | "price.output"
        | "price.cache_read"
        | "price.cache_write_5m"
        | "price.cache_write_1h" => Takes::Dollars,
        "subscription.period" => words(&["month", "year"]),
        "subscription.since" | "price.since" | "price.until" => Takes::Day,
        "subscription.tools" | "tool.processes" | "tool.paths" | "tool.scripts" => Takes::Texts,
        "tool.kind" => words(&["cli", "app"]),
        "tool.category" => words(&aco_domain::ToolCategory::ALL.map(|it| it.as_str())),
        "price.above_input_tokens" => Takes::Whole,
        _ => match value {
            Some(toml::Value::Boolean(_)) => Takes::Flag,
            Some(toml::Value::Integer(_)) => Takes::Whole,
            Some(toml::Value::Array(_)) => Takes::Texts,
            _ => Takes::Text,
        },
    }
}

#[cfg(test)]
#[path = "sheet_tests.rs"]
mod tests;

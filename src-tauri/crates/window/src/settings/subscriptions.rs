//! The list of fees: as rows of text, and back into changes of keys.

use super::fields::{choice, problem_text};
use super::{Choice, Subscription, SubscriptionError, Subscriptions};
use aco_domain::{Setting, SettingChange, SettingProblem, SettingsSheet, Sources, Takes};

const LIST: &str = "subscription";

/// The list as it is in force, or as it was typed where that was not accepted.
pub(super) fn subscriptions(
    sheet: &SettingsSheet,
    typed: Option<&[Subscription]>,
    problems: &[SettingProblem],
    sources: Option<&Sources>,
) -> Option<Subscriptions> {
    let list = sheet.lists.iter().find(|list| list.name == LIST)?;
    let periods = list.fields.iter().find_map(|field| match &field.takes {
        Takes::Choice { words } if field.name == "period" => Some(words.clone()),
        _ => None,
    });
    let rows = match typed {
        Some(typed) => typed.to_vec(),
        None => list.entries.iter().map(|entry| of(entry)).collect(),
    };
    let sources = sources.map(|sources| sources.sources.as_slice());
    Some(Subscriptions {
        rows,
        errors: problems.iter().filter_map(error).collect(),
        tools: sources
            .unwrap_or_default()
            .iter()
            .map(|source| Choice {
                value: source.tool.to_string(),
                label: source.display_name.clone(),
            })
            .collect(),
        periods: periods
            .unwrap_or_else(|| vec!["month".to_owned(), "year".to_owned()])
            .iter()
            .map(|word| choice(word))
            .collect(),
        note: Some(
            "What you pay for. It stands beside the API value and is never added to it.".to_owned(),
        ),
    })
}

fn of(entry: &[Setting]) -> Subscription {
    let value = |name: &str| {
        let setting = entry.iter().find(|setting| last(&setting.key) == name);
        setting.map_or_else(String::new, |setting| match setting.value.is_empty() {
            true => setting.default.clone(),
            false => setting.value.clone(),
        })
    };
    let tools = value("tools");
    Subscription {
        name: value("name"),
        fee_usd: value("fee_usd"),
        period: match value("period") {
            period if period.is_empty() => "month".to_owned(),
            period => period,
        },
        since: value("since"),
        tools: tools
            .split(',')
            .map(|tool| tool.trim().to_owned())
            .filter(|tool| !tool.is_empty())
            .collect(),
    }
}

fn last(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key)
}

/// `subscription.2.fee_usd`
fn error(problem: &SettingProblem) -> Option<SubscriptionError> {
    let key = problem.key.as_deref()?;
    let mut parts = key.strip_prefix(LIST)?.strip_prefix('.')?.split('.');
    Some(SubscriptionError {
        row: parts.next()?.parse().ok()?,
        field: parts.next().unwrap_or("name").to_owned(),
        message: problem_text(problem),
    })
}

/// The changes that make the list in force into these rows.
#[must_use]
pub fn subscription_changes(sheet: &SettingsSheet, rows: &[Subscription]) -> Vec<SettingChange> {
    let list = sheet.lists.iter().find(|list| list.name == LIST);
    let there = list.map_or(0, |list| list.entries.len());
    let mut changes = Vec::new();
    for (n, row) in rows.iter().enumerate() {
        let mut set = |name: &str, value: &str| {
            let value = value.trim();
            changes.push(SettingChange {
                key: format!("{LIST}.{n}.{name}"),
                value: (!value.is_empty()).then(|| value.to_owned()),
            });
        };
        set("name", &row.name);
        set("fee_usd", &row.fee_usd);
        set("period", &row.period);
        set("since", &row.since);
        set("tools", &row.tools.join(", "));
    }
    // From the end, so that no number means another entry meanwhile.
    for n in (rows.len()..there).rev() {
        changes.push(SettingChange {
            key: format!("{LIST}.{n}"),
            value: None,
        });
    }
    changes
}

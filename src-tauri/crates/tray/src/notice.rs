//! What is told without being asked: opt-in, once for each cause and period.
//!
//! A period is the local day; a cause that lasts is told again tomorrow, one that comes and goes is
//! told once today. Of a budget it is the budget's own day or month, and each of its thresholds. What was told outlives a restart, or each login would tell it again.

use aco_domain::figures::{money, plural};
use aco_domain::{AnswerKind, Attention, Basis, BudgetSpan, Status, UnixNanos};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// What can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The endpoint refuses the token.
    TokenRefused,
    /// The endpoint has not answered for longer than the user said, and records wait for it.
    Offline,
    /// Records were dropped.
    Dropped,
    /// A threshold of the day's budget is reached.
    DayBudget,
    /// A threshold of the month's budget is reached.
    MonthBudget,
}

impl Cause {
    const ALL: [Self; 5] = [
        Self::TokenRefused,
        Self::Offline,
        Self::Dropped,
        Self::DayBudget,
        Self::MonthBudget,
    ];
}

/// What the user wants to be told. Nothing unless said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    /// That the token is refused.
    pub token_refused: bool,
    /// That the endpoint has not answered for this long; never, when absent.
    pub offline_after: Option<Duration>,
    /// That records were dropped.
    pub dropped: bool,
    /// That a threshold of a budget is reached.
    pub budget: bool,
}

/// A notification, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Why.
    pub cause: Cause,
    /// What happened.
    pub title: String,
    /// What is safe, and what to do.
    pub body: String,
}

/// The period in which each cause was told last: the local day, as `2026-11-25`; of a budget its
/// first day and the threshold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Told(BTreeMap<Cause, String>);

/// What is to be told now, noted in `told` as having been.
#[must_use]
pub fn notices(
    status: &Status,
    wanted: &Preferences,
    told: &mut Told,
    now: UnixNanos,
    zone: &TimeZone,
) -> Vec<Notice> {
    let day = day(now, zone);
    let mut notices = Vec::new();
    for cause in Cause::ALL {
        let due = match cause {
            Cause::DayBudget => budget(BudgetSpan::Day, status, wanted),
            Cause::MonthBudget => budget(BudgetSpan::Month, status, wanted),
            _ => words(cause, status, wanted, now).map(|words| (day.clone(), words)),
        };
        let Some((period, (title, body))) = due else {
            continue;
        };
        if told.0.get(&cause) != Some(&period) {
            told.0.insert(cause, period);
            notices.push(Notice { cause, title, body });
        }
    }
    notices
}

/// Title and body, where the cause holds and is wanted.
fn words(
    cause: Cause,
    status: &Status,
    wanted: &Preferences,
    now: UnixNanos,
) -> Option<(String, String)> {
    let attention = |code: &str| status.attention.iter().find(|it| it.code == code);
    let waits = || plural(status.backlog.records, "record waits", "records wait");
    match cause {
        Cause::TokenRefused if wanted.token_refused => attention("token_refused").map(|_| {
            (
                "Token refused".to_owned(),
                format!(
                    "{}. Nothing is lost. Replace the token in the settings.",
                    waits()
                ),
            )
        }),
        Cause::Offline => {
            let limit = wanted.offline_after?;
            let answer = status.last_answer.as_ref()?;
            let offline = answer.kind == AnswerKind::Unavailable
                && status.paused.is_none()
                && status.endpoint.is_some()
                && status.backlog.records > 0
                && now.since(answer.since) >= limit;
            offline.then(|| {
                (
                    format!("Offline for {}", span(now.since(answer.since))),
                    format!(
                        "{}. Nothing is lost: they leave when the endpoint answers.",
                        waits()
                    ),
                )
            })
        }
        Cause::Dropped if wanted.dropped => attention("records_dropped").map(dropped),
        Cause::TokenRefused | Cause::Dropped | Cause::DayBudget | Cause::MonthBudget => None,
    }
}

/// Its own period, title and body, where a threshold of the budget is reached and that is wanted.
fn budget(
    span: BudgetSpan,
    status: &Status,
    wanted: &Preferences,
) -> Option<(String, (String, String))> {
    let budgets = &status.outlook.as_ref().filter(|_| wanted.budget)?.budgets;
    let budget = budgets.iter().find(|budget| budget.span == span)?;
    let (percent, spent) = (budget.reached_percent?, budget.spent?);
    let whose = match span {
        BudgetSpan::Day => "day",
        BudgetSpan::Month => "month",
    };
    let figure = match budget.basis {
        Basis::ApiValue => "API value",
        Basis::Fees => "fees",
        Basis::Billed => "billed",
    };
    let title = format!("{percent} % of the {whose}'s budget");
    let body = format!("{} {figure} of {}.", money(spent), money(budget.limit));
    Some((format!("{} {percent}", budget.begins), (title, body)))
}

fn dropped(attention: &Attention) -> (String, String) {
    let mut what = attention.what.clone();
    if let Some(first) = what.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    (
        "Records dropped".to_owned(),
        format!("{what}. The local log says when and why."),
    )
}

/// A length of time in its largest unit.
fn span(time: Duration) -> String {
    let minutes = time.as_secs() / 60;
    match minutes {
        0..60 => plural(minutes, "minute", "minutes"),
        60..2_880 => plural(minutes / 60, "hour", "hours"),
        _ => plural(minutes / 1_440, "day", "days"),
    }
}

fn day(now: UnixNanos, zone: &TimeZone) -> String {
    let now = Timestamp::from_nanosecond(i128::from(now.0)).unwrap_or(Timestamp::MAX);
    zone.to_datetime(now).date().to_string()
}

#[cfg(test)]
#[path = "notice_tests.rs"]
mod tests;

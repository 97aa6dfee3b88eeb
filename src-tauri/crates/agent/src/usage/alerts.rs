//! Looks, after each round, at what is paid, what is meant to be spent and what tools said of their
//! limits; tells of a threshold once, and keeps that it did.

use super::standing::{Paid, Stand, Standing};
use crate::events::TARGET;
use crate::scanning::catalogue;
use aco_budget::{
    Budget, Crossing, Day, Fee, Fees, Passing, Period, SoFar, Spent, ToldCrossing, ToldPassing,
    assess, crossings, in_force, keep_newest, passings, projected,
};
use aco_config::Config;
use aco_domain::{
    Basis, BudgetSpan, FeesPaid, LimitReading, NanoUsd, Outlook, ToolCategory, ToolId, ToolKind,
    UnixNanos,
};
use aco_home::{AlertStore, BudgetTold, FileError, Home, LimitTold, StoredAlerts};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// What a round found.
pub(super) struct Found<'a> {
    pub(super) config: &'a Config,
    pub(super) zone: &'a TimeZone,
    pub(super) now: UnixNanos,
    /// API value of the local day and of its month.
    pub(super) today: NanoUsd,
    pub(super) month: NanoUsd,
    /// When the first call of all was made.
    pub(super) first_call: Option<UnixNanos>,
    pub(super) limits: Vec<LimitReading>,
}

/// Something to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Alert {
    /// A threshold of a budget is reached.
    Budget(Crossing),
    /// So much of a limit is used, by the tool's own record.
    Limit(Passing),
}

/// What was told, and where it is kept.
pub(super) struct Alerts {
    store: AlertStore,
    standing: Standing,
    is_unwritable: bool,
    catalogue: Option<(Vec<aco_config::Tool>, Kinds)>,
}

type Kinds = BTreeMap<ToolId, (ToolKind, ToolCategory)>;

impl Alerts {
    /// # Errors
    /// When what was told before cannot be read: it would be told again.
    pub(super) fn open(home: &Home, standing: Standing) -> Result<Self, String> {
        let opened = AlertStore::open(&home.alerts_file());
        let (store, findings) = opened.map_err(|error| error.to_string())?;
        for finding in findings {
            log::warn!(target: TARGET, "{finding}; what was told of budgets may be told again");
        }
        Ok(Self {
            store,
            standing,
            is_unwritable: false,
            catalogue: None,
        })
    }

    /// Tells what is new, and leaves the rest for the status and the metrics.
    pub(super) fn look(&mut self, found: Found<'_>, mut tell: impl FnMut(&Alert)) {
        let config = found.config;
        let today = Day::at(found.now, found.zone).date;
        let earliest = found
            .first_call
            .map_or(today, |first| Day::at(first, found.zone).date);
        let fees = fees(config, earliest);
        let outlook = outlook(&found, &fees, today, earliest);
        let mut alerts = self.store.alerts().clone();
        let handed_in = self.standing.take_handed_in();
        keep_newest(
            &mut alerts.limits,
            found.limits.into_iter().chain(handed_in),
        );

        let told = told_crossings(&alerts);
        let budget = budget(config);
        for (told, crossing) in crossings(&budget, &outlook.budgets, today, &told) {
            tell(&Alert::Budget(crossing));
            alerts.budgets_told.push(BudgetTold {
                span: told.span,
                begins: told.begins.to_string(),
                threshold: told.threshold,
            });
        }
        let told = told_passings(&alerts);
        let thresholds = &config.budget.thresholds.value;
        for (told, passing) in passings(&alerts.limits, thresholds, found.now, &told) {
            tell(&Alert::Limit(passing));
            alerts.limits_told.push(LimitTold {
                tool: told.tool,
                window: told.window,
                threshold: told.threshold,
                ends: told.ends,
            });
        }
        forget(&mut alerts, today, found.now);
        let paid = self.paid(config, &fees);
        self.standing.set(Stand {
            outlook: Some(outlook),
            limits: alerts.limits.clone(),
            paid,
            at: Some((found.now, found.zone.clone())),
        });
        match self.store.save(alerts) {
            Ok(()) => self.is_unwritable = false,
            Err(error) if !self.is_unwritable => {
                log::warn!(
                    target: TARGET,
                    "what was told of budgets cannot be kept, and may be told again after a \
                     restart: {error}"
                );
                self.is_unwritable = true;
            }
            Err(_) => {}
        }
    }

    /// What is paid for each tool. One that the catalogue does not know is a command-line tool of
    /// the category "other".
    fn paid(&mut self, config: &Config, fees: &Fees) -> Vec<Paid> {
        if fees.is_empty() {
            return Vec::new();
        }
        let known = self.catalogue.as_ref();
        if known.is_none_or(|(tools, _)| *tools != config.tools) {
            let kinds = catalogue(&config.tools).map(|catalogue| {
                let tools = catalogue.tools();
                tools
                    .map(|tool| (tool.id.clone(), (tool.kind, tool.category)))
                    .collect()
            });
            // What is wrong with an entry is said by the scanner.
            self.catalogue = Some((config.tools.clone(), kinds.unwrap_or_default()));
        }
        let kinds = self.catalogue.as_ref().map(|(_, kinds)| kinds);
        let mut paid: BTreeMap<ToolId, Paid> = BTreeMap::new();
        for part in fees.parts() {
            let Some(tool) = &part.tool else {
                continue;
            };
            let (kind, category) = kinds
                .and_then(|kinds| kinds.get(tool).copied())
                .unwrap_or((ToolKind::Cli, ToolCategory::Other));
            let of_tool = paid.entry(tool.clone()).or_insert_with(|| Paid {
                tool: tool.clone(),
                kind,
                category,
                parts: Vec::new(),
            });
            of_tool.parts.push(part.clone());
        }
        paid.into_values().collect()
    }
}

/// Keeps what a collection found of limits, where no agent runs that would. Only for the holder of
/// the home's lock.
///
/// # Errors
/// When the file cannot be read or written.
pub fn keep_limits(home: &Home, limits: Vec<LimitReading>) -> Result<(), FileError> {
    if limits.is_empty() {
        return Ok(());
    }
    let (mut store, _) = AlertStore::open(&home.alerts_file())?;
    let mut alerts = store.alerts().clone();
    keep_newest(&mut alerts.limits, limits);
    store.save(alerts)
}

/// The limits whose windows are not over, as they were kept last. Reads without the lock.
///
/// # Errors
/// When the file cannot be read.
pub fn kept_limits(home: &Home, now: UnixNanos) -> Result<Vec<LimitReading>, FileError> {
    let limits = AlertStore::peek_limits(&home.alerts_file())?;
    Ok(in_force(&limits, now).cloned().collect())
}

/// The configured fees. One without a first day begins with the records, on `earliest`.
#[must_use]
pub fn fees(config: &Config, earliest: Date) -> Fees {
    let fees: Vec<_> = config
        .subscriptions
        .iter()
        .map(|paid| Fee {
            amount: paid.fee_usd,
            period: match paid.period {
                aco_config::Period::Month => Period::Month,
                aco_config::Period::Year => Period::Year,
            },
            since: paid.since.and_then(aco_config::Date::civil),
            tools: paid.tools.clone(),
        })
        .collect();
    Fees::new(&fees, earliest)
}

fn budget(config: &Config) -> Budget {
    let limit = |limit: NanoUsd| (limit.0 > 0).then_some(limit);
    Budget {
        daily: limit(config.budget.daily_usd.value),
        monthly: limit(config.budget.monthly_usd.value),
        basis: config.budget.basis.value,
        thresholds: config.budget.thresholds.value.clone(),
    }
}

fn outlook(found: &Found<'_>, fees: &Fees, today: Date, earliest: Date) -> Outlook {
    let first = today.first_of_month();
    let paid = FeesPaid {
        today: fees.over(today, today),
        month_to_date: fees.over(first, today),
        month: fees.over(first, today.last_of_month()),
    };
    let spent = match found.config.budget.basis.value {
        Basis::ApiValue => Spent {
            today: Some(found.today),
            month: Some(found.month),
        },
        Basis::Fees => Spent {
            today: Some(paid.today),
            month: Some(paid.month_to_date),
        },
        // Nothing imports bills yet.
        Basis::Billed => Spent::default(),
    };
    Outlook {
        date: today.to_string(),
        fees: (!fees.is_empty()).then_some(paid),
        projected: found.first_call.and_then(|_| {
            projected(&SoFar {
                today,
                first_day: earliest,
                month: found.month,
                spent_today: found.today,
            })
        }),
        budgets: assess(&budget(found.config), spent, today),
    }
}

fn told_crossings(alerts: &StoredAlerts) -> Vec<ToldCrossing> {
    let told = alerts.budgets_told.iter();
    told.filter_map(|told| {
        Some(ToldCrossing {
            span: told.span,
            begins: told.begins.parse().ok()?,
            threshold: told.threshold,
        })
    })
    .collect()
}

fn told_passings(alerts: &StoredAlerts) -> Vec<ToldPassing> {
    let told = alerts.limits_told.iter();
    told.map(|told| ToldPassing {
        tool: told.tool.clone(),
        window: told.window.clone(),
        threshold: told.threshold,
        ends: told.ends,
    })
    .collect()
}

/// Drops what can no longer be told of: days and months before the last ones, windows that ended.
/// A clock or a zone may still go back by a little.
fn forget(alerts: &mut StoredAlerts, today: Date, now: UnixNanos) {
    const WEEK: std::time::Duration = std::time::Duration::from_secs(7 * 86_400);
    let long_ago = |span| match span {
        BudgetSpan::Day => jiff::Span::new().days(7),
        BudgetSpan::Month => jiff::Span::new().months(2),
    };
    alerts.budgets_told.retain(|told| {
        let oldest = today.checked_sub(long_ago(told.span)).unwrap_or(today);
        told.begins
            .parse()
            .is_ok_and(|begins: Date| begins >= oldest)
    });
    alerts.limits_told.retain(|told| told.ends.plus(WEEK) > now);
    alerts
        .limits
        .retain(|reading| reading.ends().is_none_or(|ends| ends.plus(WEEK) > now));
}

#[cfg(test)]
#[path = "alerts_tests.rs"]
mod tests;

//! The ledger's totals, for the metrics and the status: set by the rounds, read by the exports and
//! the loop.

use super::standing::Standing;
use aco_domain::Spend;
use aco_ledger::{Counter, CounterTotal};
use aco_telemetry::metrics::family::{self, COST_MONTH_TO_DATE, COST_TODAY, PROMPT_COUNT};
use aco_telemetry::metrics::{Counter as Family, Snapshot};
use std::sync::{Arc, Mutex, PoisonError};

/// What is known of usage at one moment.
#[derive(Debug, Default)]
pub(crate) struct Spent {
    pub(crate) counters: Vec<CounterTotal>,
    /// Nano-dollars by tool.
    pub(crate) today: Vec<(Arc<str>, i64)>,
    pub(crate) month: Vec<(Arc<str>, i64)>,
    /// Every tool of which there are calls: it reads 0 on a day without any.
    pub(crate) tools: Vec<Arc<str>>,
    /// The same for people, all tools together.
    pub(crate) spend: Option<Spend>,
}

/// Shared between the two. Empty until the first round is through: nothing is exported before.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally(Arc<Mutex<Spent>>, Standing);

impl Tally {
    pub(crate) fn set(&self, spent: Spent) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = spent;
    }

    /// What a status says; nothing before the first round.
    pub(crate) fn spend(&self) -> Option<Spend> {
        let spent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        spent.spend.clone()
    }

    /// How fees, budgets and limits stand.
    pub(crate) fn standing(&self) -> &Standing {
        &self.1
    }

    /// Adds the gauges to `snapshot`, and shows each counter to `count`.
    pub(crate) fn read(
        &self,
        snapshot: &mut Snapshot,
        mut count: impl FnMut(&mut Snapshot, Family<2>, [&str; 2], u64),
    ) {
        let spent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for total in &spent.counters {
            let family = match total.counter {
                Counter::Input => family::TOKENS_INPUT,
                Counter::Output => family::TOKENS_OUTPUT,
                Counter::CacheRead => family::TOKENS_CACHE_READ,
                Counter::CacheWrite => family::TOKENS_CACHE_WRITE,
                Counter::Reasoning => family::TOKENS_REASONING,
                Counter::Unpriced => family::TOKENS_UNPRICED,
                Counter::Cost => family::TOKENS_COST,
                Counter::Prompts => PROMPT_COUNT,
            };
            let value = u64::try_from(total.total).unwrap_or(0);
            count(snapshot, family, [&total.tool, &total.label], value);
        }
        for tool in &spent.tools {
            snapshot.gauge(COST_TODAY, [tool], dollars(&spent.today, tool));
            snapshot.gauge(COST_MONTH_TO_DATE, [tool], dollars(&spent.month, tool));
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a gauge is a double, on the wire and in Prometheus"
)]
fn dollars(by_tool: &[(Arc<str>, i64)], tool: &str) -> f64 {
    let of = by_tool.iter().find(|(known, _)| **known == *tool);
    of.map_or(0.0, |(_, nanos)| *nanos as f64 / 1e9)
}

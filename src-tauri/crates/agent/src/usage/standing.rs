//! How fees, budgets and limits stand: set by the rounds, read by the exports and the loop.

use aco_budget::{Part, in_force, keep_newest};
use aco_domain::{LimitReading, NanoUsd, Outlook, ToolCategory, ToolId, ToolKind, UnixNanos};
use aco_telemetry::metrics::family::{APP_ESTIMATED_COST, CLI_ESTIMATED_COST, LIMIT_USED};
use aco_telemetry::metrics::{Counter as Family, Snapshot};
use jiff::tz::TimeZone;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What is paid for one tool.
#[derive(Clone, Debug)]
pub(crate) struct Paid {
    pub(crate) tool: ToolId,
    pub(crate) kind: ToolKind,
    pub(crate) category: ToolCategory,
    /// Of one fee or several.
    pub(crate) parts: Vec<Part>,
}

/// What is known at one moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stand {
    pub(crate) outlook: Option<Outlook>,
    /// The newest reading of each limit, those that are over included.
    pub(crate) limits: Vec<LimitReading>,
    pub(crate) paid: Vec<Paid>,
    /// When this was found, and in which zone.
    pub(crate) at: Option<(UnixNanos, TimeZone)>,
}

#[derive(Debug, Default)]
struct Shared {
    stand: Stand,
    /// What others have handed in since the last round.
    handed_in: Vec<LimitReading>,
}

/// Shared between the two. Empty until the first round is through.
#[derive(Clone, Debug, Default)]
pub(crate) struct Standing(Arc<Mutex<Shared>>);

impl Standing {
    pub(crate) fn set(&self, stand: Stand) {
        let mut shared = self.shared();
        let stand = Stand {
            limits: with(stand.limits, shared.handed_in.clone()),
            ..stand
        };
        shared.stand = stand;
    }

    /// Takes readings that came another way than through the tool's files.
    pub(crate) fn hand_in(&self, readings: Vec<LimitReading>) {
        let mut shared = self.shared();
        keep_newest(&mut shared.stand.limits, readings.iter().cloned());
        keep_newest(&mut shared.handed_in, readings);
    }

    /// What was handed in since the last time.
    pub(super) fn take_handed_in(&self) -> Vec<LimitReading> {
        std::mem::take(&mut self.shared().handed_in)
    }

    /// What a status says; nothing before the first round.
    pub(crate) fn outlook(&self) -> Option<Outlook> {
        self.shared().stand.outlook.clone()
    }

    /// The limits whose windows are not over.
    pub(crate) fn limits(&self, now: UnixNanos) -> Vec<LimitReading> {
        in_force(&self.shared().stand.limits, now)
            .cloned()
            .collect()
    }

    /// Adds the gauges to `snapshot`, and shows each counter to `accrue`: with the instant up to
    /// which it is to be counted, and what accrues up to then from another one on.
    pub(crate) fn read(
        &self,
        snapshot: &mut Snapshot,
        mut accrue: impl FnMut(
            &mut Snapshot,
            Family<2>,
            [&str; 2],
            UnixNanos,
            &dyn Fn(UnixNanos) -> u64,
        ),
    ) {
        let shared = self.shared();
        let Some((now, zone)) = &shared.stand.at else {
            return;
        };
        for reading in in_force(&shared.stand.limits, *now) {
            let labels = [reading.tool.as_str(), &*reading.window];
            snapshot.gauge(LIMIT_USED, labels, reading.used_percent.as_f64());
        }
        for paid in &shared.stand.paid {
            let family = match paid.kind {
                ToolKind::App => APP_ESTIMATED_COST,
                ToolKind::Cli => CLI_ESTIMATED_COST,
            };
            let labels = [paid.tool.as_str(), paid.category.as_str()];
            accrue(snapshot, family, labels, *now, &|from| {
                let parts = paid.parts.iter();
                let accrued = parts.map(|part| part.between(from, *now, zone));
                let positive = |NanoUsd(nanos)| u64::try_from(nanos).unwrap_or(0);
                accrued.map(positive).fold(0, u64::saturating_add)
            });
        }
    }

    /// Nothing below the lock leaves half a change behind.
    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn with(mut known: Vec<LimitReading>, more: Vec<LimitReading>) -> Vec<LimitReading> {
    keep_newest(&mut known, more);
    known
}

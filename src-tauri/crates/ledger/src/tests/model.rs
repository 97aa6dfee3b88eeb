//! A ledger in a few lines: every copy is kept, and all figures are worked out from scratch.

use super::rig::Flat;
use crate::{Counter, Sums};
use aco_domain::{Call, Checkpoint, NanoUsd, Pricing, UnixNanos};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// A copy that counts, with what was decided when it began to.
#[derive(Clone, Debug)]
pub(super) struct Counted {
    pub(super) call: Call,
    path: String,
    pub(super) cost: Option<NanoUsd>,
    pub(super) priced_by: Option<String>,
    day: Option<String>,
}

/// Message, and the call unless it is a side chain's.
type Key = (u128, Option<u128>);
/// Tool and model or source, by counter.
pub(super) type Counters = BTreeMap<(Counter, String), (i64, i64)>;
/// Model, session, project and quarter hour or day.
pub(super) type ByWhat = BTreeMap<(String, String, String, String), Sums>;

#[derive(Clone, Debug)]
pub(super) struct Model {
    first_start: UnixNanos,
    copies: Vec<(Call, String)>,
    pub(super) counted: BTreeMap<Key, Counted>,
    pub(super) checkpoints: BTreeMap<String, Checkpoint>,
    pub(super) counters: Counters,
}

impl Model {
    pub(super) fn new(first_start: UnixNanos) -> Self {
        Self {
            first_start,
            copies: Vec::new(),
            counted: BTreeMap::new(),
            checkpoints: BTreeMap::new(),
            counters: BTreeMap::new(),
        }
    }

    pub(super) fn take(&mut self, path: &str, calls: &[Call]) {
        self.copies
            .extend(calls.iter().map(|call| (call.clone(), path.to_owned())));
    }

    /// What a transaction of the ledger leads to.
    pub(super) fn commit(&mut self, pricing: &Flat, zone: &TimeZone, source: Option<&str>) {
        let before = self.counted.clone();
        let mut counted: BTreeMap<Key, Counted> = BTreeMap::new();
        for (call, path) in &self.copies {
            let id = call.identity;
            let known_otherwise = || {
                let mut others = self.copies.iter().map(|(other, _)| other.identity);
                others.any(|other| !other.sidechain && other.message == id.message)
            };
            if id.sidechain && known_otherwise() {
                continue;
            }
            let key = (id.message, (!id.sidechain).then_some(id.call));
            match counted.get(&key) {
                Some(best) if !is_better(call, path, best) => {}
                _ => {
                    let new = Counted {
                        call: call.clone(),
                        path: path.clone(),
                        cost: None,
                        priced_by: None,
                        day: None,
                    };
                    counted.insert(key, new);
                }
            }
        }
        for (key, new) in &mut counted {
            // What counted before: the same call, or the side chain's copy it takes the place of.
            let old = before.get(key).or_else(|| before.get(&(key.0, None)));
            match old {
                Some(old) if old.call == new.call && old.path == new.path => *new = old.clone(),
                old => {
                    let local = |at: UnixNanos| {
                        let at = Timestamp::from_nanosecond(at.0.into()).unwrap();
                        zone.to_datetime(at).date().to_string()
                    };
                    new.day = (new.call.at >= self.first_start).then(|| local(new.call.at));
                    let kept = old.filter(|old| old.cost.is_some() && same_price(old, new));
                    (new.cost, new.priced_by) = match kept {
                        Some(old) => (old.cost, old.priced_by.clone()),
                        None => priced(&new.call, pricing),
                    };
                }
            }
        }
        self.counted = counted;
        if let Some(source) = source {
            self.count(&before, Some(source));
        }
    }

    pub(super) fn price_again(&mut self, pricing: &Flat, only_unpriced: bool) {
        let before = self.counted.clone();
        for counted in self.counted.values_mut() {
            if only_unpriced && counted.cost.is_some() {
                continue;
            }
            if let (Some(cost), version) = priced(&counted.call, pricing) {
                (counted.cost, counted.priced_by) = (Some(cost), version);
            }
        }
        if only_unpriced {
            self.count(&before, None);
        }
    }

    fn count(&mut self, before: &BTreeMap<Key, Counted>, source: Option<&str>) {
        let mut differences: BTreeMap<(Counter, String), i64> = BTreeMap::new();
        for (state, sign) in [(&self.counted, 1), (before, -1)] {
            for counted in state.values().filter(|counted| counted.day.is_some()) {
                let one = sums(counted);
                let model = &counted.call.model;
                for (counter, label, amount) in [
                    (Counter::Input, &**model, one.input_tokens),
                    (Counter::Output, model, one.output_tokens),
                    (Counter::CacheRead, model, one.cache_read_tokens),
                    (
                        Counter::CacheWrite,
                        model,
                        one.cache_write_5m_tokens + one.cache_write_1h_tokens,
                    ),
                    (Counter::Reasoning, model, one.reasoning_tokens),
                    (Counter::Unpriced, model, one.unpriced_tokens),
                    (Counter::Cost, model, one.cost.0),
                    (Counter::Prompts, source.unwrap_or("never"), one.calls),
                ] {
                    *differences.entry((counter, label.to_owned())).or_default() += sign * amount;
                }
            }
        }
        for (key, more) in differences.into_iter().filter(|(_, more)| *more != 0) {
            let (total, debt) = self.counters.entry(key).or_default();
            let paid = (*debt).min(more.max(0));
            *debt += paid.min(0) - paid + (-more).max(0);
            *total += more.max(0) - paid;
        }
    }

    pub(super) fn by_quarter(&self) -> ByWhat {
        self.by(|counted| Some((counted.call.at.0 / crate::QUARTER_HOUR).to_string()))
    }

    /// Since the first start.
    pub(super) fn by_day(&self) -> ByWhat {
        self.by(|counted| counted.day.clone())
    }

    fn by(&self, when: impl Fn(&Counted) -> Option<String>) -> ByWhat {
        let mut by = ByWhat::new();
        for counted in self.counted.values() {
            let Some(when) = when(counted) else { continue };
            let Call {
                model,
                session,
                project,
                ..
            } = &counted.call;
            let key = (
                model.to_string(),
                session.to_string(),
                project.to_string(),
                when,
            );
            *by.entry(key).or_default() += sums(counted);
        }
        by
    }
}

fn priced(call: &Call, pricing: &Flat) -> (Option<NanoUsd>, Option<String>) {
    let cost = pricing.price(call);
    (cost, cost.map(|_| pricing.version().to_owned()))
}

fn same_price(one: &Counted, other: &Counted) -> bool {
    let (one, other) = (&one.call, &other.call);
    (
        one.at,
        &one.model,
        &one.provider,
        &one.tokens,
        &one.terms,
        one.recorded_cost,
    ) == (
        other.at,
        &other.model,
        &other.provider,
        &other.tokens,
        &other.terms,
        other.recorded_cost,
    )
}

/// The contract's rule, and then anything that tells two copies apart.
fn is_better(call: &Call, path: &str, best: &Counted) -> bool {
    let tokens = |call: &Call| {
        let t = call.tokens;
        [
            t.input,
            t.output,
            t.cache_read,
            t.cache_write_5m,
            t.cache_write_1h,
            t.reasoning,
        ]
    };
    let rest = |call: &Call| {
        (
            call.model.clone(),
            call.provider.clone(),
            call.session.clone(),
            call.project.clone(),
            call.terms.clone(),
            call.recorded_cost,
        )
    };
    let other = &best.call;
    let by_rule = (other.tokens.total().cmp(&call.tokens.total()))
        .then(call.at.cmp(&other.at))
        .then(path.cmp(&best.path));
    let by_content = tokens(other)
        .cmp(&tokens(call))
        .then_with(|| rest(call).cmp(&rest(other)));
    by_rule.then(by_content).is_lt()
}

pub(super) fn sums(counted: &Counted) -> Sums {
    let number = |count: u64| i64::try_from(count).unwrap();
    let t = counted.call.tokens;
    Sums {
        calls: 1,
        priced_calls: counted.cost.is_some().into(),
        input_tokens: number(t.input),
        output_tokens: number(t.output),
        cache_read_tokens: number(t.cache_read),
        cache_write_5m_tokens: number(t.cache_write_5m),
        cache_write_1h_tokens: number(t.cache_write_1h),
        reasoning_tokens: number(t.reasoning),
        unpriced_tokens: if counted.cost.is_none() {
            number(t.total())
        } else {
            0
        },
        cost: counted.cost.unwrap_or_default(),
    }
}

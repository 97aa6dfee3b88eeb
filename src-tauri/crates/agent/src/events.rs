//! The records the agent writes about the machine and itself. Their names stand here and nowhere
//! else; dashboards rely on them.

use aco_budget::{Crossing, Passing};
use aco_domain::{NanoUsd, Role};
use aco_sources::Running;

/// Target of what the agent says: scope name in Loki, prefix of our own in the local levels.
pub(crate) const TARGET: &str = "aco::agent";

pub(crate) fn agent_started(version: &str, role: Role) {
    log::info!(
        target: TARGET,
        "event.name" = "agent.started", "agent.role" = role.as_str(), "service.version" = version;
        "agent started"
    );
}

pub(crate) fn agent_stopped(reason: &str) {
    log::info!(
        target: TARGET,
        "event.name" = "agent.stopped", "reason" = reason;
        "agent stopped: {reason}"
    );
}

pub(crate) fn tool_started(tool: &Running) {
    tool_event("ai.tool.started", "started", tool);
}

pub(crate) fn tool_stopped(tool: &Running) {
    tool_event("ai.tool.stopped", "stopped", tool);
}

fn tool_event(event: &str, verb: &str, tool: &Running) {
    log::info!(
        target: TARGET,
        "event.name" = event, "tool.name" = tool.tool.as_str(), "tool.kind" = tool.kind.as_str(),
        "process.pid" = tool.pid, "process.start_time" = tool.start_time.0;
        "{} {verb}", tool.display_name
    );
}

/// A threshold of a budget is reached. The name is the contract's; `budget.threshold_percent` says
/// whether it is all of the budget.
pub(crate) fn budget_exceeded(crossing: &Crossing) {
    let (budget, threshold) = (&crossing.budget, crossing.threshold);
    let (limit, spent) = (budget.limit.to_string(), budget.spent.unwrap_or(NanoUsd(0)));
    let spent = spent.to_string();
    let (span, basis) = (budget.span.as_str(), budget.basis.as_str());
    log::info!(
        target: TARGET,
        "event.name" = "ai.budget.exceeded",
        "budget.span" = span, "budget.begins" = &*budget.begins, "budget.basis" = basis,
        "budget.limit_usd" = &*limit, "budget.spent_usd" = &*spent,
        "budget.threshold_percent" = threshold;
        "{threshold} % of the budget of the {span} is reached"
    );
}

/// A tool recorded that so much of a limit is used.
pub(crate) fn limit_reached(passing: &Passing) {
    let (reading, threshold) = (&passing.reading, passing.threshold);
    log::info!(
        target: TARGET,
        "event.name" = "ai.limit.reached",
        "tool.name" = reading.tool.as_str(), "limit.window" = &*reading.window,
        "limit.minutes" = reading.minutes.unwrap_or(0),
        "limit.used_percent" = reading.used_percent.as_f64(),
        "limit.threshold_percent" = threshold,
        "limit.resets_at" = reading.ends().map_or(0, |ends| ends.0),
        "limit.recorded_at" = reading.at.0;
        "{} has used {} % of its {}", reading.tool, reading.used_percent, reading.window_name()
    );
}

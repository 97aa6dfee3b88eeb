//! The records the agent writes about the machine and itself. Their names stand here and nowhere
//! else; dashboards rely on them.

use aco_domain::Role;
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

//! The records the agent writes about the machine and itself. Their names stand here and nowhere
//! else; dashboards rely on them.

use aco_domain::{Role, ToolId, ToolKind, UnixNanos};
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
    let Running {
        tool: id,
        display_name,
        kind,
        pid,
        start_time,
    } = tool;
    tool_event(
        "ai.tool.started",
        "started",
        id,
        display_name,
        *kind,
        *pid,
        *start_time,
    );
}

pub(crate) fn tool_stopped(tool: &Running) {
    let Running {
        tool: id,
        display_name,
        kind,
        pid,
        start_time,
    } = tool;
    tool_event(
        "ai.tool.stopped",
        "stopped",
        id,
        display_name,
        *kind,
        *pid,
        *start_time,
    );
}

fn tool_event(
    event: &str,
    verb: &str,
    id: &ToolId,
    name: &str,
    kind: ToolKind,
    pid: u32,
    start_time: UnixNanos,
) {
    log::info!(
        target: TARGET,
        "event.name" = event, "tool.name" = id.as_str(), "tool.kind" = kind.as_str(),
        "process.pid" = pid, "process.start_time" = start_time.0;
        "{name} {verb}"
    );
}

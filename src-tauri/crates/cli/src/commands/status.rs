//! `aco status`

use crate::context::{Context, VERSION, clock_face, host_name};
use crate::failure::Failure;
use crate::output::say;
use aco_agent::{StoppedStatus, config_attention, status_without_agent};
use aco_domain::{DropReason, Status};
use aco_ipc::{Request, Response};
use std::fmt::Write as _;
use std::process::ExitCode;

pub(crate) async fn status(
    context: &Context,
    json: bool,
    acknowledge: bool,
) -> Result<ExitCode, Failure> {
    let status = match context.agent().await? {
        Some(mut agent) => {
            if acknowledge {
                agent.request(&Request::AcknowledgeDropped).await?;
            }
            match agent.request(&Request::Status).await? {
                Response::Status(status) => *status,
                other => {
                    let what = format!("the agent gave an unexpected answer: {other:?}");
                    return Err(Failure::failed(what));
                }
            }
        }
        None if acknowledge => {
            return Err(Failure::failed(
                "no agent is running to acknowledge to; start one with: aco run",
            ));
        }
        None => without_agent(context)?,
    };
    if json {
        let text = serde_json::to_string_pretty(&status);
        say(&text.map_err(|error| Failure::failed(error.to_string()))?);
    } else {
        say(in_words(&status, context).trim_end());
    }
    Ok(ExitCode::SUCCESS)
}

fn without_agent(context: &Context) -> Result<Status, Failure> {
    let settings = context
        .source
        .load(None)
        .map_err(|error| config_attention(&error));
    let host_name = host_name();
    Ok(status_without_agent(&StoppedStatus {
        home: &context.home,
        version: VERSION,
        host_name: &host_name,
        settings: settings.as_ref(),
        now: context.clock.now(),
        clock_face: &clock_face,
    })?)
}

fn in_words(status: &Status, context: &Context) -> String {
    let mut text = String::new();
    let mut row = |name: &str, value: String| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name:<12}{value}");
    };
    row("State", status.summary.clone());
    for attention in &status.attention {
        row("", attention.what.clone());
        row("", format!("→ {}", attention.remedy));
    }
    row(
        "Agent",
        match (status.pid, status.role) {
            (Some(pid), Some(role)) => {
                format!(
                    "running as {} (pid {pid}, version {})",
                    role.as_str(),
                    status.version
                )
            }
            _ => "not running; start it with: aco run".to_owned(),
        },
    );
    match &status.endpoint {
        Some(endpoint) => {
            let tls = if endpoint.tls { "TLS" } else { "no TLS" };
            let token = endpoint
                .token
                .as_ref()
                .map_or("no token".to_owned(), |origin| {
                    format!("token from {origin}")
                });
            row("Endpoint", format!("{} ({tls}, {token})", endpoint.url));
            row("", format!("from {}", endpoint.origin));
        }
        None => row(
            "Endpoint",
            "none; everything stays on this machine".to_owned(),
        ),
    }
    if let Some(answer) = &status.last_answer {
        row(
            "Last answer",
            format!("{} ({})", answer.message, clock_face(answer.at)),
        );
        if let Some(next) = answer.next_attempt {
            let wait = next.since(context.clock.now()).as_secs();
            row("", format!("next attempt in {wait} s"));
        }
    }
    let backlog = &status.backlog;
    row(
        "Waiting",
        match backlog.oldest_age_s {
            Some(age) => format!(
                "{} records, {} bytes, the oldest for {age} s",
                backlog.records, backlog.bytes
            ),
            None => format!("{} records", backlog.records),
        },
    );
    let records = &status.records;
    row(
        "Records",
        format!("{} recorded, {} shipped", records.spooled, records.shipped),
    );
    for reason in DropReason::ALL {
        let count = records.dropped.get(reason);
        if count > 0 {
            row("", format!("{count} dropped ({})", reason.as_str()));
        }
    }
    if records.quarantined > 0 {
        let folder = context.home.spool_folder();
        row(
            "",
            format!(
                "{} quarantined in {}",
                records.quarantined,
                folder.display()
            ),
        );
    }
    for tool in &status.tools {
        row(
            "Tool",
            format!(
                "{} ({}), {} running",
                tool.display_name, tool.tool, tool.running
            ),
        );
    }
    text
}

//! `aco emit`: test records through the very same dispatch as every other record.

use crate::arguments::Emit;
use crate::commands::status::without_agent;
use crate::context::{Context, LOOK_AGAIN, PATIENCE, block_on, identity, terminal, waiting};
use crate::failure::Failure;
use crate::output::say;
use aco_agent::{Emission, Emitted, Foundation, FoundationError, Logging, ship_backlog};
use aco_domain::{AnswerKind, Role, Status};
use aco_home::{Holder, LockError};
use aco_ipc::{Request, Response};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

/// Through the running agent, else under the lock.
pub(crate) fn emit(context: Context, arguments: Emit) -> Result<ExitCode, Failure> {
    let (until, mut told) = (Instant::now() + PATIENCE, false);
    let (emitted, status) = loop {
        if let Some(done) = block_on(through_agent(&context, &arguments))? {
            break done;
        }
        match foundation(&context) {
            Ok((foundation, logging)) => {
                break under_lock(&context, &arguments, foundation, logging)?;
            }
            // It took the home a moment ago and is about to listen.
            Err(Unfounded::AgentStarts(holder)) if Instant::now() < until => {
                if !std::mem::replace(&mut told, true) {
                    waiting(&holder);
                }
                std::thread::sleep(LOOK_AGAIN);
            }
            Err(Unfounded::AgentStarts(holder)) => {
                return Err(Failure::failed(format!(
                    "{holder} has the home and does not answer; end it and start it again"
                )));
            }
            Err(Unfounded::Failed(failure)) => return Err(failure),
        }
    };
    if emitted.last_seq == 0 && emitted.count > 0 {
        return Err(Failure::failed(format!(
            "{} records were logged and none entered the spool: see `ship.level` and \
             [ship.targets] in {}, or `aco status` for a disk that refuses",
            emitted.count,
            context.home.config_file().display()
        )));
    }
    if emitted.count < arguments.count {
        return Err(Failure::failed(format!(
            "the agent ended after {} of {} records; {}",
            emitted.count,
            arguments.count,
            whereabouts(&status)
        )));
    }
    say(&format!(
        "{} records emitted (sequence {} to {}); {}",
        emitted.count,
        emitted.first_seq,
        emitted.last_seq,
        whereabouts(&status)
    ));
    Ok(ExitCode::SUCCESS)
}

async fn through_agent(
    context: &Context,
    arguments: &Emit,
) -> Result<Option<(Emitted, Status)>, Failure> {
    let Some(mut agent) = context.agent().await? else {
        return Ok(None);
    };
    let request = Request::Emit {
        count: arguments.count,
        rate: arguments.rate,
        message: arguments.message.clone(),
        grace_ms: u64::try_from(arguments.grace.as_millis()).unwrap_or(u64::MAX),
    };
    let emitted = match agent.request(&request).await? {
        Response::Emitted {
            count,
            first_seq,
            last_seq,
        } => Emitted {
            count,
            first_seq,
            last_seq,
        },
        other => return Err(Failure::unexpected(&other)),
    };
    let status = match agent.request(&Request::Status).await {
        Ok(Response::Status(status)) => *status,
        Ok(other) => return Err(Failure::unexpected(&other)),
        // It ended right after its answer; its files say the rest.
        Err(_) => without_agent(context)?,
    };
    Ok(Some((emitted, status)))
}

enum Unfounded {
    AgentStarts(Holder),
    Failed(Failure),
}

fn foundation(context: &Context) -> Result<(Foundation, Logging), Unfounded> {
    let settings = context.settings().map_err(Unfounded::Failed)?;
    Foundation::lay(
        context.home.clone(),
        identity(Role::Command),
        &settings.config,
        Arc::clone(&context.clock),
        terminal(),
        waiting,
    )
    .map_err(|error| match error {
        FoundationError::Lock(LockError::Held {
            holder: Some(holder),
            ..
        }) if holder.role != Role::Command => Unfounded::AgentStarts(holder),
        error => Unfounded::Failed(error.into()),
    })
}

fn under_lock(
    context: &Context,
    arguments: &Emit,
    mut foundation: Foundation,
    logging: Logging,
) -> Result<(Emitted, Status), Failure> {
    logging
        .install()
        .map_err(|error| Failure::failed(error.to_string()))?;
    let settings = context.source.load(Some(&foundation.masker))?;
    foundation.announce();
    let emission = Emission {
        count: arguments.count,
        rate: arguments.rate,
        message: arguments.message.clone(),
    };
    let emitted = aco_agent::emit(&emission, &foundation.spool, |wait| {
        // The rate that was asked for; a command has nothing else to do meanwhile.
        std::thread::sleep(wait);
        true
    });
    let answer = block_on(async {
        let shipped = ship_backlog(&foundation, &settings, arguments.grace).await;
        shipped.map_err(|error| Failure::failed(format!("cannot start the shipper: {error}")))
    })?;
    let mut status = without_agent(context)?;
    status.last_answer = answer;
    status.backlog = foundation.spool.stats().backlog;
    Ok((emitted, status))
}

/// Where the records are now.
fn whereabouts(status: &Status) -> String {
    let waiting = status.backlog.records;
    if waiting == 0 {
        return "nothing waits in the spool".to_owned();
    }
    let refused = status
        .last_answer
        .as_ref()
        .filter(|answer| answer.kind != AnswerKind::Accepted);
    let why = if let Some(attention) = status.attention.first() {
        attention.what.clone()
    } else if status.paused.is_some() {
        "shipping is paused".to_owned()
    } else if status.endpoint.is_none() {
        "no endpoint is configured".to_owned()
    } else if let Some(answer) = refused {
        answer.message.clone()
    } else {
        "the grace period was too short for more".to_owned()
    };
    format!("{waiting} are kept in the spool: {why}")
}

//! `aco status`

pub(super) mod spending;
pub(super) mod words;

use crate::context::{Context, VERSION, Writer, clock_face, host_name};
use crate::failure::Failure;
use crate::output::say;
use aco_agent::{StoppedStatus, config_attention, status_without_agent};
use aco_domain::Status;
use aco_home::AgentStore;
use aco_ipc::{Request, Response};
use std::process::ExitCode;

pub(crate) async fn status(
    context: &Context,
    json: bool,
    acknowledge: bool,
) -> Result<ExitCode, Failure> {
    if acknowledge {
        acknowledge_dropped(context).await?;
    }
    let status = match context.agent().await? {
        Some(mut agent) => match agent.request(&Request::Status).await? {
            Response::Status(status) => *status,
            other => return Err(Failure::unexpected(&other)),
        },
        None => without_agent(context)?,
    };
    if json {
        say(&serde_json::to_string_pretty(&status)?);
    } else {
        let quarantine = context.home.spool_folder().join("quarantine");
        let text = words::in_words(&status, context.clock.now(), &quarantine, &clock_face);
        say(text.trim_end());
    }
    let is_invalid = |status: &Status| status.attention.iter().any(|a| a.code == "config_invalid");
    // A running agent goes on with the last good values; without one there are none.
    Ok(match status.pid {
        None if is_invalid(&status) => ExitCode::from(2),
        _ => ExitCode::SUCCESS,
    })
}

/// Through the running agent, else in the stored state.
async fn acknowledge_dropped(context: &Context) -> Result<(), Failure> {
    match context.writer().await? {
        Writer::Agent(mut agent) => {
            agent.request(&Request::AcknowledgeDropped).await?;
        }
        Writer::Us(_lock) => {
            let dropped = without_agent(context)?.records.dropped;
            let (mut store, _) = AgentStore::open(&context.home.state_file())?;
            store.acknowledge_dropped(dropped)?;
        }
    }
    Ok(())
}

/// What the home's files say.
pub(crate) fn without_agent(context: &Context) -> Result<Status, Failure> {
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

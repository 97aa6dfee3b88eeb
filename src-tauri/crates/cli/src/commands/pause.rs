//! `aco pause` and `aco resume`

use crate::context::{Context, clock_face, waiting};
use crate::failure::Failure;
use crate::output::say;
use aco_domain::{PauseUntil, Role};
use aco_home::{AgentStore, Holder, HomeLock};
use aco_ipc::{Request, Response};
use std::process::ExitCode;
use std::time::Duration;

pub(crate) async fn pause(
    context: &Context,
    duration: Option<Duration>,
) -> Result<ExitCode, Failure> {
    let until = duration.map_or(PauseUntil::Resumed, |duration| {
        PauseUntil::At(context.clock.now().plus(duration))
    });
    let words = match until {
        PauseUntil::Resumed => "Paused until you resume.".to_owned(),
        PauseUntil::At(at) => format!("Paused until {}.", clock_face(at)),
    };
    set(context, Some(until), Request::Pause { until }).await?;
    say(&format!(
        "{words} Recording goes on; nothing leaves this machine."
    ));
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn resume(context: &Context) -> Result<ExitCode, Failure> {
    set(context, None, Request::Resume).await?;
    say("Resumed. What was recorded meanwhile is shipped first.");
    Ok(ExitCode::SUCCESS)
}

/// Through the running agent, else in the stored state.
async fn set(
    context: &Context,
    pause: Option<PauseUntil>,
    request: Request,
) -> Result<(), Failure> {
    if let Some(mut agent) = context.agent().await? {
        return match agent.request(&request).await? {
            Response::Done { .. } => Ok(()),
            other => Err(Failure::failed(format!(
                "the agent gave an unexpected answer: {other:?}"
            ))),
        };
    }
    context.home.create()?;
    let me = Holder {
        pid: std::process::id(),
        role: Role::Command,
    };
    let patience = Duration::from_secs(30);
    let _lock = HomeLock::acquire_within(&context.home.lock_file(), me, patience, waiting)
        .map_err(|error| Failure::failed(error.to_string()))?;
    let (mut store, _) = AgentStore::open(&context.home.state_file())?;
    Ok(store.set_pause(pause)?)
}

//! `aco pause` and `aco resume`

use crate::context::{Context, Writer, clock_face};
use crate::failure::Failure;
use crate::output::{complain, say};
use aco_domain::PauseUntil;
use aco_home::AgentStore;
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
    match context.writer().await? {
        Writer::Agent(mut agent) => match agent.request(&request).await? {
            Response::Done { .. } => Ok(()),
            other => Err(Failure::unexpected(&other)),
        },
        Writer::Us(_lock) => {
            let (mut store, findings) = AgentStore::open(&context.home.state_file())?;
            for finding in findings {
                complain(&format!("aco: {finding}"));
            }
            Ok(store.set_pause(pause)?)
        }
    }
}

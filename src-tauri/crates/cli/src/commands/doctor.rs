//! `aco doctor`: the way to the backend, step by step, and whose answers come back.

mod words;

use crate::commands::status::without_agent;
use crate::context::{Context, Writer, clock_face, identity};
use crate::failure::Failure;
use crate::output::{complain, say};
use aco_agent::{Examination, Patient};
use aco_domain::{Answers, Check, Outcome, PauseUntil, Role, Step};
use aco_home::{AgentStore, Installation};
use aco_ipc::{Request, Response};
use serde_json::json;
use std::io::{self, IsTerminal as _};
use std::process::ExitCode;
use uuid::Uuid;

/// Version of what `--json` prints; rises when a field changes its meaning.
const SCHEMA_VERSION: u32 = 1;

pub(crate) async fn doctor(context: &Context, json: bool) -> Result<ExitCode, Failure> {
    let loaded = context.source.load(None);
    let identity = identity(Role::Command);
    let mut examination = Examination::new(&Patient {
        settings: loaded.as_ref(),
        identity: &identity,
        installation: installation(context, identity.machine_id.as_deref()).await?,
        clock: std::sync::Arc::clone(&context.clock),
    });
    let mut shown = words::Progress::new(!json, io::stdout().is_terminal());
    let mut steps = Vec::new();
    loop {
        // Before each step that sends: a pause holds from the moment it is asked for.
        if examination.sends_next()
            && let Some(pause) = pause(context).await?
        {
            let until = match pause {
                PauseUntil::At(at) => clock_face(at),
                PauseUntil::Resumed => String::new(),
            };
            examination.pause(pause, &until);
        }
        if let Some(check) = examination.upcoming() {
            shown.upcoming(check);
        }
        let Some(step) = examination.next().await else {
            break;
        };
        shown.step(&step);
        steps.push(step);
    }
    let answers = examination.answers();
    if let (Some(endpoint), Some(answers)) = (examination.endpoint(), answers)
        && let Err(failure) = note(context, endpoint, answers).await
    {
        complain(&format!("aco: what was found is not remembered: {failure}"));
    }
    if json {
        say(&serde_json::to_string_pretty(&json!({
            "schema_version": SCHEMA_VERSION,
            "endpoint": examination.endpoint(),
            "healthy": !steps.iter().any(|step| step.outcome == Outcome::Failed),
            "answers": answers,
            "steps": steps,
        }))?);
    } else {
        say(&words::verdict(&steps, answers));
    }
    Ok(exit_code(&steps))
}

/// 2 where the configuration is to blame, as for every command; 1 for everything else.
fn exit_code(steps: &[Step]) -> ExitCode {
    let failed = steps.iter().find(|step| step.outcome == Outcome::Failed);
    match failed.map(|step| step.check) {
        None => ExitCode::SUCCESS,
        Some(Check::Configuration) => ExitCode::from(2),
        Some(_) => ExitCode::FAILURE,
    }
}

/// The running agent's pause, else the stored one. An agent that does not answer has stored it too.
async fn pause(context: &Context) -> Result<Option<PauseUntil>, Failure> {
    if let Ok(Some(mut agent)) = context.agent().await
        && let Ok(Response::Status(status)) = agent.request(&Request::Status).await
    {
        return Ok(status.paused);
    }
    Ok(without_agent(context)?.paused)
}

/// The id that stands in the home; a home that was never started in gets one now.
async fn installation(context: &Context, machine_id: Option<&str>) -> Result<Uuid, Failure> {
    let path = context.home.installation_file();
    if let Some(id) = Installation::peek(&path)? {
        return Ok(id);
    }
    match context.writer().await? {
        Writer::Us(_lock) => Ok(Installation::load_or_create(&path, machine_id, Uuid::new_v4)?.id),
        // It has made one meanwhile, unless it cannot read its own: then nobody's will do.
        Writer::Agent(_) => Ok(Installation::peek(&path)?.unwrap_or_default()),
    }
}

/// Through the running agent, else in the stored state.
async fn note(context: &Context, endpoint: &str, answers: Answers) -> Result<(), Failure> {
    match context.writer().await? {
        Writer::Agent(mut agent) => {
            let endpoint = endpoint.to_owned();
            let request = Request::NoteAnswers { endpoint, answers };
            agent.request(&request).await?;
        }
        Writer::Us(_lock) => {
            let (mut store, _) = AgentStore::open(&context.home.state_file())?;
            store.note_answers(endpoint, answers)?;
        }
    }
    Ok(())
}

//! `--smoke`: whether this program, as it is installed here, could do its work. Ends before any
//! window, so that it also says so where there is no display.

use crate::tray::pictures;
use crate::{Surroundings, VERSION, say, tell};
use aco_agent::usage::UsageParts;
use aco_agent::{Agent, AgentParts, Foundation, Identity, NoShell, SettingsSource};
use aco_domain::Role;
use aco_home::{Environment, Home};
use aco_ipc::{Client, ClientError, Request, Response};
use aco_ledger::History;
use jiff::tz::TimeZone;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tauri::image::Image;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};

/// How long an agent may take to answer, on the slowest machine.
const ANSWERS_WITHIN: Duration = Duration::from_secs(60);

/// How often is looked meanwhile.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Says what was found, and fails with the first thing that is wrong.
pub(crate) fn run(surroundings: &Surroundings) -> ExitCode {
    let folder = surroundings
        .temporary
        .join(format!("ai-cost-observer-smoke-{}", surroundings.pid));
    let found = check(surroundings, &folder);
    // A home of its own that nobody needs again.
    let _ = std::fs::remove_dir_all(&folder);
    match found {
        Ok(found) => tell(&found.join("\n")),
        Err(wrong) => {
            say(&wrong);
            ExitCode::FAILURE
        }
    }
}

fn check(surroundings: &Surroundings, folder: &Path) -> Result<Vec<String>, String> {
    Ok(vec![
        format!("version: {VERSION}"),
        pages()?,
        icons()?,
        agent(surroundings, folder)?,
    ])
}

fn pages() -> Result<String, String> {
    let context = crate::context();
    let pages: Vec<_> = context
        .assets()
        .iter()
        .map(|(path, _)| path.into_owned())
        .collect();
    match pages
        .iter()
        .any(|path| path.trim_start_matches('/') == "index.html")
    {
        true => Ok(format!("pages of the window: {}", pages.len())),
        false => {
            Err("the window's pages are not embedded: build ui/ and this program again".to_owned())
        }
    }
}

fn icons() -> Result<String, String> {
    for png in pictures::all() {
        Image::from_bytes(png).map_err(|error| format!("an icon cannot be shown: {error}"))?;
    }
    Ok(format!("icons: {}", pictures::all().count()))
}

/// A whole agent, in a home of its own: it answers, and its ledger can be read.
fn agent(surroundings: &Surroundings, folder: &Path) -> Result<String, String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let environment: Environment = [
        ("ACO_HOME", folder),
        ("HOME", folder),
        ("USERPROFILE", folder),
    ]
    .into_iter()
    .collect();
    let home = Home::resolve(&environment).map_err(|error| text(&error))?;
    let source = SettingsSource::new(&home, None);
    let settings = source.load(None).map_err(|error| text(&error))?;
    let identity = Identity {
        version: VERSION,
        pid: surroundings.pid,
        role: Role::Command,
        host_name: surroundings.host_name.clone(),
        machine_id: surroundings.machine_id.clone(),
    };
    let clock = Arc::clone(&surroundings.clock);
    let laid = Foundation::lay(
        home.clone(),
        identity,
        &settings.config,
        clock,
        None,
        |_| {},
    );
    let (foundation, _) = laid.map_err(|error| text(&error))?;
    let parts = AgentParts {
        foundation,
        settings,
        invalid: None,
        source,
        shell: Box::new(NoShell),
        clock_face: Arc::new(Surroundings::clock_face),
        usage: UsageParts {
            environment,
            zone: Arc::new(TimeZone::system),
        },
        once: false,
    };
    let runtime = crate::tray::runtime()?;
    let (stop, stopped) = oneshot::channel();
    let state = runtime.block_on(async {
        let agent = Agent::run(parts, async {
            stopped.await.unwrap_or("the check is over")
        });
        tokio::pin!(agent);
        let answer = tokio::select! {
            ended = &mut agent => return Err(ended.err().unwrap_or_else(|| "the agent ended".to_owned())),
            answer = answer(home.socket()) => answer?,
        };
        drop(stop);
        agent.await?;
        Ok(answer)
    })?;
    let history = History::open(&home.ledger_file()).map_err(|error| text(&error))?;
    if history.is_none() {
        return Err(format!("{} was not made", home.ledger_file().display()));
    }
    Ok(format!("agent: {state}"))
}

/// What it says of itself, once it has been through everything a start does.
async fn answer(socket: &Path) -> Result<String, String> {
    let until = Instant::now() + ANSWERS_WITHIN;
    loop {
        let asked = async {
            let mut client = Client::connect(socket, VERSION).await?;
            client.request(&Request::Scan).await?;
            client.request(&Request::Status).await
        };
        match asked.await {
            Ok(Response::Status(status)) => return Ok(status.summary),
            Ok(_) => return Err("the agent's answer does not fit the question".to_owned()),
            Err(ClientError::NotRunning(_)) if Instant::now() < until => sleep(LOOK_AGAIN).await,
            Err(error) => return Err(error.to_string()),
        }
    }
}

//! The connection to the agent, whoever runs it: what it says becomes events, and a lost one is made
//! again.

use crate::VERSION;
use crate::tray::controller::Event;
use aco_domain::{AgentState, Status};
use aco_ipc::{Client, ClientError, Request, Response, WatchEvent, code};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::sleep;

/// An agent that is starting opens its socket within this time, mostly.
const FIRST_WAIT: Duration = Duration::from_millis(50);

/// An agent that does not start is looked for that often.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// How often an agent of another protocol is asked, which cannot be watched.
const POLL: Duration = Duration::from_secs(15);

/// What the agent says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LinkNews {
    /// The state now.
    State(Box<Status>),
    /// Somebody asked for the window.
    ShowWindow,
    /// Nobody answers; why, where it is more than that nobody is there.
    Lost(Option<String>),
}

/// Connects, watches and connects again, until nobody hears it any more.
pub(crate) async fn keep(address: PathBuf, events: mpsc::Sender<Event>) {
    let mut wait = FIRST_WAIT;
    loop {
        let mut heard = false;
        let Err(error) = watch(&address, &events, &mut heard).await;
        if heard {
            wait = FIRST_WAIT;
        }
        let news = LinkNews::Lost(words(&error));
        if events.send(Event::Link(news)).await.is_err() {
            return;
        }
        sleep(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

async fn watch(
    address: &Path,
    events: &mpsc::Sender<Event>,
    heard: &mut bool,
) -> Result<std::convert::Infallible, ClientError> {
    let mut client = Client::connect(address, VERSION).await?;
    if client.upgrade_needed().is_some() {
        let version = client.agent().version.clone();
        loop {
            let Response::Status(status) = client.request(&Request::Status).await? else {
                return Err(ClientError::NotRunning(address.to_owned()));
            };
            *heard = true;
            let _ = events.send(state(outdated(status, &version))).await;
            sleep(POLL).await;
        }
    }
    let mut states = client.watch(true).await?;
    loop {
        let event = match states.next().await? {
            WatchEvent::State(status) => state(status),
            WatchEvent::ShowWindow => Event::Link(LinkNews::ShowWindow),
        };
        *heard = true;
        // Who does not hear this any more ends us.
        let _ = events.send(event).await;
    }
}

fn state(status: Box<Status>) -> Event {
    Event::Link(LinkNews::State(status))
}

/// An agent of another version can be looked at and paused, and needs the user.
fn outdated(mut status: Box<Status>, version: &str) -> Box<Status> {
    status.state = AgentState::Attention;
    status.summary = format!("Upgrade needed: agent {version}, tray {VERSION}");
    status
}

/// Why nobody answers, where that is no part of starting and ending.
fn words(error: &ClientError) -> Option<String> {
    match error {
        ClientError::NotRunning(_) | ClientError::Lost { .. } => None,
        ClientError::Refused(refusal) if refusal.code == code::STOPPING => None,
        ClientError::Refused(refusal) => Some(refusal.message.clone()),
        ClientError::Silent { .. } => Some("The agent does not answer".to_owned()),
    }
}

/// Asks one thing, on a connection of its own.
pub(crate) async fn ask(address: PathBuf, request: Request) -> Result<Response, String> {
    let asked = async {
        let mut client = Client::connect(&address, VERSION).await?;
        client.request(&request).await
    };
    asked.await.map_err(|error: ClientError| error.to_string())
}

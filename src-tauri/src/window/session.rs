//! What the window knows and does, without Tauri: one client of the agent's socket.
//!
//! A command asks, an event tells. Each question to the agent is a connection of its own; one more
//! brings its states as long as it lives, and is made again when it ends. What is shown is decided
//! by `aco-window`, and told only when it has changed.

mod first_run;
mod following;
mod gathering;
mod prices;
mod settings;
mod spending;
mod testing;
mod watching;

use crate::VERSION;
use crate::view::View as Wanted;
use crate::window::outside::Outside;
use crate::window::store::WindowStore;
use aco_domain::{Clock, SettingsSheet, Sources, Status};
use aco_home::Home;
use aco_ipc::{Client, ClientError, Request, Response, Secret};
use aco_tray::PauseChoice as Pause;
use aco_window::{
    Link, Now, Offers, Opening, Pace, PauseChoice, Problem, Shell, StatusFacts, StatusView, Test,
    View,
};
use following::Follow;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::Value;
use settings::Edits;
use spending::Spending;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Where events go.
pub(crate) type Tell = Box<dyn Fn(&'static str, Value) + Send + Sync>;

/// What a session is made of.
pub(crate) struct Parts {
    pub(crate) home: Home,
    pub(crate) clock: Arc<dyn Clock>,
    /// The zone of now: the user may travel while the window is open.
    pub(crate) zone: fn() -> TimeZone,
    /// The user's own folder.
    pub(crate) user_home: Option<PathBuf>,
    /// The view that was asked for.
    pub(crate) view: Option<Wanted>,
    /// The window was opened because there is no tray.
    pub(crate) no_tray: bool,
    /// What was found in the environment.
    pub(crate) offers: Offers,
    /// The token that was found there.
    pub(crate) token_found: Option<Secret>,
    pub(crate) store: WindowStore,
    pub(crate) outside: Box<dyn Outside>,
    pub(crate) tell: Tell,
}

/// The window's side of the conversation.
pub(crate) struct Session {
    parts: Parts,
    state: Mutex<State>,
    statuses: watch::Sender<Option<Arc<Status>>>,
}

/// How the agent is connected to.
#[derive(Default)]
enum Connection {
    #[default]
    Waiting,
    NotRunning,
    Lost(String),
    UpgradeNeeded {
        message: String,
        remedy: String,
        status: Option<Box<Status>>,
    },
    Live,
}

#[derive(Default)]
struct State {
    connection: Connection,
    status: Option<Arc<Status>>,
    sources: Option<Sources>,
    sheet: Option<SettingsSheet>,
    pace: Pace,
    said_shell: Option<Shell>,
    said_status: Option<StatusView>,
    follow: Option<Follow>,
    follows: u32,
    pages: u32,
    spending: Option<Spending>,
    /// Prices that were shown and can be taken.
    offered: Option<String>,
    edits: Edits,
    test: Test,
    testing: Option<JoinHandle<()>>,
}

impl Session {
    pub(crate) fn new(parts: Parts) -> Arc<Self> {
        Arc::new(Self {
            parts,
            state: Mutex::default(),
            statuses: watch::Sender::new(None),
        })
    }

    /// Begins to watch the agent; must be called on a tokio runtime.
    pub(crate) fn begin(self: &Arc<Self>) {
        tokio::spawn(Arc::clone(self).watch());
        tokio::spawn(Arc::clone(self).gather());
        tokio::spawn(Arc::clone(self).tick());
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Now {
        Now {
            at: self.parts.clock.now(),
            zone: (self.parts.zone)(),
            home: self.parts.user_home.clone(),
        }
    }

    fn tell(&self, event: &'static str, payload: &impl Serialize) {
        // Our own types have only keys that are text.
        if let Ok(payload) = serde_json::to_value(payload) {
            (self.parts.tell)(event, payload);
        }
    }

    async fn connect(&self) -> Result<Client, Problem> {
        let socket = self.parts.home.socket();
        let client = Client::connect(socket, VERSION).await;
        client.map_err(|error| problem(&error))
    }

    async fn ask(&self, request: &Request) -> Result<Response, Problem> {
        let answer = self.connect().await?.request(request).await;
        answer.map_err(|error| problem(&error))
    }

    /// Asks for something that is only done.
    async fn order(&self, request: &Request) -> Result<(), Problem> {
        match self.ask(request).await? {
            Response::Done { .. } => Ok(()),
            _ => Err(unexpected()),
        }
    }

    pub(crate) fn opening(&self) -> Opening {
        let view = match self.parts.view {
            Some(Wanted::Status) => View::Status,
            Some(Wanted::Logs) => View::Logs,
            Some(Wanted::Spend) => View::Spend,
            Some(Wanted::Settings) => View::Settings,
            None if self.parts.store.is_first_run() => View::FirstRun,
            None => View::Status,
        };
        let shell = self.lock().shell();
        Opening { view, shell }
    }

    pub(crate) fn status(&self) -> Result<StatusView, Problem> {
        let now = self.now();
        let view = self.status_view(&self.lock(), &now);
        view.ok_or_else(|| Problem::new("no agent answers", "this window connects by itself"))
    }

    fn status_view(&self, state: &State, now: &Now) -> Option<StatusView> {
        let facts = StatusFacts {
            status: state.status.as_deref()?,
            sources: state.sources.as_ref(),
            settings: state.sheet.as_ref(),
            pace: &state.pace,
            no_tray: self.parts.no_tray,
        };
        Some(StatusView::of(&facts, now))
    }

    /// Tells what has changed around the views and in Status.
    fn refresh(&self) {
        let now = self.now();
        let mut state = self.lock();
        let shell = state.shell();
        let is_live = matches!(state.connection, Connection::Live);
        let status = self.status_view(&state, &now).filter(|_| is_live);
        let shell = (state.said_shell.as_ref() != Some(&shell)).then_some(shell);
        let status = status.filter(|status| state.said_status.as_ref() != Some(status));
        if let Some(shell) = &shell {
            state.said_shell = Some(shell.clone());
        }
        if let Some(status) = &status {
            state.said_status = Some(status.clone());
        }
        drop(state);
        if let Some(shell) = shell {
            self.tell("shell", &shell);
        }
        if let Some(status) = status {
            self.tell("status", &status);
        }
    }

    pub(crate) async fn pause(&self, choice: PauseChoice) -> Result<(), Problem> {
        let choice = match choice {
            PauseChoice::OneHour => Pause::Hour,
            PauseChoice::UntilTomorrow => Pause::Tomorrow,
            PauseChoice::UntilResumed => Pause::Resumed,
        };
        let now = self.now();
        let until = choice.until(now.at, &now.zone);
        self.order(&Request::Pause { until }).await
    }

    pub(crate) async fn resume(&self) -> Result<(), Problem> {
        self.order(&Request::Resume).await
    }

    /// Reading the configuration again wakes the sender, whatever it waits for.
    pub(crate) async fn try_now(&self) -> Result<(), Problem> {
        self.order(&Request::Reload).await
    }

    pub(crate) async fn acknowledge_dropped(&self) -> Result<(), Problem> {
        self.order(&Request::AcknowledgeDropped).await
    }

    pub(crate) async fn send_kept(&self, send: bool) -> Result<(), Problem> {
        self.order(&Request::SendKept { send }).await
    }

    pub(crate) async fn open_grafana(&self, at: Option<String>) -> Result<(), Problem> {
        let moment = |text: String| text.parse().map(aco_domain::UnixNanos).ok();
        let request = Request::Link {
            at: at.and_then(moment),
            query: None,
        };
        let Response::Link { url } = self.ask(&request).await? else {
            return Err(unexpected());
        };
        let status = self.lock().status.clone();
        let configured = status.and_then(|status| status.grafana.clone());
        let configured = configured.ok_or_else(|| {
            Problem::new(
                "no Grafana is configured",
                "enter its address in the settings",
            )
        })?;
        let opened = self.parts.outside.open_grafana(&url, &configured);
        opened.map_err(|error| Problem::new(&error, "the address can be copied from the settings"))
    }

    pub(crate) fn open_config(&self) -> Result<(), Problem> {
        let file = self.parts.home.config_file();
        self.open_folder(file.parent().map(std::path::Path::to_owned))
    }

    pub(crate) fn open_log_folder(&self) -> Result<(), Problem> {
        self.open_folder(Some(self.parts.home.log_folder()))
    }

    pub(crate) fn show_quarantine(&self) -> Result<(), Problem> {
        self.open_folder(Some(self.parts.home.spool_folder().join("quarantine")))
    }

    fn open_folder(&self, folder: Option<PathBuf>) -> Result<(), Problem> {
        let folder = folder.unwrap_or_default();
        let opened = self.parts.outside.open_folder(&folder);
        opened.map_err(|error| Problem::new(&error, "open it in your file manager"))
    }

    pub(crate) fn start_agent(&self) -> Result<(), Problem> {
        let started = self.parts.outside.start_agent();
        started.map_err(|error| Problem::new(&error, "start AI Cost Observer by hand"))
    }

    /// The window is closing: whether the user must be told that the agent goes on.
    pub(crate) fn says_that_it_goes_on(&self) -> bool {
        let is_live = matches!(self.lock().connection, Connection::Live);
        is_live && self.parts.store.says_once()
    }

    pub(crate) fn store(&self) -> &WindowStore {
        &self.parts.store
    }

    pub(crate) fn outside(&self) -> &dyn Outside {
        &*self.parts.outside
    }
}

impl State {
    fn shell(&self) -> Shell {
        Shell::of(match (&self.connection, self.status.as_deref()) {
            (Connection::Live, Some(status)) => Link::Live(status),
            (Connection::Waiting | Connection::Live, _) => Link::Waiting,
            (Connection::NotRunning, _) => Link::NotRunning,
            (Connection::Lost(why), _) => Link::Lost { why },
            (
                Connection::UpgradeNeeded {
                    message,
                    remedy,
                    status,
                },
                _,
            ) => Link::UpgradeNeeded {
                message,
                remedy,
                status: status.as_deref(),
            },
        })
    }
}

fn problem(error: &ClientError) -> Problem {
    match error {
        ClientError::Refused(refusal) => Problem::new(&refusal.message, &refusal.remedy),
        ClientError::NotRunning(_) => Problem::new(
            "no agent is running",
            "start AI Cost Observer; this window connects by itself",
        ),
        other => Problem::new(&other.to_string(), ""),
    }
}

fn unexpected() -> Problem {
    Problem::new(
        "the agent’s answer does not fit the question",
        "start the agent and this window again: they may be of different versions",
    )
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;

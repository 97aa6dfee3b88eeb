//! One loop owns what the tray knows; everything else sends it an [`Event`].
//!
//! It is generic over the [`Desktop`], so that its tests need none. What is to be shown is decided
//! by `aco-tray`; this loop only keeps its input, and touches the desktop where it differs from what
//! was drawn.

use crate::tray::hosting::{Host, HostNews};
use crate::tray::link::LinkNews;
use crate::view::View;
use aco_domain::{Clock, Status};
use aco_ipc::{Request, Response};
use aco_tray::{
    Agent, Command, Entry, Ground, Icon, LoginStart, Preferences, Scene, Told, icon, menu, notices,
    words,
};
use jiff::tz::TimeZone;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

/// How long the whole end may take; the agent's own drain is shorter.
const ENDS_WITHIN: Duration = Duration::from_secs(5);

/// Everything that can happen.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// About the agent that runs, or does not run, here.
    Host(HostNews),
    /// From the agent, wherever it runs.
    Link(LinkNews),
    /// An entry of the menu was clicked.
    Clicked(Command),
    /// The icon was clicked, where that means the window.
    IconClicked,
    /// The agent was asked something for the user.
    Answered(Asked, Result<Response, String>),
    /// The window was closed.
    WindowClosed,
    /// The window ended otherwise, or could not be started.
    WindowFailed(String),
    /// There is no place for the icon, for this reason.
    NoTray(String),
    /// The machine woke up.
    Woke,
    /// This application is to end.
    End(&'static str),
}

/// What the agent was asked for, where its answer matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// To pause or to resume.
    Pausing,
    /// Where Grafana shows it.
    Link,
    /// To look up from its sleep. Nobody waits for the answer.
    Wake,
}

/// What is to be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Drawing {
    pub(crate) icon: Icon,
    pub(crate) words: String,
    pub(crate) menu: Vec<Entry>,
}

/// The desktop as this loop needs it. Nothing here waits.
pub(crate) trait Desktop: Send {
    /// Shows it. With `anew`, what was drawn before may have changed under our hands.
    fn draw(&mut self, drawing: &Drawing, anew: bool);
    /// Shows the window.
    fn show_window(&mut self, view: Option<View>, no_tray: bool);
    /// Ends the window.
    fn close_window(&mut self);
    /// Asks the agent; the answer comes as an event.
    fn ask(&mut self, asked: Asked, request: Request);
    /// Opens a page of the Grafana at `configured`.
    fn open_grafana(&mut self, url: &str, configured: &str) -> Result<(), String>;
    /// Opens a folder.
    fn open_folder(&mut self, folder: &Path) -> Result<(), String>;
    /// Tells the user something.
    fn tell(&mut self, title: &str, body: &str);
    /// Whether this application starts at login.
    fn login(&self) -> LoginStart;
    /// Switches that.
    fn set_login(&mut self, on: bool) -> Result<(), String>;
    /// What the user wants to be told.
    fn preferences(&self) -> Preferences;
    /// Remembers what was told.
    fn remember(&mut self, told: &Told);
}

/// What the loop is made of.
pub(crate) struct Parts<D> {
    pub(crate) desktop: D,
    pub(crate) host: Host,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) zone: Arc<dyn Fn() -> TimeZone + Send + Sync>,
    pub(crate) ground: Ground,
    pub(crate) log_folder: PathBuf,
    /// What was told before this start.
    pub(crate) told: Told,
    /// Whether a person started this, who waits to see something.
    pub(crate) by_hand: bool,
    /// Whether nobody has ever been asked what this is to do.
    pub(crate) first_run: bool,
}

pub(crate) struct Controller<D> {
    parts: Parts<D>,
    status: Option<Box<Status>>,
    host: HostState,
    /// Why the agent does not answer, where it is not a matter of starting.
    silence: Option<String>,
    login: LoginStart,
    /// Nobody sees the icon: a window is all there is, and says so.
    no_tray: bool,
    drawn: Option<Drawing>,
    /// What went wrong with the agent and was told already.
    told_of: Option<String>,
}

/// What is known of the agent here.
#[derive(Clone, Debug, PartialEq, Eq)]
enum HostState {
    Starting,
    Waits(String),
    Runs,
    Client,
    /// Neither runs nor is going to.
    Failed(String),
    Ended(String),
}

impl<D: Desktop> Controller<D> {
    pub(crate) fn new(parts: Parts<D>) -> Self {
        Self {
            login: parts.desktop.login(),
            parts,
            status: None,
            host: HostState::Starting,
            silence: None,
            no_tray: false,
            drawn: None,
            told_of: None,
        }
    }

    /// Runs until the user or the system ends it, and the agent has drained.
    pub(crate) async fn run(mut self, mut events: mpsc::Receiver<Event>) {
        self.draw(false);
        if self.parts.by_hand && self.parts.first_run {
            self.show(None);
        }
        while let Some(event) = events.recv().await {
            if let Event::End(reason) = event {
                return self.end(reason, events).await;
            }
            if let Event::Clicked(Command::Quit) = event {
                return self.end("the user quit it", events).await;
            }
            let anew = matches!(event, Event::Clicked(Command::StartAtLogin(_)));
            self.handle(event);
            self.draw(anew);
        }
    }

    async fn end(mut self, reason: &'static str, mut events: mpsc::Receiver<Event>) {
        let at = Instant::now() + ENDS_WITHIN;
        self.parts.desktop.close_window();
        if !matches!(
            self.host,
            HostState::Runs | HostState::Starting | HostState::Waits(_)
        ) {
            return self.parts.host.stop(reason);
        }
        self.parts.host.stop(reason);
        let ended = async {
            loop {
                match events.recv().await {
                    Some(Event::Host(HostNews::Ended(_) | HostNews::Client(_))) | None => return,
                    Some(_) => {}
                }
            }
        };
        // What was not shipped until then is in the spool.
        let _ = timeout_at(at, ended).await;
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Host(news) => self.hosted(news),
            Event::Link(news) => self.heard(news),
            Event::Clicked(command) => self.clicked(command),
            Event::IconClicked => self.show(None),
            Event::Answered(asked, answer) => self.answered(asked, answer),
            // The settings there have the same switch.
            Event::WindowClosed => self.login = self.parts.desktop.login(),
            Event::WindowFailed(why) => {
                log::error!(target: "aco::tray", "the window ended: {why}");
                self.parts.desktop.tell(
                    "The window ended unexpectedly",
                    &format!("{why}. Recording goes on; open it again from the tray."),
                );
            }
            Event::NoTray(why) => {
                log::warn!(target: "aco::tray", "no tray on this desktop: {why}");
                self.no_tray = true;
                if self.parts.by_hand {
                    self.show(None);
                }
            }
            Event::Woke => self.parts.desktop.ask(Asked::Wake, Request::Reload),
            // Handled by the loop.
            Event::End(_) => {}
        }
    }

    fn hosted(&mut self, news: HostNews) {
        self.host = match news {
            HostNews::Waits(holder) => HostState::Waits(format!("Waiting for {holder}")),
            HostNews::Runs => HostState::Runs,
            HostNews::Client(_) => HostState::Client,
            HostNews::Fails(why) => {
                self.told_once("The agent does not start", &why);
                HostState::Failed(why)
            }
            HostNews::Ended(Ok(())) => HostState::Ended("The agent ended".to_owned()),
            HostNews::Ended(Err(why)) => {
                self.told_once("The agent ended", &why);
                HostState::Ended(format!("The agent ended: {why}"))
            }
        };
    }

    /// The same trouble, tried again every few seconds, is one trouble.
    fn told_once(&mut self, title: &str, why: &str) {
        if self.told_of.as_deref() != Some(why) {
            log::error!(target: "aco::tray", "{title}: {why}");
            crate::say(&format!("{title}: {why}"));
            self.parts.desktop.tell(title, why);
            self.told_of = Some(why.to_owned());
        }
    }

    fn heard(&mut self, news: LinkNews) {
        match news {
            LinkNews::State(status) => {
                self.silence = None;
                self.told_of = None;
                self.login = self.parts.desktop.login();
                self.notify(&status);
                self.status = Some(status);
            }
            LinkNews::ShowWindow => self.show(None),
            LinkNews::Lost(why) => {
                self.status = None;
                self.silence = why;
                if self.host == HostState::Client {
                    self.parts.host.look_again();
                }
            }
        }
    }

    fn notify(&mut self, status: &Status) {
        let parts = &mut self.parts;
        let (now, zone) = (parts.clock.now(), (parts.zone)());
        let wanted = parts.desktop.preferences();
        let due = notices(status, &wanted, &mut parts.told, now, &zone);
        for notice in &due {
            parts.desktop.tell(&notice.title, &notice.body);
        }
        if !due.is_empty() {
            parts.desktop.remember(&parts.told);
        }
    }

    fn clicked(&mut self, command: Command) {
        let parts = &mut self.parts;
        match command {
            Command::Open => self.show(None),
            Command::OpenStatus => self.show(Some(View::Status)),
            Command::OpenSpend => self.show(Some(View::Spend)),
            Command::OpenSettings | Command::ConnectGrafana => {
                self.show(Some(View::Settings));
            }
            Command::OpenGrafana => {
                let link = Request::Link {
                    at: None,
                    query: None,
                };
                parts.desktop.ask(Asked::Link, link);
            }
            Command::Pause(choice) => {
                let until = choice.until(parts.clock.now(), &(parts.zone)());
                parts.desktop.ask(Asked::Pausing, Request::Pause { until });
            }
            Command::Resume => parts.desktop.ask(Asked::Pausing, Request::Resume),
            Command::OpenLogFolder => {
                let folder = parts.log_folder.clone();
                let opened = parts.desktop.open_folder(&folder);
                self.failed("The log folder was not opened", opened);
            }
            Command::StartAtLogin(on) => {
                let set = parts.desktop.set_login(on);
                self.login = self.parts.desktop.login();
                self.failed("Start at login was not changed", set);
            }
            // Handled by the loop.
            Command::Quit => {}
        }
    }

    fn answered(&mut self, asked: Asked, answer: Result<Response, String>) {
        match (asked, answer) {
            (Asked::Link, Ok(Response::Link { url })) => {
                let configured = self.status.as_ref().and_then(|it| it.grafana.clone());
                let opened = match configured {
                    Some(configured) => self.parts.desktop.open_grafana(&url, &configured),
                    None => Err("no Grafana is configured any more".to_owned()),
                };
                self.failed("Grafana was not opened", opened);
            }
            (Asked::Link, Err(why)) => self.failed("Grafana was not opened", Err(why)),
            (Asked::Pausing, Err(why)) => self.failed("Shipping was not changed", Err(why)),
            (Asked::Wake, Err(why)) => {
                log::debug!(target: "aco::tray", "after the sleep the agent was not asked: {why}");
            }
            (_, Ok(_)) => {}
        }
    }

    fn show(&mut self, view: Option<View>) {
        self.parts.desktop.show_window(view, self.no_tray);
    }

    /// An answer to a click, where it did nothing.
    fn failed(&mut self, title: &str, result: Result<(), String>) {
        if let Err(why) = result {
            log::warn!(target: "aco::tray", "{title}: {why}");
            self.parts.desktop.tell(title, &why);
        }
    }

    fn draw(&mut self, anew: bool) {
        let agent = match (&self.status, &self.silence, &self.host) {
            (Some(status), _, _) => Agent::Answers(status),
            (None, _, HostState::Failed(why) | HostState::Ended(why)) => Agent::Missing(why),
            (None, _, HostState::Waits(words)) => Agent::Waits(words),
            (None, Some(why), _) => Agent::Missing(why),
            (None, None, _) => Agent::Starting,
        };
        let scene = Scene {
            agent,
            desktop: aco_tray::Desktop {
                starts_at_login: self.login,
            },
        };
        let drawing = Drawing {
            icon: icon(&scene, self.parts.ground),
            words: words(&scene),
            menu: menu(&scene),
        };
        if anew || self.drawn.as_ref() != Some(&drawing) {
            self.parts.desktop.draw(&drawing, anew);
            self.drawn = Some(drawing);
        }
    }
}

#[cfg(test)]
#[path = "controller_tests.rs"]
mod tests;

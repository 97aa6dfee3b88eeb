//! The tray: an icon, its menu, and the agent behind it.
//!
//! ```text
//!  main thread      Tauri's event loop: icon and menu      ─clicks─┐
//!  "agent" thread   hosting: the agent, or waiting for it  ─news───┤
//!  "tray" thread    link (the agent's socket), signals,    ─events─┼─> controller ─> desktop
//!                   sleep and wake-up, the window's process ───────┘
//! ```
//!
//! The controller knows no Tauri and no agent but the one that answers on the socket.

mod controller;
mod desktop;
mod drawing;
mod headless;
mod hosting;
mod link;
pub(crate) mod pictures;
mod signals;
mod window_process;

use crate::login::Login;
use crate::platform;
use crate::{Surroundings, VERSION, say, window};
use aco_domain::Role;
use aco_home::{Holder, Home};
use aco_ipc::{Client, ClientError, Request, code};
pub(crate) use controller::Event;
use controller::{Controller, Parts};
use desktop::{TauriDesktop, ToldStore};
use hosting::{Host, HostNews};
use jiff::tz::TimeZone;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tauri::{App, AppHandle, RunEvent};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

/// Events that may wait for the controller.
const EVENTS: usize = 64;

/// How long a first instance may take from its lock to its socket.
const FIRST_OPENS_WITHIN: Duration = Duration::from_secs(10);

/// How often a second one looks for it.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Runs the tray until it is quit. A hidden one never opens a window by itself.
pub(crate) fn run(hidden: bool, surroundings: Surroundings) -> ExitCode {
    match start(hidden, surroundings) {
        Ok(code) => code,
        Err(error) => {
            say(&error);
            ExitCode::FAILURE
        }
    }
}

fn start(hidden: bool, surroundings: Surroundings) -> Result<ExitCode, String> {
    let home = Home::resolve(&surroundings.environment).map_err(|error| error.to_string())?;
    let (events, mut received) = mpsc::channel(EVENTS);
    let has_display = platform::has_display(&surroundings.environment);
    let role = if has_display {
        Role::Tray
    } else {
        Role::Service
    };
    let host = {
        let events = events.clone();
        Host::spawn(&surroundings, &home, role, move |news| {
            let _ = events.blocking_send(Event::Host(news));
        })?
    };
    if !has_display {
        return headless::run(&host, received, "there is no display here");
    }
    // Whether this is the first instance is said at once, and before anything is drawn.
    let first = received.blocking_recv();
    if let Some(Event::Host(HostNews::Client(holder))) = &first
        && shown_by_another(hidden, *holder, &home)?
    {
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(first) = first {
        // There is room: nothing else sends yet.
        let _ = events.try_send(first);
    }
    let application = Application {
        surroundings,
        home,
        host: host.clone(),
        events,
        by_hand: !hidden,
    };
    match application.build() {
        Ok(app) => Ok(application.run(app, received)),
        Err(error) => headless::run(&host, received, &error),
    }
}

/// Whether another tray runs; unless this start is hidden, it was told to show its window.
fn shown_by_another(hidden: bool, holder: Option<Holder>, home: &Home) -> Result<bool, String> {
    let is_tray = holder.is_some_and(|holder| holder.role == Role::Tray);
    if hidden {
        return Ok(is_tray);
    }
    runtime()?.block_on(async {
        let until = Instant::now() + FIRST_OPENS_WITHIN;
        loop {
            let asked = async {
                let mut client = Client::connect(home.socket(), VERSION).await?;
                client.request(&Request::ShowWindow).await
            };
            match asked.await {
                Ok(_) => return Ok(true),
                // A tray that has not begun to watch, or is about to end; or a service without one.
                Err(ClientError::Refused(refusal)) if refusal.code == code::NO_TRAY && !is_tray => {
                    return Ok(false);
                }
                Err(ClientError::Refused(refusal)) if refusal.code == code::UPGRADE_NEEDED => {
                    return Err(refusal.to_string());
                }
                Err(error) if Instant::now() >= until => {
                    let what = "AI Cost Observer runs already, and its window cannot be shown";
                    return match is_tray {
                        true => Err(format!("{what}: {error}")),
                        false => Ok(false),
                    };
                }
                Err(_) => sleep(LOOK_AGAIN).await,
            }
        }
    })
}

pub(crate) fn runtime() -> Result<Runtime, String> {
    let built = Builder::new_current_thread().enable_all().build();
    built.map_err(|error| format!("cannot start an event loop: {error}"))
}

struct Application {
    surroundings: Surroundings,
    home: Home,
    host: Host,
    events: mpsc::Sender<Event>,
    by_hand: bool,
}

impl Application {
    /// Tauri, without a window. What a display refuses is a panic in the toolkit.
    fn build(&self) -> Result<App, String> {
        let built = catch_unwind(AssertUnwindSafe(|| {
            let app = tauri::Builder::default()
                .enable_macos_default_menu(false)
                .build(crate::context());
            app.map_err(|error| format!("the desktop cannot be used: {error}"))
        }));
        built.unwrap_or_else(|_| Err("the display cannot be opened".to_owned()))
    }

    fn run(self, mut app: App, received: mpsc::Receiver<Event>) -> ExitCode {
        platform::settle(&mut app);
        let events = self.events.clone();
        let mut tray = match self.control(app.handle().clone(), received) {
            Ok(tray) => Some(tray),
            Err(error) => {
                say(&error);
                return ExitCode::FAILURE;
            }
        };
        let code = app.run_return(move |_, event| match event {
            // The last window was closed: there never is one.
            RunEvent::ExitRequested {
                code: None, api, ..
            } => api.prevent_exit(),
            RunEvent::Exit => {
                // Where the system ends the application, nobody has drained yet.
                let _ = events.try_send(Event::End("the session ends"));
                if let Some(tray) = tray.take() {
                    let _ = tray.join();
                }
            }
            _ => {}
        });
        u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from)
    }

    /// The controller's thread; when it ends, so does the application.
    fn control(
        self,
        app: AppHandle,
        received: mpsc::Receiver<Event>,
    ) -> Result<JoinHandle<()>, String> {
        let runtime = runtime()?;
        thread::Builder::new()
            .name("tray".to_owned())
            .spawn(move || {
                runtime.block_on(self.controlled(app.clone(), received));
                runtime.shutdown_background();
                app.exit(0);
            })
            .map_err(|error| format!("cannot start a thread for the tray: {error}"))
    }

    async fn controlled(self, app: AppHandle, received: mpsc::Receiver<Event>) {
        let events = self.events;
        tokio::spawn(link::keep(self.home.socket().to_owned(), events.clone()));
        tokio::spawn(signals::forward(events.clone()));
        platform::watch_session(events.clone());
        if self.by_hand {
            let events = events.clone();
            tokio::spawn(async move {
                if let Some(why) = platform::no_tray().await {
                    let _ = events.send(Event::NoTray(why)).await;
                }
            });
        }
        let (store, told) = ToldStore::open(&self.home.notices_file());
        let program = self.surroundings.program.clone();
        let desktop = TauriDesktop {
            app,
            drawn: Arc::new(Mutex::new(None)),
            window: window_process::keep(program, events.clone()),
            events,
            login: Login::new(&self.surroundings),
            socket: self.home.socket().to_owned(),
            config_file: self.home.config_file(),
            told: store,
        };
        let parts = Parts {
            desktop,
            host: self.host,
            clock: self.surroundings.clock,
            zone: Arc::new(TimeZone::system),
            ground: platform::GROUND,
            log_folder: self.home.log_folder(),
            told,
            by_hand: self.by_hand,
            first_run: window::is_first_run(&self.home),
        };
        Controller::new(parts).run(received).await;
    }
}

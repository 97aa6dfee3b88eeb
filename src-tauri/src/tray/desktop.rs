//! The desktop for the controller: Tauri, the window's process, notifications, the browser.

use crate::login::Login;
use crate::opening;
use crate::platform;
use crate::tray::controller::{Asked, Desktop, Drawing, Event};
use crate::tray::drawing::Drawn;
use crate::tray::link;
use crate::tray::window_process::WindowOrder;
use crate::view::View;
use aco_config::Config;
use aco_home::versioned::{Format, VersionedFile};
use aco_ipc::Request;
use aco_tray::{LoginStart, Preferences, Told};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tauri::AppHandle;
use tokio::sync::mpsc;

const TOLD: Format = Format {
    magic: "aco-notices",
    version: 1,
};

/// What the user was told, over restarts. Only the tray reads and writes it.
pub(crate) struct ToldStore(Option<VersionedFile<Told>>);

impl ToldStore {
    /// Reads it. One that cannot be kept is begun anew at each start: a notification twice is better
    /// than none.
    pub(crate) fn open(path: &Path) -> (Self, Told) {
        match VersionedFile::<Told>::open(path, TOLD) {
            Ok(opened) => (Self(Some(opened.file)), opened.content.unwrap_or_default()),
            Err(error) => {
                log::warn!(target: "aco::tray", "what was told is not remembered: {error}");
                (Self(None), Told::default())
            }
        }
    }

    fn save(&self, told: &Told) {
        if let Some(Err(error)) = self.0.as_ref().map(|file| file.save(told)) {
            log::warn!(target: "aco::tray", "what was told is not remembered: {error}");
        }
    }
}

/// See the module.
pub(crate) struct TauriDesktop {
    pub(crate) app: AppHandle,
    /// Only touched on the main thread; nothing before the first drawing, or where there can be none.
    pub(crate) drawn: Arc<Mutex<Option<Drawn>>>,
    pub(crate) events: mpsc::Sender<Event>,
    pub(crate) window: mpsc::Sender<WindowOrder>,
    pub(crate) login: Login,
    pub(crate) socket: PathBuf,
    pub(crate) config_file: PathBuf,
    pub(crate) told: ToldStore,
}

impl TauriDesktop {
    fn order(&self, order: WindowOrder) {
        if let Err(error) = self.window.try_send(order) {
            log::warn!(target: "aco::tray", "the window was not told: {error}");
        }
    }
}

impl Desktop for TauriDesktop {
    fn draw(&mut self, drawing: &Drawing, anew: bool) {
        let (drawn, drawing) = (Arc::clone(&self.drawn), drawing.clone());
        let (app, events) = (self.app.clone(), self.events.clone());
        let asked = self.app.run_on_main_thread(move || {
            let mut drawn = drawn.lock().unwrap_or_else(PoisonError::into_inner);
            let done = match drawn.as_mut() {
                Some(drawn) => drawn.change(drawing, anew),
                None => first(&app, drawing, &events).map(|first| *drawn = first),
            };
            if let Err(error) = done {
                log::error!(target: "aco::tray", "the tray cannot be drawn: {error}");
            }
        });
        if let Err(error) = asked {
            log::error!(target: "aco::tray", "the tray cannot be drawn: {error}");
        }
    }

    fn show_window(&mut self, view: Option<View>, no_tray: bool) {
        self.order(WindowOrder::Show { view, no_tray });
    }

    fn close_window(&mut self) {
        self.order(WindowOrder::Close);
    }

    fn ask(&mut self, asked: Asked, request: Request) {
        let (socket, events) = (self.socket.clone(), self.events.clone());
        tokio::spawn(async move {
            let answer = link::ask(socket, request).await;
            let _ = events.send(Event::Answered(asked, answer)).await;
        });
    }

    fn open_grafana(&mut self, url: &str, configured: &str) -> Result<(), String> {
        opening::open_grafana(url, configured)
    }

    fn open_folder(&mut self, folder: &Path) -> Result<(), String> {
        opening::open_folder(folder)
    }

    fn tell(&mut self, title: &str, body: &str) {
        platform::notify(title, body);
    }

    fn login(&self) -> LoginStart {
        self.login.state()
    }

    fn set_login(&mut self, on: bool) -> Result<(), String> {
        self.login.set(on)
    }

    fn preferences(&self) -> Preferences {
        // An invalid file says what is wrong elsewhere; here it wants nothing.
        let loaded = Config::load(&self.config_file, None);
        loaded.map_or_else(
            |_| Preferences::default(),
            |loaded| {
                let wanted = &loaded.config.notifications;
                Preferences {
                    token_refused: wanted.token_refused.value,
                    offline_after: wanted.offline_after.value,
                    dropped: wanted.records_dropped.value,
                    budget: wanted.budget.value,
                }
            },
        )
    }

    fn remember(&mut self, told: &Told) {
        self.told.save(told);
    }
}

/// Puts the icon there. The library for that is looked for at run time, and its absence is a panic
/// in the bindings.
fn first(
    app: &AppHandle,
    drawing: Drawing,
    events: &mpsc::Sender<Event>,
) -> tauri::Result<Option<Drawn>> {
    let tried = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        Drawn::new(app, drawing, events)
    }));
    match tried {
        Ok(drawn) => drawn.map(Some),
        Err(_) => {
            let why = "libayatana-appindicator3 is missing (Debian: libayatana-appindicator3-1)";
            let _ = events.try_send(Event::NoTray(why.to_owned()));
            Ok(None)
        }
    }
}

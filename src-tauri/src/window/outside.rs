//! What the window asks of the desktop around it. A double stands here in tests.

use crate::Surroundings;
use crate::login::Login;
use crate::opening;
use crate::platform;
use aco_tray::LoginStart;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;
use tokio::time::timeout;

/// A notification service that hangs must not keep the window from closing.
const TOLD_WITHIN: Duration = Duration::from_secs(1);

/// The desktop.
pub(crate) trait Outside: Send + Sync {
    /// Opens a page of the configured Grafana.
    fn open_grafana(&self, url: &str, configured: &str) -> Result<(), String>;
    /// Opens a folder.
    fn open_folder(&self, folder: &Path) -> Result<(), String>;
    /// Whether the tray starts at login, or why nobody can tell.
    fn starts_at_login(&self) -> Result<bool, String>;
    /// Has it start at login, or not.
    fn set_login(&self, on: bool) -> Result<(), String>;
    /// Starts the tray application, and with it an agent.
    fn start_agent(&self) -> Result<(), String>;
    /// Tells the user something once the window is gone.
    fn notify(&self, title: &str, body: &str);
}

/// This machine's.
pub(crate) struct Machine {
    login: Login,
    program: Result<PathBuf, String>,
}

impl Machine {
    pub(crate) fn new(surroundings: &Surroundings) -> Self {
        Self {
            login: Login::new(surroundings),
            program: surroundings.program.clone(),
        }
    }
}

impl Outside for Machine {
    fn open_grafana(&self, url: &str, configured: &str) -> Result<(), String> {
        opening::open_grafana(url, configured)
    }

    fn open_folder(&self, folder: &Path) -> Result<(), String> {
        opening::open_folder(folder)
    }

    fn starts_at_login(&self) -> Result<bool, String> {
        match self.login.state() {
            LoginStart::On => Ok(true),
            LoginStart::Off => Ok(false),
            LoginStart::Unknown => Err("nobody can tell on this system".to_owned()),
        }
    }

    fn set_login(&self, on: bool) -> Result<(), String> {
        self.login.set(on)
    }

    fn start_agent(&self) -> Result<(), String> {
        let program = self
            .program
            .as_ref()
            .map_err(|error| format!("this program’s own file is not known: {error}"))?;
        let mut child = Command::new(program)
            .arg("--hidden")
            .stdin(Stdio::null())
            .spawn()
            .map_err(|error| format!("{} does not start: {error}", program.display()))?;
        // It outlives the window, or is a second start that ends at once and is buried here.
        thread::spawn(move || child.wait());
        Ok(())
    }

    fn notify(&self, title: &str, body: &str) {
        let shown = platform::notified(title.to_owned(), body.to_owned());
        // Without a notification service it is not told; the first run has said it, too.
        let _ = tauri::async_runtime::block_on(async { timeout(TOLD_WITHIN, shown).await });
    }
}

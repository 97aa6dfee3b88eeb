//! The menu as data. The one place its entries and their words stand.

use crate::pause::PauseChoice;
use aco_domain::figures::{money, tokens};
use aco_domain::{Amount, PRODUCT_NAME, Role, Status};

/// The longest line of a menu in characters; what is longer is cut, and said whole by the window.
const LONGEST: usize = 64;

/// All there is to say at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The agent, as far as it is known.
    pub agent: Agent<'a>,
    /// What only the desktop knows.
    pub desktop: Desktop,
}

/// The agent as the tray sees it.
#[derive(Clone, Copy, Debug)]
pub enum Agent<'a> {
    /// It is about to answer.
    Starting,
    /// It starts when somebody else is done, in a few words.
    Waits(&'a str),
    /// There is none, in a few words.
    Missing(&'a str),
    /// What it last said; it still answers.
    Answers(&'a Status),
}

impl<'a> Scene<'a> {
    fn status(&self) -> Option<&'a Status> {
        match self.agent {
            Agent::Answers(status) => Some(status),
            Agent::Starting | Agent::Waits(_) | Agent::Missing(_) => None,
        }
    }
}

/// What only the desktop knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Desktop {
    /// Whether this application starts at login.
    pub starts_at_login: LoginStart,
}

/// Whether this application starts at login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginStart {
    /// It does.
    On,
    /// It does not.
    Off,
    /// This system does not tell, and cannot be told.
    Unknown,
}

/// Whether there is a Grafana to open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grafana {
    /// Its address is configured.
    Configured,
    /// It is not.
    Missing,
}

/// What an entry asks for when it is clicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// The window, where it was left.
    Open,
    /// The window's first view.
    OpenStatus,
    /// The window's view of what was spent.
    OpenSpend,
    /// The settings.
    OpenSettings,
    /// The settings, to enter Grafana's address.
    ConnectGrafana,
    /// Grafana, in the browser.
    OpenGrafana,
    /// Nothing leaves the machine any more.
    Pause(PauseChoice),
    /// Everything that waits is shipped.
    Resume,
    /// The folder of the local log, in the file manager.
    OpenLogFolder,
    /// Start at login from now on, or no longer.
    StartAtLogin(bool),
    /// The end of this application.
    Quit,
}

impl Command {
    const ALL: [Self; 14] = [
        Self::Open,
        Self::OpenStatus,
        Self::OpenSpend,
        Self::OpenSettings,
        Self::ConnectGrafana,
        Self::OpenGrafana,
        Self::Pause(PauseChoice::Hour),
        Self::Pause(PauseChoice::Tomorrow),
        Self::Pause(PauseChoice::Resumed),
        Self::Resume,
        Self::OpenLogFolder,
        Self::StartAtLogin(true),
        Self::StartAtLogin(false),
        Self::Quit,
    ];

    /// Its name where a toolkit wants one for what was clicked.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::OpenStatus => "open-status",
            Self::OpenSpend => "open-spend",
            Self::OpenSettings => "open-settings",
            Self::ConnectGrafana => "connect-grafana",
            Self::OpenGrafana => "open-grafana",
            Self::Pause(PauseChoice::Hour) => "pause-hour",
            Self::Pause(PauseChoice::Tomorrow) => "pause-tomorrow",
            Self::Pause(PauseChoice::Resumed) => "pause-resumed",
            Self::Resume => "resume",
            Self::OpenLogFolder => "open-log-folder",
            Self::StartAtLogin(true) => "login-on",
            Self::StartAtLogin(false) => "login-off",
            Self::Quit => "quit",
        }
    }

    /// The command of that name.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|command| command.id() == id)
    }
}

/// A line of the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Something that is said and cannot be clicked.
    Words(String),
    /// Something that can be done.
    Item {
        /// What.
        command: Command,
        /// In words.
        label: String,
        /// Whether it can be done now.
        enabled: bool,
    },
    /// Something that is so or not, and changes by a click.
    Check {
        /// What a click asks for.
        command: Command,
        /// In words.
        label: String,
        /// Whether it is so.
        checked: bool,
        /// Whether it can be changed.
        enabled: bool,
    },
    /// Several things below one.
    Submenu {
        /// In words.
        label: String,
        /// Whether any can be done now.
        enabled: bool,
        /// The things.
        entries: Vec<Entry>,
    },
    /// A line between groups.
    Separator,
}

/// The menu of a scene, from top to bottom.
#[must_use]
pub fn menu(scene: &Scene<'_>) -> Vec<Entry> {
    let mut entries = vec![item(Command::OpenStatus, &cut(&state(scene)))];
    if scene.status().and_then(|it| it.role) == Some(Role::Service) {
        entries.push(Entry::Words("Run by Service".to_owned()));
    }
    if let Some(spend) = scene.status().and_then(|status| status.spend.as_ref()) {
        let line = |when, amount| item(Command::OpenSpend, &format!("{when} {}", value(amount)));
        entries.extend([
            line("Today", &spend.today),
            line("This Month", &spend.month),
        ]);
    }
    entries.extend([
        Entry::Separator,
        item(Command::Open, &format!("Open {PRODUCT_NAME}")),
        match grafana(scene) {
            Grafana::Configured => live(scene, Command::OpenGrafana, "Open in Grafana"),
            Grafana::Missing => item(Command::ConnectGrafana, "Connect to Grafana…"),
        },
        pausing(scene),
        Entry::Separator,
        item(Command::OpenLogFolder, "Open Log Folder"),
        login(scene.desktop.starts_at_login),
        item(Command::OpenSettings, "Settings…"),
        Entry::Separator,
        item(Command::Quit, &format!("Quit {PRODUCT_NAME}")),
    ]);
    entries
}

/// The scene in one line, where a desktop shows one beside the icon.
#[must_use]
pub fn words(scene: &Scene<'_>) -> String {
    format!("{PRODUCT_NAME}: {}", cut(&state(scene)))
}

fn state(scene: &Scene<'_>) -> String {
    match scene.agent {
        Agent::Starting => "Starting…".to_owned(),
        Agent::Waits(words) | Agent::Missing(words) => words.to_owned(),
        Agent::Answers(status) => status.summary.clone(),
    }
}

fn grafana(scene: &Scene<'_>) -> Grafana {
    match scene.status().and_then(|status| status.grafana.as_ref()) {
        Some(_) => Grafana::Configured,
        None => Grafana::Missing,
    }
}

fn pausing(scene: &Scene<'_>) -> Entry {
    if scene.status().is_some_and(|status| status.paused.is_some()) {
        return live(scene, Command::Resume, "Resume Shipping");
    }
    let choices = PauseChoice::ALL.into_iter();
    Entry::Submenu {
        label: "Pause Shipping".to_owned(),
        enabled: scene.status().is_some(),
        entries: choices
            .map(|choice| live(scene, Command::Pause(choice), choice.label()))
            .collect(),
    }
}

fn login(start: LoginStart) -> Entry {
    let checked = start == LoginStart::On;
    Entry::Check {
        command: Command::StartAtLogin(!checked),
        label: "Start at Login".to_owned(),
        checked,
        enabled: start != LoginStart::Unknown,
    }
}

/// An amount and what is missing from it. Tokens without a price are never said to cost nothing.
fn value(amount: &Amount) -> String {
    let unpriced = tokens(i64::try_from(amount.unpriced_tokens).unwrap_or(i64::MAX));
    match (amount.api_value.0, amount.unpriced_tokens) {
        (_, 0) => format!("{} API value", money(amount.api_value)),
        (0, _) => format!("{unpriced} unpriced tokens"),
        _ => format!(
            "{} API value, without {unpriced} unpriced tokens",
            money(amount.api_value)
        ),
    }
}

fn item(command: Command, label: &str) -> Entry {
    Entry::Item {
        command,
        label: label.to_owned(),
        enabled: true,
    }
}

/// Something the agent must be asked for.
fn live(scene: &Scene<'_>, command: Command, label: &str) -> Entry {
    Entry::Item {
        command,
        label: label.to_owned(),
        enabled: scene.status().is_some(),
    }
}

/// One line of bounded length, whatever a server or a file name put into it.
fn cut(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    let kept: String = line.chars().take(LONGEST - 1).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
#[path = "menu_tests.rs"]
mod tests;

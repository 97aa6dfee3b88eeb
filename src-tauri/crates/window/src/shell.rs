//! What is around every view: the sidebar with the state's glyph, and whether an agent answers.

use crate::{Action, FirstLine, Glyph, Tone};
use serde::Serialize;

/// The sidebar and the connection. Event `shell`, whenever it changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Shell {
    /// Of the sidebar's Status item.
    pub glyph: Glyph,
    /// Of that glyph.
    pub tone: Tone,
    /// The state in words, for who does not see the glyph.
    pub state: String,
    /// At the foot of the sidebar: `Run by service`.
    pub foot: Option<String>,
    /// What stands in place of every view that needs the agent, while none answers. What was shown
    /// last stays behind it and is not brought up to date.
    pub notice: Option<Notice>,
}

/// Why there is nothing to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Notice {
    /// Which of them it is.
    pub kind: NoticeKind,
    /// The first line.
    pub first: FirstLine,
    /// What is safe, and what happens by itself.
    pub lead: String,
    /// What can be done.
    pub action: Option<Action>,
}

/// The reasons for a [`Notice`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum NoticeKind {
    /// Not connected yet.
    Waiting,
    /// Nobody listens.
    NotRunning,
    /// The connection ended, or the agent says nothing.
    Lost,
    /// The agent is of another version.
    UpgradeNeeded,
}

/// Which view the window begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum View {
    /// The state of shipping.
    Status,
    /// The log.
    Logs,
    /// What was spent.
    Spend,
    /// What can be changed.
    Settings,
    /// The three steps of a first start.
    FirstRun,
}

/// What the window is told when it opens. Command `opening`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Opening {
    /// The view to begin with.
    pub view: View,
    /// The sidebar.
    pub shell: Shell,
}

//! What is around every view: the sidebar with the state's glyph, and whether an agent answers.

use crate::status::glyph;
use crate::{Action, Deed, FirstLine, Glyph, Tone};
use aco_domain::{Role, Status};
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

/// How the window is connected.
#[derive(Clone, Copy, Debug)]
pub enum Link<'a> {
    /// Not tried yet, or the agent has not answered yet.
    Waiting,
    /// Nobody listens.
    NotRunning,
    /// There was a connection, and there is none now.
    Lost {
        /// What happened.
        why: &'a str,
    },
    /// The agent is of another protocol.
    UpgradeNeeded {
        /// Which versions meet.
        message: &'a str,
        /// Which one to update.
        remedy: &'a str,
        /// Its state, which it tells across versions.
        status: Option<&'a Status>,
    },
    /// The agent's word.
    Live(&'a Status),
}

impl Shell {
    /// The sidebar for a connection.
    #[must_use]
    pub fn of(link: Link<'_>) -> Self {
        let status = match link {
            Link::Live(status) => Some(status),
            Link::UpgradeNeeded { status, .. } => status,
            _ => None,
        };
        let notice = notice(link);
        let (glyph, tone) = match (status, &notice) {
            (Some(status), _) => glyph(status),
            (None, Some(notice)) if notice.kind == NoticeKind::Waiting => {
                (Glyph::Spinner, Tone::Plain)
            }
            _ => (Glyph::Attention, Tone::Act),
        };
        let state = match (status, &notice) {
            (Some(status), _) => status.summary.clone(),
            (None, Some(notice)) => notice.first.word.clone(),
            (None, None) => String::new(),
        };
        let is_service = status.is_some_and(|status| status.role == Some(Role::Service));
        Self {
            glyph,
            tone,
            state,
            foot: is_service.then(|| "Run by service".to_owned()),
            notice,
        }
    }
}

fn notice(link: Link<'_>) -> Option<Notice> {
    let act = |word: &str| FirstLine::word(word).glyph(Glyph::Attention, Tone::Act);
    let start = || Some(Action::primary(Deed::StartAgent, "Start AI Cost Observer"));
    Some(match link {
        Link::Live(_) => return None,
        Link::Waiting => Notice {
            kind: NoticeKind::Waiting,
            first: FirstLine::word("Waiting for the agent…").glyph(Glyph::Spinner, Tone::Plain),
            lead: String::new(),
            action: None,
        },
        Link::NotRunning => Notice {
            kind: NoticeKind::NotRunning,
            first: act("Not running").dot("nothing is being recorded"),
            lead:
                "No agent runs for this folder. What was recorded is safe on the disk; tools that \
                   run meanwhile are counted from their own files once it runs again. This window \
                   connects by itself."
                    .to_owned(),
            action: start(),
        },
        Link::Lost { why } => Notice {
            kind: NoticeKind::Lost,
            first: act("Connection lost").dot("trying again"),
            lead: format!(
                "{} What was recorded is safe on the disk. This window connects by itself.",
                crate::now::sentence(why)
            ),
            action: start(),
        },
        Link::UpgradeNeeded {
            message, remedy, ..
        } => Notice {
            kind: NoticeKind::UpgradeNeeded,
            first: act("Upgrade needed"),
            lead: format!(
                "{} {}",
                crate::now::sentence(message.trim_start_matches("upgrade needed: ")),
                crate::now::sentence(remedy)
            ),
            action: None,
        },
    })
}

#[cfg(test)]
#[path = "shell_tests.rs"]
mod tests;

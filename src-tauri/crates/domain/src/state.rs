//! The five states a user sees, and which one wins.

use serde::{Deserialize, Serialize};

/// What the tray's icon and `aco status` say first. Declared in order of precedence: the earlier
/// one wins when several hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AgentState {
    /// Something needs the user: see [`Attention`].
    Attention,
    /// Nothing leaves the machine until resumed.
    Paused,
    /// No endpoint is configured; nothing is wrong.
    Local,
    /// The oldest record waits for more than [`AgentState::BACKLOG_AFTER_SECONDS`].
    Backlog,
    /// What is recorded is shipped.
    Shipping,
}

impl AgentState {
    /// A record that waits longer than this makes the state [`AgentState::Backlog`].
    pub const BACKLOG_AFTER_SECONDS: u64 = 60;

    /// The state that holds, given what is true.
    #[must_use]
    pub fn of(
        attention: bool,
        paused: bool,
        has_endpoint: bool,
        oldest_age_s: Option<u64>,
    ) -> Self {
        if attention {
            Self::Attention
        } else if paused {
            Self::Paused
        } else if !has_endpoint {
            Self::Local
        } else if oldest_age_s.is_some_and(|age| age > Self::BACKLOG_AFTER_SECONDS) {
            Self::Backlog
        } else {
            Self::Shipping
        }
    }
}

/// One thing that needs the user, with the remedy. Shown verbatim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attention {
    /// A stable key: `config_invalid`, `token_refused`, `records_dropped`, `clock_ahead` …
    pub code: String,
    /// What is wrong, and where.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

#[cfg(test)]
mod tests {
    use super::AgentState::{self, Attention, Backlog, Local, Paused, Shipping};

    #[test]
    fn precedence_is_the_contracts() {
        let table = [
            ((true, true, false, Some(99)), Attention),
            ((false, true, false, Some(99)), Paused),
            ((false, false, false, Some(99)), Local),
            ((false, false, true, Some(61)), Backlog),
            ((false, false, true, Some(60)), Shipping),
            ((false, false, true, None), Shipping),
        ];
        for ((attention, paused, endpoint, age), expected) in table {
            assert_eq!(AgentState::of(attention, paused, endpoint, age), expected);
        }
    }
}

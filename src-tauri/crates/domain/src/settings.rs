//! The settings as a user interface shows and changes them: every key as text, with where its value
//! came from and what it takes.
//!
//! May not enter: a token or any other secret, what a value means, and which keys exist (that is
//! `aco-config`'s schema).

use crate::Origin;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Everything that can be set, as it is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsSheet {
    /// The file that changes are written to.
    pub file: PathBuf,
    /// What is wrong with the file as it stands. Then `settings` are the last good ones.
    pub problems: Vec<SettingProblem>,
    /// What is legal but probably not meant.
    pub warnings: Vec<SettingProblem>,
    /// Every key that holds one value, in the order of the file that is written at first start.
    pub settings: Vec<Setting>,
    /// The lists of tables.
    pub lists: Vec<SettingList>,
    /// The token for the configured endpoint; never its value.
    pub token: TokenState,
    /// Every host this program may contact or open, and why.
    pub contacts: Vec<Contact>,
}

/// One key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// Its path: `ship.endpoint`, `subscription.0.fee_usd`.
    pub key: String,
    /// The value as it is typed; empty for one that is not set.
    pub value: String,
    /// What holds where nothing is said, as it is typed.
    pub default: String,
    /// Where the value came from.
    pub origin: Origin,
    /// What it takes.
    pub takes: Takes,
    /// Whether a change takes effect only when the agent is started again.
    pub needs_restart: bool,
}

impl Setting {
    /// The variable that fixes the value; a change of the file would change nothing.
    #[must_use]
    pub fn fixed_by(&self) -> Option<&str> {
        match &self.origin {
            Origin::Environment { variable } => Some(variable),
            _ => None,
        }
    }
}

/// What a key takes. Bounds are for an interface's help; the judge is [`SettingProblem`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Takes {
    /// Any text that is not empty.
    Text,
    /// `https://host:port`, or nothing.
    Endpoint,
    /// `https://host/path`, or nothing.
    WebAddress,
    /// The path of a file, or nothing.
    Path,
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Whole,
    /// US dollars, such as `12.50`.
    Dollars,
    /// Bytes with their unit, such as `512 MiB`.
    Bytes,
    /// A time with its unit, such as `15s`.
    Duration {
        /// The shortest, as it is typed.
        least: Option<String>,
        /// The longest.
        most: Option<String>,
    },
    /// A day, such as `2026-01-31`, or nothing.
    Day,
    /// One of these words.
    Choice {
        /// As they are typed.
        words: Vec<String>,
    },
    /// Texts, separated by commas.
    Texts,
}

/// A list of tables (`[[subscription]]`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingList {
    /// Its name, and the first part of its keys.
    pub name: String,
    /// What an entry takes, by the last part of a key; keys without a value stand here alone.
    pub fields: Vec<SettingField>,
    /// Its entries: each a list of the keys that have a value.
    pub entries: Vec<Vec<Setting>>,
}

/// A key that each entry of a list may have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingField {
    /// The last part of its key.
    pub name: String,
    /// What it takes.
    pub takes: Takes,
    /// Whether an entry must have it.
    pub required: bool,
}

/// A change of one key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingChange {
    /// Its path. `subscription.0` is a whole entry, which can be removed; one more than there are
    /// begins a new entry.
    pub key: String,
    /// The new value as it is typed; nothing removes the key, so that its default holds.
    pub value: Option<String>,
}

/// Something wrong with a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingProblem {
    /// Its path, with an entry's number; nothing when it concerns no key, as in bad syntax.
    pub key: Option<String>,
    /// Where it stands.
    pub origin: Origin,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

/// What is known of the token. Never its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum TokenState {
    /// No token is kept for this endpoint, or there is no endpoint.
    None,
    /// There is one.
    Present {
        /// Where it came from.
        origin: Origin,
    },
    /// There is one for another endpoint, which alone gets it.
    OtherEndpoint {
        /// Which.
        saved_for: String,
    },
    /// There may be one that cannot be used.
    Unusable {
        /// Why.
        what: String,
        /// What to do.
        remedy: String,
    },
}

/// A host and why it is spoken to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// `host:port`, or a web address.
    pub host: String,
    /// By whom.
    pub by: ContactBy,
    /// What for.
    pub purpose: String,
}

/// Who speaks to a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactBy {
    /// This program, by itself.
    Program,
    /// The browser, when the user opens a link.
    Browser,
}

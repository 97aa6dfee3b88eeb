//! The Settings view: every value with where it came from, checked by the code that reads
//! `config.toml`.

mod build;
mod fields;
mod subscriptions;

use crate::{Action, FirstLine, Row, Shown, TestView};
use serde::{Deserialize, Serialize};

pub use build::{START_AT_LOGIN, SettingsFacts};
pub(crate) use fields::problem_text;
pub use subscriptions::subscription_changes;

/// The Settings view. Commands `settings`, `check_settings` and `change_settings`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SettingsView {
    /// `Settings` · where they are kept; or `1 value not accepted`.
    pub first: FirstLine,
    /// In the order of the sidebar.
    pub sections: Vec<SettingsSection>,
}

/// A section, in the sidebar below Settings too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SettingsSection {
    /// `connection`, `grafana`, `sources`, `fees`, `log_levels`, `general`.
    pub id: SectionId,
    /// Its title.
    pub title: String,
    /// What is in it.
    pub items: Vec<SettingsItem>,
}

/// The sections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum SectionId {
    /// Where records go.
    Connection,
    /// Where they are looked at.
    Grafana,
    /// Where usage is read.
    Sources,
    /// What is paid, and what may be spent.
    Fees,
    /// What is written and shipped.
    LogLevels,
    /// The rest.
    General,
}

/// One thing in a section.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum SettingsItem {
    /// A value of `config.toml`.
    Field(Field),
    /// The token.
    Token(TokenField),
    /// The examination of the endpoint.
    Test(TestView),
    /// Fees that are paid.
    Subscriptions(Subscriptions),
    /// Something to read.
    Row(Row),
}

/// A value of `config.toml`, or one kept elsewhere with a key of its own (`start_at_login`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Field {
    /// `ship.endpoint`: what a [`Change`] names.
    pub key: String,
    /// Before it.
    pub label: String,
    /// The value as it would be typed; for a switch `true` or `false`.
    pub value: String,
    /// How it is typed.
    pub input: Input,
    /// Where nothing is typed.
    pub placeholder: String,
    /// Behind it: `US dollars of API value`.
    pub unit: Option<String>,
    /// Whether it is a path or a pattern.
    pub mono: bool,
    /// At the right edge, in text-2: a source's folder.
    pub aside: Option<Shown>,
    /// Below it, in small type.
    pub note: Option<String>,
    /// Why the value is not accepted, and what to type. Stands in place of the note.
    pub error: Option<String>,
    /// Set when it cannot be changed here: no box, a lock, and this sentence.
    pub fixed: Option<String>,
}

/// How a value is typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "as", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Input {
    /// A line of text.
    Text,
    /// A short field, right-aligned.
    Number,
    /// A check box.
    Switch,
    /// One of these.
    Choice {
        /// At most three: segments; else a pop-up.
        choices: Vec<Choice>,
    },
}

/// One of several values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Choice {
    /// As it would be typed.
    pub value: String,
    /// For people.
    pub label: String,
}

/// The token. It is written and never read back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TokenField {
    /// Before it.
    pub label: String,
    /// In the empty field: `Stored; type to replace`.
    pub placeholder: String,
    /// Below it.
    pub note: String,
    /// Why the last one was not taken.
    pub error: Option<String>,
    /// Set when it cannot be changed here.
    pub fixed: Option<String>,
    /// Removes it; null when none is stored.
    pub remove: Option<Action>,
}

/// Fees that are paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Subscriptions {
    /// The rows, as they would be typed. The whole list is written back.
    pub rows: Vec<Subscription>,
    /// Errors, by row and field.
    pub errors: Vec<SubscriptionError>,
    /// What `tools` may name.
    pub tools: Vec<Choice>,
    /// What `period` may be.
    pub periods: Vec<Choice>,
    /// Below the table.
    pub note: Option<String>,
}

/// One fee. All values as they would be typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Subscription {
    /// For people.
    pub name: String,
    /// US dollars a period.
    pub fee_usd: String,
    /// One of the periods.
    pub period: String,
    /// The first day it is paid for, `2026-03-01`; empty when it was always.
    pub since: String,
    /// The ids of the tools it pays for.
    pub tools: Vec<String>,
}

/// Why a fee is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SubscriptionError {
    /// The row, from 0.
    pub row: u32,
    /// `name`, `fee_usd`, `period`, `since` or `tools`.
    pub field: String,
    /// What to type.
    pub message: String,
}

/// A value to set. Argument of `check_settings` and `change_settings`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Change {
    /// [`Field::key`].
    pub key: String,
    /// As it was typed; null to go back to what is built in.
    pub value: Option<String>,
}

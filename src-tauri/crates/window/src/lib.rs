//! What the window shows, in words.
//!
//! The window draws and decides nothing: every word, amount, colour slot, bar height, button and
//! error in it is computed here, as data, from what the agent answers. That makes each of them a
//! line in a table of a test. The types that reach the window are written as TypeScript into
//! `ui/src/bindings` by a test that fails when they are stale, and with them a fixture for every
//! state, so that the window can be looked at without an agent.
//!
//! May not enter: Tauri, the socket, files, the environment, a clock or a zone of its own (both are
//! handed in), and HTML.

mod amounts;
mod contract;
mod escape;
mod examination;
mod first_run;
mod logs;
mod now;
mod pace;
mod parts;
mod settings;
mod shell;
mod slots;
mod spend;
mod status;

#[cfg(test)]
mod bindings_tests;
#[cfg(test)]
mod fixtures;

pub use contract::{COMMANDS, Command, EVENTS, Event};
pub use examination::{Conclusion, Test, TestOutcome, TestStep, TestView};
pub use first_run::{
    Explained, FirstRunChoice, FirstRunFacts, FirstRunView, Found, LoginStep, Offers, ShippingStep,
    Switch, TokenOffer,
};
pub use logs::{
    Attribute, Level, LogBatch, LogFilter, LogLine, LogPage, LogRow, LogStream, Mark, Marked,
    Piece, Remark,
};
pub use now::Now;
pub use pace::Pace;
pub use parts::{
    Action, Banner, Deed, Empty, FirstLine, Glyph, PauseChoice, Problem, Row, Section, Shown, Slot,
    Tone,
};
pub use settings::{
    Change, Choice, Field, Input, START_AT_LOGIN, SectionId, SettingsFacts, SettingsItem,
    SettingsSection, SettingsView, Subscription, SubscriptionError, Subscriptions, TokenField,
    subscription_changes,
};
pub use shell::{Link, Notice, NoticeKind, Opening, Shell, View};
pub use slots::Slots;
pub use spend::{
    Chart, Column, Days, Figures, Gridline, Grouping, Labelled, Missing, Progress, Range, Segment,
    SpendBody, SpendFacts, SpendRow, SpendView, Table, price_offer,
};
pub use status::{PauseEntry, StatusFacts, StatusView};

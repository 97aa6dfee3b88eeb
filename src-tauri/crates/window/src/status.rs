//! The Status view: is what is recorded shipped, and if not, why and since when.

use crate::{Action, Banner, FirstLine, PauseChoice, Section};
use serde::Serialize;

/// The Status view. Command `status`, and event `status` whenever it changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StatusView {
    /// Whether what is recorded is shipped.
    pub first: FirstLine,
    /// At the right of the first line.
    pub actions: Vec<Action>,
    /// The menu behind [`Deed::Pause`](crate::Deed::Pause).
    pub pause_choices: Vec<PauseEntry>,
    /// What needs the user, or waits; most urgent first.
    pub banners: Vec<Banner>,
    /// Connection, delivery, sources.
    pub sections: Vec<Section>,
}

/// One entry of the pause menu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PauseEntry {
    /// Argument of the command `pause`.
    pub choice: PauseChoice,
    /// `For 1 Hour`.
    pub label: String,
}

//! The window: a process of its own, one more client of the agent's socket.
//!
//! A webview that is hidden or destroyed leaves up to 200 MiB in its process; a process that ends
//! leaves nothing. Its crash cannot touch the agent.

use crate::Surroundings;
use crate::view::View;
use std::process::ExitCode;

/// How the window is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Opening {
    /// At which view; where it was left, when none is named.
    pub view: Option<View>,
    /// This desktop has no tray, and the window says so: it is why it was opened.
    pub no_tray: bool,
    /// Standard input carries the tray's orders ([`crate::view::Order`]), one a line. Its end means
    /// nothing: the tray may end before the window.
    pub ordered: bool,
}

/// Shows the window until it is closed.
pub fn run(_: Opening, _: Surroundings) -> ExitCode {
    crate::say("there is no window yet");
    ExitCode::FAILURE
}

//! The tray application: a thin shell around the agent.
//!
//! ```text
//!  ai-cost-observer            the tray: menu, icon, notifications; runs the agent, or is the
//!        │                     client of one that runs already
//!        └─ --window           the window: a process of its own, one more client of the socket
//! ```
//!
//! Both are plain clients of the agent's socket, like `aco`. What they say and show is decided by
//! crates without a user interface (`aco-tray`, `aco-window`) and drawn here.
//!
//! What may not enter: anything `aco` would need too (that is the agent's), and a decision that
//! could be a table test in one of those crates.

mod arguments;
pub mod login;
pub mod opening;
mod platform;
mod smoke;
mod surroundings;
mod tray;
pub mod view;
pub mod window;

pub use surroundings::Surroundings;

use arguments::{Arguments, HELP};
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::ExitCode;

/// The version of this program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Does what the command line asks for. The last thing `main` does.
pub fn start(arguments: impl Iterator<Item = OsString>, surroundings: Surroundings) -> ExitCode {
    match Arguments::parse(arguments) {
        Ok(Arguments::Window(opening)) => window::run(opening, surroundings),
        Ok(Arguments::Tray { hidden }) => tray::run(hidden, surroundings),
        Ok(Arguments::Smoke) => smoke::run(&surroundings),
        Ok(Arguments::Version) => tell(&format!("ai-cost-observer {VERSION}")),
        Ok(Arguments::Help) => tell(HELP),
        Err(wrong) => {
            say(&wrong);
            ExitCode::from(2)
        }
    }
}

/// What Tauri embeds: the window's pages, its capability and the configuration. Once, because every
/// mention embeds it again.
pub(crate) fn context() -> tauri::Context {
    tauri::generate_context!()
}

/// To who asked on a terminal. One that is gone, or a pipe that nobody reads on, wants no answer.
pub(crate) fn tell(words: &str) -> ExitCode {
    let _ = writeln!(io::stdout(), "{words}");
    ExitCode::SUCCESS
}

/// To whoever started this by hand; at login nobody reads it, and the local log says it too.
pub(crate) fn say(words: &str) {
    let _ = writeln!(io::stderr(), "ai-cost-observer: {words}");
}

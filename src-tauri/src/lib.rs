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
mod surroundings;
pub mod view;
pub mod window;

pub use surroundings::Surroundings;

use arguments::{Arguments, HELP};
use std::ffi::OsString;
use std::process::ExitCode;

/// The version of this program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Does what the command line asks for. The last thing `main` does.
pub fn start(arguments: impl Iterator<Item = OsString>, surroundings: Surroundings) -> ExitCode {
    match Arguments::parse(arguments) {
        Ok(Arguments::Window(opening)) => window::run(opening, surroundings),
        Ok(Arguments::Tray { .. } | Arguments::Smoke) => {
            say("there is no tray yet");
            ExitCode::FAILURE
        }
        Ok(Arguments::Version) => tell(&format!("ai-cost-observer {VERSION}")),
        Ok(Arguments::Help) => tell(HELP),
        Err(wrong) => {
            say(&wrong);
            ExitCode::from(2)
        }
    }
}

#[expect(clippy::print_stdout, reason = "an answer to who asked on a terminal")]
fn tell(words: &str) -> ExitCode {
    println!("{words}");
    ExitCode::SUCCESS
}

/// To whoever started this by hand; at login nobody reads it, and the local log says it too.
#[expect(
    clippy::print_stderr,
    reason = "who starts a program by hand reads this"
)]
pub(crate) fn say(words: &str) {
    eprintln!("ai-cost-observer: {words}");
}

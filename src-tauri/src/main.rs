//! `ai-cost-observer`: the tray application.
//!
//! The one place that reads the command line, the environment, the clock and the machine's name;
//! everything else is handed what it needs.

// A console of its own would stand behind the tray on Windows.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use aco_domain::{Clock, UnixNanos};
use ai_cost_observer_desktop::{Surroundings, start};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::SystemTime;

fn main() -> ExitCode {
    let surroundings = Surroundings {
        environment: std::env::vars_os().collect(),
        clock: Arc::new(MachineClock),
        program: std::env::current_exe().map_err(|error| error.to_string()),
        temporary: std::env::temp_dir(),
        pid: std::process::id(),
        host_name: gethostname::gethostname().to_string_lossy().into_owned(),
        machine_id: machine_uid::get().ok(),
    };
    start(std::env::args_os().skip(1), surroundings)
}

/// The wall clock of this machine.
struct MachineClock;

impl Clock for MachineClock {
    fn now(&self) -> UnixNanos {
        let since = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        UnixNanos(u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
    }
}

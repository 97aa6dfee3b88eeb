//! What only `main` knows, as a value.

use aco_domain::{Clock, UnixNanos};
use aco_home::Environment;
use jiff::tz::TimeZone;
use std::path::PathBuf;
use std::sync::Arc;

/// The machine and the moment this program was started in.
#[derive(Clone)]
pub struct Surroundings {
    /// As it was when this program started. The tray takes no setting from it: employers set
    /// `OTEL_…` for other programs.
    pub environment: Environment,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// This program's file, or why nobody can tell.
    pub program: Result<PathBuf, String>,
    /// Where files may lie that nobody needs again.
    pub temporary: PathBuf,
    /// This process.
    pub pid: u32,
    /// `host.name`.
    pub host_name: String,
    /// The machine's own id, if it has one.
    pub machine_id: Option<String>,
}

impl Surroundings {
    /// A moment in local time, to the minute.
    #[must_use]
    pub fn clock_face(at: UnixNanos) -> String {
        let seconds = i64::try_from(at.seconds()).unwrap_or(i64::MAX);
        let Ok(moment) = jiff::Timestamp::from_second(seconds) else {
            return format!("{seconds} s after 1970");
        };
        moment
            .to_zoned(TimeZone::system())
            .strftime("%Y-%m-%d %H:%M")
            .to_string()
    }
}

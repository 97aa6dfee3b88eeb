//! What `main` knows and libraries must be told: environment, clock, host, local time.

use crate::failure::Failure;
use aco_agent::{Identity, Settings, SettingsSource};
use aco_domain::{Clock, Role, UnixNanos};
use aco_home::{Environment, Holder, Home};
use aco_ipc::{Client, ClientError};
use std::io::{self, IsTerminal as _, Write};
use std::sync::Arc;
use std::time::SystemTime;

pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The surroundings of this run.
pub(crate) struct Context {
    pub(crate) home: Home,
    pub(crate) source: SettingsSource,
    pub(crate) clock: Arc<dyn Clock>,
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

impl Context {
    /// Reads the environment, once.
    pub(crate) fn new() -> Result<Self, Failure> {
        let environment: Environment = std::env::vars_os().collect();
        let home = Home::resolve(&environment)?;
        let source = SettingsSource::new(&home, Some(environment));
        Ok(Self {
            home,
            source,
            clock: Arc::new(MachineClock),
        })
    }

    /// The settings in force.
    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        Ok(self.source.load(None)?)
    }

    /// The running agent, or nothing when none runs.
    pub(crate) async fn agent(&self) -> Result<Option<Client>, Failure> {
        match Client::connect(self.home.socket(), VERSION).await {
            Ok(client) => Ok(Some(client)),
            Err(ClientError::NotRunning(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// Who this process is.
pub(crate) fn identity(role: Role) -> Identity {
    Identity {
        version: VERSION,
        pid: std::process::id(),
        role,
        host_name: host_name(),
        machine_id: machine_uid::get().ok(),
    }
}

/// `host.name`.
pub(crate) fn host_name() -> String {
    gethostname::gethostname().to_string_lossy().into_owned()
}

/// Standard error, when somebody looks at it.
pub(crate) fn terminal() -> Option<Box<dyn Write + Send>> {
    io::stderr()
        .is_terminal()
        .then(|| Box::new(io::stderr()) as Box<dyn Write + Send>)
}

/// Says for whom is waited.
pub(crate) fn waiting(holder: &Holder) {
    crate::output::complain(&format!("aco: waiting for {holder}, at most 30 s"));
}

/// A moment in local time, to the minute.
pub(crate) fn clock_face(at: UnixNanos) -> String {
    let seconds = i64::try_from(at.seconds()).unwrap_or(i64::MAX);
    let Ok(moment) = jiff::Timestamp::from_second(seconds) else {
        return format!("{seconds} s after 1970");
    };
    moment
        .to_zoned(jiff::tz::TimeZone::system())
        .strftime("%Y-%m-%d %H:%M")
        .to_string()
}

/// A runtime for a command: one thread is plenty.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("cannot start the event loop: {error}")))
}

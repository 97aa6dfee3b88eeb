//! What `main` knows and libraries must be told: environment, clock, host, local time.

use crate::failure::Failure;
use aco_agent::{Identity, Settings, SettingsSource};
use aco_domain::{Clock, Role, UnixNanos};
use aco_home::{Environment, Holder, Home, HomeLock, LockError};
use aco_ipc::{Client, ClientError};
use jiff::tz::TimeZone;
use std::io::{self, IsTerminal as _, Write};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How long is waited for whoever has the home: a short command that ends by itself, or an agent
/// that is about to open its socket.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// How often is looked meanwhile. No system tells when a lock is let go within a time limit, or
/// when somebody begins to listen at a socket: a waiting command has to look.
pub(crate) const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// The surroundings of this run.
pub(crate) struct Context {
    pub(crate) home: Home,
    pub(crate) source: SettingsSource,
    /// As it was when this program started.
    pub(crate) environment: Environment,
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
        let source = SettingsSource::new(&home, Some(environment.clone()));
        Ok(Self {
            home,
            source,
            environment,
            clock: Arc::new(MachineClock),
        })
    }

    /// The settings in force.
    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        Ok(self.source.load(None)?)
    }

    /// The zone that was asked for, else the system's.
    pub(crate) fn zone(&self, asked: Option<&str>) -> Result<TimeZone, Failure> {
        let Some(name) = asked.filter(|name| *name != "local") else {
            return Ok(TimeZone::try_system().unwrap_or_else(|error| {
                crate::output::complain(&format!(
                    "aco: the local time zone is not known ({error}): days are those of UTC; say \
                     --timezone to choose another"
                ));
                TimeZone::UTC
            }));
        };
        if name.starts_with(['+', '-'])
            && let Ok(offset) = jiff::fmt::temporal::DateTimeParser::new().parse_time_zone(name)
        {
            return Ok(offset);
        }
        TimeZone::get(name).map_err(|error| {
            Failure::usage(format!(
                "--timezone {name}: {error}; write it like Europe/Berlin, UTC or +05:45"
            ))
        })
    }

    /// Whether a terminal here understands commands within the text. On Windows only those that say
    /// who they are do without being asked.
    pub(crate) fn understands_escapes(&self) -> bool {
        let term = self.environment.get("TERM");
        let known = term.is_some() || self.environment.get("WT_SESSION").is_some();
        term.is_none_or(|term| term != "dumb") && (known || !cfg!(windows))
    }

    /// The day it is in a zone.
    pub(crate) fn today(&self, zone: &TimeZone) -> jiff::civil::Date {
        let now = jiff::Timestamp::from_nanosecond(i128::from(self.clock.now().0));
        zone.to_datetime(now.unwrap_or(jiff::Timestamp::MAX)).date()
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

/// Who may change the home's state: the running agent, asked; else this process, by the lock.
pub(crate) enum Writer {
    Agent(Box<Client>),
    Us(HomeLock),
}

impl Context {
    /// The agent, or the home's lock; waits for whoever is in the way, and says so.
    pub(crate) async fn writer(&self) -> Result<Writer, Failure> {
        let me = Holder {
            pid: std::process::id(),
            role: Role::Command,
        };
        let (until, mut told) = (Instant::now() + PATIENCE, false);
        loop {
            if let Some(agent) = self.agent().await? {
                return Ok(Writer::Agent(Box::new(agent)));
            }
            self.home.create()?;
            match HomeLock::acquire(&self.home.lock_file(), me) {
                Ok(lock) => return Ok(Writer::Us(lock)),
                Err(LockError::Held { holder, .. }) if Instant::now() < until => {
                    if let (Some(holder), false) = (holder, told) {
                        waiting(&holder);
                        told = true;
                    }
                    tokio::time::sleep(LOOK_AGAIN).await;
                }
                Err(error) => return Err(error.into()),
            }
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
        .to_zoned(TimeZone::system())
        .strftime("%Y-%m-%d %H:%M")
        .to_string()
}

/// Runs a command's future. One thread is plenty.
pub(crate) fn block_on<T>(command: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("cannot start the event loop: {error}")))?;
    let done = runtime.block_on(command);
    // Whoever wants to end at once must not wait for a thread that still drains or scans.
    runtime.shutdown_background();
    done
}

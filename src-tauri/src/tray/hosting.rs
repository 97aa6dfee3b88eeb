//! The agent, on a thread and a runtime of its own: whatever the desktop does, records are kept.
//!
//! Who runs the agent is decided by the home's lock alone. Where somebody else holds it, this
//! application is a client, and looks again whenever that agent no longer answers: it takes over
//! when it has ended.

use crate::{Surroundings, VERSION};
use aco_agent::usage::UsageParts;
use aco_agent::{
    Agent, AgentParts, Foundation, FoundationError, Identity, NoShell, SettingsSource,
};
use aco_domain::Role;
use aco_home::{Holder, Home, LockError};
use jiff::tz::TimeZone;
use std::io::{self, IsTerminal as _, Write};
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Notify, watch};
use tokio::time::timeout;

/// How long after a failure it is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(10);

/// What happens to the agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HostNews {
    /// A short command has the home; the agent starts when it is done.
    Waits(Holder),
    /// It runs here.
    Runs,
    /// Another one runs, and this application is its client.
    Client(Option<Holder>),
    /// It cannot start. It is tried again.
    Fails(String),
    /// It ran, and has ended.
    Ended(Result<(), String>),
}

/// The thread's other end.
#[derive(Clone, Debug)]
pub(crate) struct Host {
    again: Arc<Notify>,
    stop: watch::Sender<Option<&'static str>>,
}

impl Host {
    /// Starts the thread. `news` is called on it.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn spawn(
        surroundings: &Surroundings,
        home: &Home,
        role: Role,
        news: impl FnMut(HostNews) + Send + 'static,
    ) -> Result<Self, String> {
        let (host, again, stopped) = Self::unattended();
        let hosting = Hosting {
            surroundings: surroundings.clone(),
            home: home.clone(),
            role,
            again,
            stopped,
        };
        thread::Builder::new()
            .name("agent".to_owned())
            .spawn(move || hosting.run(news))
            .map_err(|error| format!("cannot start a thread for the agent: {error}"))?;
        Ok(host)
    }

    /// Without a thread: what it would be told is heard by the second and third value.
    pub(crate) fn unattended() -> (Self, Arc<Notify>, watch::Receiver<Option<&'static str>>) {
        let (stop, stopped) = watch::channel(None);
        let again = Arc::new(Notify::new());
        let host = Self {
            again: Arc::clone(&again),
            stop,
        };
        (host, again, stopped)
    }

    /// Nobody answers: perhaps the home is free.
    pub(crate) fn look_again(&self) {
        self.again.notify_one();
    }

    /// The agent drains and ends, for this reason.
    pub(crate) fn stop(&self, reason: &'static str) {
        self.stop.send_replace(Some(reason));
    }
}

struct Hosting {
    surroundings: Surroundings,
    home: Home,
    role: Role,
    again: Arc<Notify>,
    stopped: watch::Receiver<Option<&'static str>>,
}

impl Hosting {
    fn run(mut self, mut news: impl FnMut(HostNews)) {
        let runtime = match Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => {
                return news(HostNews::Ended(Err(format!(
                    "cannot start the agent's event loop: {error}"
                ))));
            }
        };
        while self.stopped.borrow().is_none() {
            match self.lay(&mut news) {
                Ok(parts) => {
                    news(HostNews::Runs);
                    let mut stopped = self.stopped.clone();
                    let ended = runtime.block_on(Agent::run(parts, async move {
                        let reason = stopped.wait_for(Option::is_some).await;
                        reason
                            .ok()
                            .and_then(|reason| *reason)
                            .unwrap_or("nobody is left")
                    }));
                    // A thread that still reads must not keep anybody.
                    runtime.shutdown_background();
                    return news(HostNews::Ended(ended));
                }
                // It outlasted the patience of a command; ours has no end.
                Err(Obstacle::Held(Some(holder))) if holder.role == Role::Command => {
                    news(HostNews::Waits(holder));
                }
                Err(Obstacle::Held(holder)) => {
                    news(HostNews::Client(holder));
                    self.wait(&runtime, None);
                }
                Err(Obstacle::Other(error)) => {
                    news(HostNews::Fails(error));
                    self.wait(&runtime, Some(AGAIN_AFTER));
                }
            }
        }
    }

    /// Until it is worth another look, or this is to end.
    fn wait(&mut self, runtime: &Runtime, longest: Option<Duration>) {
        let (again, stopped) = (&self.again, &mut self.stopped);
        let waiting = async {
            tokio::select! {
                () = again.notified() => {}
                _ = stopped.wait_for(Option::is_some) => {}
            }
        };
        runtime.block_on(async {
            match longest {
                Some(longest) => drop(timeout(longest, waiting).await),
                None => waiting.await,
            }
        });
    }

    fn lay(&self, news: &mut impl FnMut(HostNews)) -> Result<AgentParts, Obstacle> {
        let other = |error: &dyn std::fmt::Display| Obstacle::Other(error.to_string());
        self.home.create().map_err(|error| other(&error))?;
        let written = aco_config::write_default_config(&self.home.config_file());
        let source = SettingsSource::new(&self.home, None);
        let (settings, _) = source.load_or_defaults(None);
        let surroundings = &self.surroundings;
        let identity = Identity {
            version: VERSION,
            pid: surroundings.pid,
            role: self.role,
            host_name: surroundings.host_name.clone(),
            machine_id: surroundings.machine_id.clone(),
        };
        let (mut foundation, logging) = Foundation::lay(
            self.home.clone(),
            identity,
            &settings.config,
            Arc::clone(&surroundings.clock),
            terminal(),
            |holder| news(HostNews::Waits(*holder)),
        )
        .map_err(|error| match error {
            FoundationError::Lock(LockError::Held { holder, .. }) => Obstacle::Held(holder),
            error => other(&error),
        })?;
        logging.install().map_err(|error| other(&error))?;
        // Again, now that there is somebody to hide the token from the log.
        let (settings, invalid) = source.load_or_defaults(Some(&foundation.masker));
        foundation.announce();
        if let Err(error) = &written {
            log::warn!(target: "aco::tray", "no config.toml was written: {error}");
        }
        if let Some(invalid) = &invalid {
            log::error!(
                target: "aco::tray",
                "the configuration is invalid, nothing is shipped until it is corrected:\n{}",
                invalid.what
            );
        }
        Ok(AgentParts {
            foundation,
            settings,
            invalid,
            source,
            // The tray watches the socket, like everybody else.
            shell: Box::new(NoShell),
            clock_face: Arc::new(Surroundings::clock_face),
            usage: UsageParts {
                environment: surroundings.environment.clone(),
                zone: Arc::new(TimeZone::system),
            },
            once: false,
        })
    }
}

/// Why the agent does not run here now.
enum Obstacle {
    /// Somebody has the home.
    Held(Option<Holder>),
    /// In words.
    Other(String),
}

/// Standard error, when somebody looks at it.
fn terminal() -> Option<Box<dyn Write + Send>> {
    io::stderr()
        .is_terminal()
        .then(|| Box::new(io::stderr()) as Box<dyn Write + Send>)
}

#[cfg(test)]
#[path = "hosting_tests.rs"]
mod tests;

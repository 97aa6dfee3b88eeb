//! An agent in a home of its own, with a clock that is set by hand and a shell that writes down
//! what it is shown.

use aco_agent::usage::UsageParts;
use aco_agent::{Agent, AgentParts, Foundation, Identity, Logging, SettingsSource, Shell};
use aco_domain::{Clock, Role, Status, UnixNanos};
use aco_home::Home;
use aco_ipc::{Client, ClientError, Request, Response};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Nothing here takes as long; what does has failed.
pub(crate) const LONGEST: Duration = Duration::from_secs(30);

pub(crate) struct HandClock(AtomicU64);

impl HandClock {
    pub(crate) fn forward(&self, by: Duration) {
        let nanos = u64::try_from(by.as_nanos()).unwrap();
        self.0.fetch_add(nanos, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> UnixNanos {
        UnixNanos(self.0.load(Ordering::SeqCst))
    }
}

#[derive(Clone, Default)]
pub(crate) struct Recording(Arc<Mutex<Vec<Status>>>);

impl Recording {
    pub(crate) fn shown(&self) -> Vec<Status> {
        self.0.lock().unwrap().clone()
    }
}

impl Shell for Recording {
    fn changed(&mut self, status: &Status) {
        self.0.lock().unwrap().push(status.clone());
    }
}

pub(crate) struct Running {
    pub(crate) home: Home,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) shell: Recording,
    stop: oneshot::Sender<&'static str>,
    agent: JoinHandle<Result<(), String>>,
}

pub(crate) fn home(folder: &Path) -> Home {
    Home::resolve(&[("ACO_HOME", folder)].into_iter().collect()).unwrap()
}

/// Everything an agent is made of, and the tree that would be the process's logger.
pub(crate) fn parts(folder: &Path) -> (AgentParts, Logging, Arc<HandClock>, Recording) {
    parts_as(Role::Service, folder)
}

/// The same, of another program.
pub(crate) fn parts_as(
    role: Role,
    folder: &Path,
) -> (AgentParts, Logging, Arc<HandClock>, Recording) {
    let home = home(folder);
    let source = SettingsSource::new(&home, None);
    let (settings, invalid) = source.load_or_defaults(None);
    let identity = Identity {
        version: "1.2.3",
        pid: std::process::id(),
        role,
        host_name: "host".into(),
        machine_id: None,
    };
    let clock = Arc::new(HandClock(AtomicU64::new(1_800_000_000_000_000_000)));
    let shared: Arc<dyn Clock> = clock.clone();
    let (foundation, logging) =
        Foundation::lay(home, identity, &settings.config, shared, None, |_| {}).unwrap();
    let shell = Recording::default();
    let parts = AgentParts {
        foundation,
        settings,
        invalid,
        source,
        shell: Box::new(shell.clone()),
        clock_face: Arc::new(|at| at.0.to_string()),
        usage: UsageParts {
            environment: [("HOME", folder), ("USERPROFILE", folder)]
                .into_iter()
                .collect(),
            zone: Arc::new(|| jiff::tz::TimeZone::UTC),
        },
        once: false,
    };
    (parts, logging, clock, shell)
}

impl Running {
    /// Starts an agent and waits until it answers.
    pub(crate) async fn start(folder: &Path) -> (Self, Client, Logging) {
        Self::start_as(Role::Service, folder).await
    }

    /// The same, in another program.
    pub(crate) async fn start_as(role: Role, folder: &Path) -> (Self, Client, Logging) {
        let (parts, logging, clock, shell) = parts_as(role, folder);
        let (stop, stopped) = oneshot::channel();
        let running = Self {
            home: home(folder),
            clock,
            shell,
            stop,
            agent: tokio::spawn(Agent::run(parts, async { stopped.await.unwrap() })),
        };
        let client = running.client().await;
        (running, client, logging)
    }

    /// A connection, as soon as there is somebody to connect to.
    pub(crate) async fn client(&self) -> Client {
        tokio::time::timeout(LONGEST, async {
            loop {
                match Client::connect(self.home.socket(), "1.2.3").await {
                    Ok(client) => return client,
                    Err(ClientError::NotRunning(_)) => tokio::task::yield_now().await,
                    Err(error) => panic!("{error}"),
                }
            }
        })
        .await
        .expect("an agent that answers")
    }

    /// Stops it as a signal would, and waits for its end.
    pub(crate) async fn stop(self) -> Recording {
        self.stop.send("the test ends").unwrap();
        let ended = tokio::time::timeout(LONGEST, self.agent).await;
        ended.expect("an end").unwrap().unwrap();
        assert!(!self.home.socket().exists(), "the socket file is gone");
        self.shell
    }
}

pub(crate) async fn status(client: &mut Client) -> Status {
    match client.request(&Request::Status).await.unwrap() {
        Response::Status(status) => *status,
        other => panic!("{other:?}"),
    }
}

/// Asks for what is answered by a sentence.
pub(crate) async fn done(client: &mut Client, request: &Request) -> String {
    match client.request(request).await.unwrap() {
        Response::Done { message } => message,
        other => panic!("{other:?}"),
    }
}

/// The key of the refusal that `request` gets.
pub(crate) async fn refused(client: &mut Client, request: &Request) -> String {
    match client.request(request).await {
        Err(ClientError::Refused(refusal)) => refusal.code,
        other => panic!("{other:?}"),
    }
}

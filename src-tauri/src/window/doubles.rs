//! For tests: a desktop that only remembers, a made-up agent behind a real socket, and what the
//! window hears.

use crate::VERSION;
use crate::window::outside::Outside;
use crate::window::session::{Parts, Session};
use crate::window::store::WindowStore;
use aco_domain::UnixNanos;
use aco_domain::{Clock, SettingsSheet, Sources, Status};
use aco_home::Environment;
use aco_home::Home;
use aco_ipc::{Incoming, Server};
use aco_ipc::{Request, Response, Secret};
use aco_window::{Level, LogFilter, Offers};
use jiff::tz::TimeZone;
use serde_json::Value;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A desktop that only remembers what was asked of it.
#[derive(Clone, Default)]
pub(crate) struct Double {
    pub(crate) asked: Arc<Mutex<Vec<String>>>,
}

impl Double {
    fn note(&self, what: String) {
        self.asked.lock().unwrap().push(what);
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Outside for Double {
    fn open_grafana(&self, url: &str, configured: &str) -> Result<(), String> {
        self.note(format!("grafana {url} of {configured}"));
        Ok(())
    }

    fn open_folder(&self, folder: &Path) -> Result<(), String> {
        self.note(format!("folder {}", folder.display()));
        Ok(())
    }

    fn starts_at_login(&self) -> Result<bool, String> {
        Ok(false)
    }

    fn set_login(&self, on: bool) -> Result<(), String> {
        self.note(format!("login {on}"));
        Ok(())
    }

    fn start_agent(&self) -> Result<(), String> {
        self.note("start".to_owned());
        Ok(())
    }

    fn notify(&self, title: &str, _: &str) {
        self.note(format!("notify {title}"));
    }
}

pub(crate) struct Noon;

impl Clock for Noon {
    fn now(&self) -> UnixNanos {
        UnixNanos(1_790_253_139_000_000_000)
    }
}

pub(crate) fn home(folder: &Path) -> Home {
    Home::resolve(&Environment::from_iter([("ACO_HOME", folder)])).unwrap()
}

/// A session in this folder, in which no agent runs unless one is started.
pub(crate) fn session_in(
    folder: &Path,
    double: Double,
    tell: impl Fn(&'static str, Value) + Send + Sync + 'static,
) -> Arc<Session> {
    let home = home(folder);
    Session::new(Parts {
        store: WindowStore::open(&home),
        home,
        clock: Arc::new(Noon),
        zone: || TimeZone::fixed(jiff::tz::offset(2)),
        user_home: None,
        view: None,
        no_tray: false,
        offers: Offers::default(),
        token_found: Some(Secret::new("found")),
        outside: Box::new(double),
        tell: Box::new(tell),
    })
}

/// A made-up agent: it tells its states and lines, and answers the rest as it is told to.
pub(crate) struct Agent {
    pub(crate) states: watch::Sender<Option<Status>>,
    pub(crate) lines: mpsc::UnboundedReceiver<aco_ipc::LineSink>,
    pub(crate) asked: Arc<Mutex<Vec<Request>>>,
    serving: JoinHandle<()>,
}

impl Agent {
    pub(crate) async fn start(
        folder: &Path,
        answer: impl Fn(&Request) -> Response + Send + Sync + 'static,
    ) -> Self {
        let home = home(folder);
        home.create().unwrap();
        home.create_socket_folder().unwrap();
        let server = Server::bind(home.socket(), VERSION).await.unwrap();
        let (sender, mut requests) = mpsc::channel::<Incoming>(8);
        let (states, receiver) = watch::channel(Some(status()));
        let (sinks, lines) = mpsc::unbounded_channel();
        let asked: Arc<Mutex<Vec<Request>>> = Arc::default();
        let seen = Arc::clone(&asked);
        let serving = tokio::spawn(async move {
            let serve = server.serve(sender, std::future::pending());
            let work = async {
                while let Some(Incoming { request, reply }) = requests.recv().await {
                    seen.lock().unwrap().push(request.clone());
                    match &request {
                        Request::Watch { .. } => reply.states(aco_ipc::States {
                            states: receiver.clone(),
                            shows: None,
                        }),
                        Request::Logs { .. } => sinks.send(reply.lines()).unwrap(),
                        Request::Status => {
                            let status = receiver.borrow().clone().unwrap();
                            reply.send(Response::Status(Box::new(status)));
                        }
                        other => reply.send(answer(other)),
                    }
                }
            };
            tokio::join!(serve, work);
        });
        Self {
            states,
            lines,
            asked,
            serving,
        }
    }

    pub(crate) async fn quiet(folder: &Path) -> Self {
        Self::start(folder, ordinary).await
    }

    pub(crate) fn asked(&self, is_wanted: impl Fn(&Request) -> bool) -> usize {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|request| is_wanted(request)).count()
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

pub(crate) fn status() -> Status {
    serde_json::from_value(serde_json::json!({
        "schema_version": 1, "version": "0.1.0", "pid": 7, "role": "service",
        "home": "/h", "installation": "i", "host_name": "h",
        "state": "shipping", "summary": "Up to date", "attention": [],
        "endpoint": null, "last_answer": null, "last_accepted": null, "answers": null,
        "backlog": {"records": 0, "bytes": 0, "oldest_age_s": null},
        "records": {
            "spooled": 1, "shipped": 1, "quarantined": 0,
            "dropped": {"quota": 0, "age": 0, "disk": 0, "damaged": 0, "refused": 0},
        },
        "paused": null, "tools": [], "grafana": "https://grafana.example",
    }))
    .unwrap()
}

pub(crate) fn sheet(endpoint: &str) -> SettingsSheet {
    serde_json::from_value(serde_json::json!({
        "file": "/h/config.toml", "problems": [], "warnings": [],
        "settings": [{
            "key": "ship.endpoint", "value": endpoint, "default": "",
            "origin": {"from": "default"}, "takes": {"kind": "endpoint"}, "needs_restart": false,
        }],
        "lists": [], "token": {"state": "none"}, "contacts": [],
    }))
    .unwrap()
}

pub(crate) fn report(cost: &str) -> aco_domain::Report {
    let figures = serde_json::json!({
        "calls": 1, "input_tokens": 5, "output_tokens": 5, "cache_read_tokens": 0,
        "cache_write_5m_tokens": 0, "cache_write_1h_tokens": 0, "reasoning_tokens": 0,
        "unpriced_tokens": 0, "cost_usd": cost,
    });
    serde_json::from_value(serde_json::json!({
        "schema_version": 1, "since": null, "until": null, "timezone": "+02", "by": "tool",
        "totals": figures, "rows": [], "skipped_lines": 0,
    }))
    .unwrap()
}

/// What an agent in good health answers.
pub(crate) fn ordinary(request: &Request) -> Response {
    match request {
        Request::Settings => Response::Settings(Box::new(sheet(""))),
        Request::Sources => Response::Sources(Sources::default()),
        Request::Report(_) => Response::Report(Box::new(report("84.1"))),
        Request::Link { at, .. } => Response::Link {
            url: format!("https://grafana.example/explore?at={at:?}"),
        },
        _ => Response::Done {
            message: "done".into(),
        },
    }
}

/// What the window hears.
pub(crate) struct Heard(mpsc::UnboundedReceiver<(&'static str, Value)>);

impl Heard {
    /// The first event of this name that is as wanted.
    pub(crate) async fn next(&mut self, name: &str, is_wanted: impl Fn(&Value) -> bool) -> Value {
        let wanted = async {
            loop {
                let (event, payload) = self.0.recv().await.unwrap();
                if event == name && is_wanted(&payload) {
                    return payload;
                }
            }
        };
        let limit = Duration::from_secs(20);
        let found = tokio::time::timeout(limit, wanted).await;
        found.unwrap_or_else(|_| panic!("no such `{name}` came"))
    }

    pub(crate) async fn notice(&mut self, kind: &str) -> Value {
        self.next("shell", |shell| shell["notice"]["kind"] == kind)
            .await
    }

    pub(crate) async fn live(&mut self) -> Value {
        self.next("shell", |shell| shell["notice"].is_null()).await
    }
}

pub(crate) fn begun(folder: &Path) -> (Arc<Session>, Heard, Double) {
    let (sender, heard) = mpsc::unbounded_channel();
    let double = Double::default();
    let session = session_in(folder, double.clone(), move |event, payload| {
        let _ = sender.send((event, payload));
    });
    session.begin();
    (session, Heard(heard), double)
}

pub(crate) fn every_line() -> LogFilter {
    LogFilter {
        level: Level::Trace,
        text: String::new(),
    }
}

pub(crate) fn line(number: u64) -> aco_domain::LogLine {
    aco_domain::LogLine {
        number,
        at: UnixNanos(Noon.now().0 + number * 1_000_000),
        level: aco_domain::LineLevel::Info,
        target: "test".into(),
        message: format!("line {number}"),
        attributes: Vec::new(),
        seq: None,
    }
}

//! The loop.

use crate::events::{self, TARGET};
use crate::scanning::{self, ScanOrder};
use crate::settings::{Fingerprint, Settings, SettingsSource};
use crate::status::{Facts, is_over};
use crate::supervise::supervise;
use crate::{Foundation, Shell};
use aco_config::{Config, ConfigError};
use aco_domain::{Attention, PauseUntil, Status, ToolId, ToolSeen, UnixNanos};
use aco_ipc::{Incoming, Reply, Response, Server};
use aco_sources::{
    Catalogue, CatalogueError, Event, Os, Patterns, Scan, ScanError, ToolEntry, Tracker,
};
use aco_telemetry::ship::{Destination, Orders, ShipReport, Shipper, ShipperParts};
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};

/// How long a shutdown may go on shipping.
pub(crate) const GRACE: Duration = Duration::from_secs(5);

/// Requests that may wait for the loop; a further one waits in its connection.
const REQUESTS: usize = 64;

/// What an agent is made of.
pub struct AgentParts {
    /// What it stands on. Its dispatch tree is installed.
    pub foundation: Foundation,
    /// The settings it starts with.
    pub settings: Settings,
    /// Where it reads them again.
    pub source: SettingsSource,
    /// Who is told about changes.
    pub shell: Box<dyn Shell>,
    /// Local time of day, for people.
    pub clock_face: Arc<dyn Fn(UnixNanos) -> String + Send + Sync>,
    /// Stop by itself after the first scan: `aco run --once`.
    pub once: bool,
}

/// The agent: owns the state, runs the loop.
pub struct Agent {
    pub(crate) foundation: Foundation,
    pub(crate) shipper: Shipper,
    settings: Settings,
    source: SettingsSource,
    fingerprint: Fingerprint,
    /// What is wrong with the configuration on disk; meanwhile the last good one is in force,
    /// and nothing is shipped.
    invalid: Option<Attention>,
    report: watch::Receiver<ShipReport>,
    tracker: Tracker,
    tools: BTreeMap<ToolId, ToolSeen>,
    scan_failed: bool,
    scans: mpsc::Sender<ScanOrder>,
    /// Who asked for a scan and waits for it.
    pub(crate) scan_replies: Vec<Reply>,
    shell: Box<dyn Shell>,
    shown: Option<Status>,
    clock_face: Arc<dyn Fn(UnixNanos) -> String + Send + Sync>,
}

impl Agent {
    /// Starts everything and runs until `stop` resolves with the reason, then drains within a
    /// grace period. Must be called on a tokio runtime.
    ///
    /// # Errors
    /// When the socket cannot be bound or the shipper not be started.
    pub async fn run(
        parts: AgentParts,
        stop: impl Future<Output = &'static str>,
    ) -> Result<(), String> {
        let AgentParts {
            foundation,
            settings,
            source,
            shell,
            clock_face,
            once,
        } = parts;
        let paused = current_pause(&foundation).is_some();
        let spool = Arc::clone(&foundation.spool);
        let orders = Orders::new(settings.destination(), paused);
        let shipper = Shipper::spawn(ShipperParts::new(
            spool,
            Arc::clone(&foundation.clock),
            orders,
        ))
        .map_err(|error| format!("cannot start the shipper: {error}"))?;
        let (requests, mut incoming) = mpsc::channel(REQUESTS);
        let (stop_server, served) = serve(&foundation, requests).await?;
        let (scans, scan_orders) = mpsc::channel(8);
        let (scanned, mut scan_results) = mpsc::channel(1);
        let mut agent = Self {
            report: shipper.report(),
            fingerprint: source.fingerprint(&settings),
            foundation,
            shipper,
            settings,
            source,
            invalid: None,
            tracker: Tracker::new(),
            tools: BTreeMap::new(),
            scan_failed: false,
            scans,
            scan_replies: Vec::new(),
            shell,
            shown: None,
            clock_face,
        };
        events::agent_started(
            agent.foundation.identity.version,
            agent.foundation.identity.role,
        );
        agent.warn_about_settings();
        let interval = agent.settings.config.scan.interval.value;
        let catalogue = catalogue(&agent.settings.config).map_err(|error| error.to_string())?;
        tokio::spawn(scanning::run(catalogue, interval, scan_orders, scanned));

        tokio::pin!(stop);
        let reason = loop {
            agent.show();
            let pause_ends = agent.pause_ends_in();
            tokio::select! {
                reason = &mut stop => break reason,
                Some(request) = incoming.recv() => agent.answer(request),
                Some(scan) = scan_results.recv() => {
                    agent.scanned(scan);
                    if once {
                        break "it was to run once";
                    }
                }
                Ok(()) = agent.report.changed() => {}
                () = sleep_or_never(pause_ends) => agent.end_pause(),
            }
        };
        events::agent_stopped(reason);
        drop(stop_server);
        // Connections end within a second; a socket file left behind would be called stale.
        let _ = served.await;
        agent.shipper.stop(GRACE).await;
        Ok(())
    }

    fn scanned(&mut self, scan: Result<Scan, ScanError>) {
        // The same wake-up looks whether a setting changed.
        if self.source.fingerprint(&self.settings) != self.fingerprint {
            self.reload();
        }
        let scan = match scan {
            Ok(scan) => scan,
            Err(error) => {
                if !self.scan_failed {
                    log::error!(target: TARGET, "running tools cannot be seen: {error}");
                }
                self.scan_failed = true;
                return self.reply_to_scans();
            }
        };
        self.scan_failed = false;
        for event in self.tracker.observe(&scan) {
            match event {
                Event::Started(tool) => events::tool_started(&tool),
                Event::Stopped(tool) => events::tool_stopped(&tool),
            }
        }
        for seen in self.tools.values_mut() {
            seen.running = 0;
        }
        for running in self.tracker.running() {
            let seen = self
                .tools
                .entry(running.tool.clone())
                .or_insert_with(|| ToolSeen {
                    tool: running.tool.clone(),
                    display_name: running.display_name.clone(),
                    kind: running.kind,
                    running: 0,
                });
            seen.running += 1;
        }
        self.reply_to_scans();
    }

    fn reply_to_scans(&mut self) {
        let message = format!("{} running", self.tracker.running().count());
        for reply in self.scan_replies.drain(..) {
            reply.send(Response::Done {
                message: message.clone(),
            });
        }
    }

    /// Asks for a scan now.
    pub(crate) fn scan_now(&self) {
        // Full means that one is due anyway.
        let _ = self.scans.try_send(ScanOrder::Now);
    }

    /// Reads the settings again. Invalid ones ship nothing and leave the last good ones in force
    /// for everything else.
    pub(crate) fn reload(&mut self) {
        match self.source.load(Some(&self.foundation.masker)) {
            Ok(settings) => {
                self.settings = settings;
                if self.invalid.take().is_some() {
                    log::info!(target: TARGET, "the configuration is valid again");
                }
                self.warn_about_settings();
                let interval = self.settings.config.scan.interval.value;
                let _ = self.scans.try_send(ScanOrder::Interval(interval));
                if let Ok(catalogue) = catalogue(&self.settings.config) {
                    let _ = self.scans.try_send(ScanOrder::Catalogue(catalogue));
                }
            }
            Err(error) => {
                let invalid = config_attention(&error);
                if self.invalid.as_ref() != Some(&invalid) {
                    log::error!(
                        target: TARGET,
                        "the configuration is invalid, nothing is shipped until it is corrected:\n{error}"
                    );
                }
                self.invalid = Some(invalid);
            }
        }
        self.fingerprint = self.source.fingerprint(&self.settings);
        self.give_orders();
        self.shipper.wake();
    }

    fn warn_about_settings(&self) {
        for warning in &self.settings.warnings {
            log::warn!(target: TARGET, "{warning}");
        }
        if let Some(attention) = self.settings.attention() {
            log::warn!(target: TARGET, "nothing is shipped: {}; {}", attention.what, attention.remedy);
        }
    }

    /// What is wrong with the configuration on disk, if anything.
    pub(crate) fn invalid(&self) -> Option<&Attention> {
        self.invalid.as_ref()
    }

    /// Whether anything may leave now.
    pub(crate) fn is_shipping(&self) -> bool {
        self.destination().is_some() && self.paused().is_none()
    }

    fn destination(&self) -> Option<Arc<Destination>> {
        self.settings
            .destination()
            .filter(|_| self.invalid.is_none())
    }

    fn give_orders(&self) {
        let destination = self.destination();
        self.shipper
            .order(Orders::new(destination, self.paused().is_some()));
    }

    fn paused(&self) -> Option<PauseUntil> {
        current_pause(&self.foundation)
    }

    /// Pauses, or resumes with nothing. The order is given even where it cannot be remembered.
    pub(crate) fn set_pause(&mut self, pause: Option<PauseUntil>) -> Result<(), String> {
        if pause.is_some() {
            // Nothing may leave once the answer is given: the order goes first.
            self.shipper.order(Orders::new(None, true));
        }
        let saved = self
            .foundation
            .store
            .set_pause(pause)
            .map_err(|error| error.to_string());
        self.give_orders();
        match pause {
            Some(_) => log::info!(target: TARGET, "shipping is paused"),
            None => log::info!(target: TARGET, "shipping is resumed"),
        }
        saved
    }

    fn pause_ends_in(&self) -> Option<Duration> {
        match self.foundation.store.state().pause {
            Some(PauseUntil::At(at)) => Some(at.since(self.foundation.clock.now())),
            _ => None,
        }
    }

    fn end_pause(&mut self) {
        // The wall clock decides; it may have been set back while we slept.
        if self.paused().is_none()
            && let Err(error) = self.set_pause(None)
        {
            log::warn!(target: TARGET, "the end of the pause could not be remembered: {error}");
        }
    }

    pub(crate) fn status(&self) -> Status {
        let report = self.report.borrow().clone();
        let identity = &self.foundation.identity;
        Facts {
            version: identity.version,
            pid: Some(identity.pid),
            role: Some(identity.role),
            home: self.foundation.home.folder().to_owned(),
            installation: self.foundation.installation.id.to_string(),
            host_name: &identity.host_name,
            settings: self.invalid.as_ref().map_or(Ok(&self.settings), Err),
            answer: report.answer,
            last_accepted: report.last_accepted,
            stats: self.foundation.spool.stats(),
            acknowledged_dropped: self.foundation.store.state().acknowledged_dropped,
            paused: self.paused(),
            tools: self.tools.values().cloned().collect(),
            clock_face: &*self.clock_face,
        }
        .into_status()
    }

    fn show(&mut self) {
        let status = self.status();
        if self.shown.as_ref() != Some(&status) {
            self.shell.changed(&status);
            self.shown = Some(status);
        }
    }
}

pub(crate) fn current_pause(foundation: &Foundation) -> Option<PauseUntil> {
    let now = foundation.clock.now();
    foundation
        .store
        .state()
        .pause
        .filter(|pause| !is_over(*pause, now))
}

/// The embedded catalogue and the user's tools. What is wrong with one of those does not take the
/// embedded ones away.
fn catalogue(config: &Config) -> Result<Catalogue, CatalogueError> {
    let mut catalogue = Catalogue::embedded(Os::current())?;
    let entries = config.tools.iter().map(|tool| ToolEntry {
        id: tool.id.to_string(),
        name: Some(tool.name.clone()),
        kind: tool.kind,
        processes: tool.processes.clone(),
        paths: tool.paths.clone(),
        scripts: tool.scripts.clone(),
        except: Vec::new(),
        linux: Patterns::default(),
        macos: Patterns::default(),
        windows: Patterns::default(),
    });
    if let Err(error) = catalogue.extend(entries) {
        log::error!(target: TARGET, "the [[tool]] entries are ignored: {error}");
    }
    Ok(catalogue)
}

/// An invalid configuration as something that needs the user.
#[must_use]
pub fn config_attention(error: &ConfigError) -> Attention {
    Attention {
        code: "config_invalid".into(),
        what: error.to_string(),
        remedy: "correct it (`aco config check` shows every problem); nothing is shipped until \
                 then"
            .into(),
    }
}

async fn sleep_or_never(wait: Option<Duration>) {
    match wait {
        Some(wait) => tokio::time::sleep(wait).await,
        None => std::future::pending().await,
    }
}

/// Binds the socket and serves it in a supervised task. It ends when the first value is dropped.
async fn serve(
    foundation: &Foundation,
    requests: mpsc::Sender<Incoming>,
) -> Result<(watch::Sender<()>, oneshot::Receiver<()>), String> {
    foundation
        .home
        .create_socket_folder()
        .map_err(|error| error.to_string())?;
    let (address, version) = (
        foundation.home.socket().to_owned(),
        foundation.identity.version,
    );
    let first = Server::bind(&address, version)
        .await
        .map_err(|error| error.to_string())?;
    let (stop, stopped) = watch::channel(());
    let (ended, serving) = oneshot::channel();
    let mut first = Some(first);
    tokio::spawn(async move {
        supervise("the local socket", || {
            let (server, address) = (first.take(), address.clone());
            let (requests, mut stopped) = (requests.clone(), stopped.clone());
            async move {
                let server = match server {
                    Some(server) => Ok(server),
                    None => Server::bind(&address, version).await,
                };
                match server {
                    Ok(server) => {
                        let stop = async move {
                            // An error is the news: the sender is gone.
                            while stopped.changed().await.is_ok() {}
                        };
                        server.serve(requests, stop).await;
                    }
                    Err(error) => log::error!(target: TARGET, "{error}"),
                }
            }
        })
        .await;
        let _ = ended.send(());
    });
    Ok((stop, serving))
}

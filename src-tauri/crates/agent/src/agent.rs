//! The loop.

use crate::events::{self, TARGET};
use crate::kept;
use crate::metering::Metering;
use crate::requests::stopping;
use crate::scanning::Scans;
use crate::serving::serve;
use crate::settings::{Fingerprint, Settings, SettingsSource};
use crate::status::{Facts, pause_in_force, settled_losses};
use crate::supervise::Stopped;
use crate::usage::{Keeper, KeeperLinks, Round, Rounds, Tally, UsageParts};
use crate::{Foundation, Shell};
use aco_config::Config;
use aco_domain::{
    Answer, Answers, Attention, PauseUntil, Progress, Status, ToolId, ToolSeen, UnixNanos,
};
use aco_home::KeptRecords;
use aco_ipc::{Incoming, Response};
use aco_sources::{Event, Scan, ScanError, Tracker};
use aco_telemetry::ship::{Heeded, Orders, ShipReport, Shipper, ShipperParts};
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// How long a shutdown may go on shipping. A whole one is promised within five seconds, and what
/// comes before and after takes its moment too.
const GRACE: Duration = Duration::from_secs(4);

/// How long a shutdown waits for the agent's own tasks, which end at once unless a disk hangs.
const TASKS_END_WITHIN: Duration = Duration::from_secs(2);

/// Requests that may wait for the loop; a further one waits in its connection.
const REQUESTS: usize = 64;

/// Examinations that may end at once; a further one waits for the loop.
const FINDINGS: usize = 4;

/// What an agent is made of.
pub struct AgentParts {
    /// What it stands on. Its dispatch tree is installed.
    pub foundation: Foundation,
    /// The settings it starts with.
    pub settings: Settings,
    /// What is wrong with the configuration, where the settings are not its own: until it is
    /// corrected nothing is shipped.
    pub invalid: Option<Attention>,
    /// Where it reads them again.
    pub source: SettingsSource,
    /// Who is told about changes.
    pub shell: Box<dyn Shell>,
    /// Local time of day, for people.
    pub clock_face: Arc<dyn Fn(UnixNanos) -> String + Send + Sync>,
    /// What usage is collected with.
    pub usage: UsageParts,
    /// Stop by itself after the first scan: `aco run --once`.
    pub once: bool,
}

/// Who asked for a scan. Of the processes and of usage, the first one that begins afterwards must
/// have been through; nothing when it has been.
pub(crate) struct ScanAsker {
    pub(crate) scan: Option<u64>,
    pub(crate) round: Option<u64>,
    pub(crate) trouble: Option<String>,
    pub(crate) answer: Box<dyn FnOnce(Response) + Send>,
}

/// The agent: owns the state, runs the loop.
pub struct Agent {
    pub(crate) foundation: Foundation,
    pub(crate) shipper: Shipper,
    pub(crate) settings: Settings,
    /// The configuration as it was at the start, for what is taken only then.
    pub(crate) started_with: Config,
    pub(crate) source: SettingsSource,
    pub(crate) fingerprint: Fingerprint,
    /// What is wrong with the configuration on disk; meanwhile the last good one is in force,
    /// and nothing is shipped.
    pub(crate) invalid: Option<Attention>,
    /// Here and not only in the store: it holds where it cannot be saved.
    pause: Option<PauseUntil>,
    /// The same for what was kept without an endpoint.
    pub(crate) kept: Option<KeptRecords>,
    pub(crate) report: watch::Receiver<ShipReport>,
    /// An answer to other settings than those in force.
    pub(crate) outdated: Option<Answer>,
    pub(crate) tracker: Tracker,
    tools: BTreeMap<ToolId, ToolSeen>,
    /// Nothing where former totals cannot be read.
    metering: Option<Metering>,
    scan_failed: bool,
    pub(crate) scans: Scans,
    pub(crate) rounds: Rounds,
    /// What is collected with, for those who ask about it.
    pub(crate) usage: UsageParts,
    pub(crate) tally: Tally,
    /// How far a long reading is.
    pub(crate) reading: watch::Receiver<Option<Progress>>,
    /// Who asked for a scan, and what must have been seen first.
    pub(crate) scan_askers: Vec<ScanAsker>,
    /// Whose answers an endpoint gives, from examinations that end.
    pub(crate) found: mpsc::Sender<(String, Answers)>,
    findings: mpsc::Receiver<(String, Answers)>,
    /// Work on requests, off the loop.
    pub(crate) tasks: JoinSet<()>,
    /// The order to end, for tasks.
    pub(crate) stopped: Stopped,
    shell: Box<dyn Shell>,
    /// What was last shown, for the shell and for whoever watches.
    pub(crate) states: watch::Sender<Option<Status>>,
    /// How often the window was asked for; trays that watch listen to it.
    pub(crate) shows: watch::Sender<u64>,
    pub(crate) clock_face: Arc<dyn Fn(UnixNanos) -> String + Send + Sync>,
}

impl Agent {
    /// Starts everything and runs until `stop` resolves with the reason, then drains within a
    /// grace period. Must be called on a tokio runtime.
    ///
    /// # Errors
    /// When the socket cannot be bound or the shipper not be started; with `once`, when the
    /// machine could not be looked at.
    pub async fn run(
        parts: AgentParts,
        stop: impl Future<Output = &'static str>,
    ) -> Result<(), String> {
        let once = parts.once;
        let (order_end, stopped) = watch::channel(());
        let (requests, mut incoming) = mpsc::channel(REQUESTS);
        let serving = serve(&parts.foundation, requests, stopped.clone()).await?;
        let mut agent = Self::new(parts, stopped)?;
        let identity = &agent.foundation.identity;
        events::agent_started(identity.version, identity.role);
        agent.warn_about_settings();
        agent.settle_kept();
        agent.give_orders();

        tokio::pin!(stop);
        let mut waits_for = (true, true);
        let reason = loop {
            if once && waits_for == (false, false) {
                break "it was to run once";
            }
            agent.end_pause_when_over();
            agent.settle_losses();
            agent.settle_kept();
            agent.show();
            let pause_ends = agent.pause_ends_in();
            tokio::select! {
                reason = &mut stop => break reason,
                Some(request) = incoming.recv() => agent.answer(request),
                (number, scan) = agent.scans.next() => {
                    agent.scanned(number, scan);
                    waits_for.0 = false;
                }
                (number, round) = agent.rounds.next() => {
                    agent.collected(number, round);
                    waits_for.1 = false;
                }
                Ok(()) = agent.report.changed() => {}
                () = sleep_or_never(pause_ends) => {}
                Ok(()) = agent.reading.changed() => {}
                Some((endpoint, answers)) = agent.findings.recv() => {
                    // What cannot be kept is found out again by the next examination.
                    let _ = agent.foundation.store.note_answers(&endpoint, answers);
                }
                Some(_) = agent.tasks.join_next() => {}
            }
        };
        drop(order_end);
        agent.refuse_what_waits(incoming);
        let tasks = async { while agent.tasks.join_next().await.is_some() {} };
        let _ = timeout(TASKS_END_WITHIN, tasks).await;
        // Before the spool is drained: a round that ends has put its records there.
        agent.rounds.close(TASKS_END_WITHIN).await;
        events::agent_stopped(reason);
        // Connections end within a second; a socket file left behind would be called stale.
        let _ = timeout(TASKS_END_WITHIN, serving).await;
        agent.shipper.stop(GRACE).await;
        if let Some(metering) = &agent.metering {
            metering.close();
        }
        match agent.scan_failed {
            true if once => Err("the machine could not be looked at: see the local log".to_owned()),
            _ => Ok(()),
        }
    }

    fn new(parts: AgentParts, stopped: Stopped) -> Result<Self, String> {
        let AgentParts {
            foundation,
            settings,
            invalid,
            source,
            shell,
            clock_face,
            usage,
            once: _,
        } = parts;
        let pause = foundation.store.state().pause;
        let paused = pause_in_force(pause, foundation.clock.now()).is_some();
        let kept = foundation.store.state().kept;
        let links = KeeperLinks::default();
        let metering = Metering::open(
            &foundation.home,
            Arc::clone(&foundation.spool),
            links.tally.clone(),
        )
        .map_err(|error| log::error!(target: TARGET, "no metrics are exported: {error}"))
        .ok();
        let parts = ShipperParts {
            metrics: metering
                .as_ref()
                .map(|it| it.parts(foundation.resource.clone())),
            ..ShipperParts::new(
                Arc::clone(&foundation.spool),
                Arc::clone(&foundation.clock),
                // What was kept is looked at first, then it may be told where to.
                Orders::new(None, paused),
            )
        };
        let shipper =
            Shipper::spawn(parts).map_err(|error| format!("cannot start the shipper: {error}"))?;
        let scans = Scans::new(&settings.config).map_err(|error| error.to_string())?;
        let (found, findings) = mpsc::channel(FINDINGS);
        let parts = usage.clone();
        let rounds = {
            let (home, clock) = (foundation.home.clone(), Arc::clone(&foundation.clock));
            let (spool, shared) = (Arc::clone(&foundation.spool), links.clone());
            let (stop, wake) = (Arc::clone(&links.stop), Arc::clone(&links.wake));
            Rounds::new(&settings.config, stop, wake, move || {
                let (clock, spool) = (Arc::clone(&clock), Arc::clone(&spool));
                Keeper::new(parts.clone(), &home, clock, spool, shared.clone())
            })
        };
        Ok(Self {
            report: shipper.report(),
            fingerprint: settings.fingerprint.clone(),
            started_with: settings.config.clone(),
            foundation,
            shipper,
            settings,
            source,
            invalid,
            pause,
            kept,
            outdated: None,
            tracker: Tracker::new(),
            tools: BTreeMap::new(),
            metering,
            scan_failed: false,
            scans,
            rounds,
            usage,
            tally: links.tally,
            reading: links.reading.subscribe(),
            scan_askers: Vec::new(),
            found,
            findings,
            tasks: JoinSet::new(),
            stopped,
            shell,
            states: watch::Sender::new(None),
            shows: watch::Sender::new(0),
            clock_face,
        })
    }

    fn refuse_what_waits(&mut self, mut incoming: mpsc::Receiver<Incoming>) {
        incoming.close();
        while let Ok(request) = incoming.try_recv() {
            request.reply.send(stopping());
        }
        for asker in self.scan_askers.drain(..) {
            (asker.answer)(stopping());
        }
    }

    fn scanned(&mut self, number: u64, scan: Result<Scan, ScanError>) {
        // The same wake-up looks whether a setting changed.
        if self.source.fingerprint(&self.settings) != self.fingerprint {
            self.reload();
        }
        self.fetch_prices_when_due();
        match scan {
            Ok(scan) => {
                self.scan_failed = false;
                self.saw(&scan);
                self.scan_done(number, None);
            }
            Err(error) => {
                if !self.scan_failed {
                    log::error!(target: TARGET, "running tools cannot be seen: {error}");
                }
                self.scan_failed = true;
                self.scan_done(number, Some(&error));
            }
        }
    }

    fn collected(&mut self, number: u64, round: Result<Round, String>) {
        for asker in &mut self.scan_askers {
            if asker.round.is_some_and(|asked| asked <= number) {
                asker.round = None;
                asker.trouble = asker.trouble.take().or(round.as_ref().err().cloned());
            }
        }
        self.answer_who_asked();
    }

    fn saw(&mut self, scan: &Scan) {
        if let Some(metering) = &mut self.metering {
            metering.saw(scan);
        }
        let ran = self.metering.as_ref().map(Metering::local_models);
        for event in self.tracker.observe(scan) {
            match event {
                Event::Started(tool) => events::tool_started(&tool),
                Event::Stopped(tool) => events::tool_stopped(&tool),
            }
        }
        for seen in self.tools.values_mut() {
            seen.running = 0;
        }
        for running in self.tracker.running() {
            let tool = self.tools.entry(running.tool.clone());
            let seen = tool.or_insert_with(|| ToolSeen {
                tool: running.tool.clone(),
                display_name: running.display_name.clone(),
                kind: running.kind,
                running: 0,
                ran_s: None,
            });
            seen.running += 1;
        }
        for (tool, time) in ran.unwrap_or_default() {
            let seen = self
                .tools
                .values_mut()
                .find(|seen| seen.tool.as_str() == tool);
            if let Some(seen) = seen {
                // Whole minutes: a state that changed with each look would wake whoever watches.
                seen.ran_s = Some(time.as_secs() / 60 * 60);
            }
        }
    }

    pub(crate) fn paused(&self) -> Option<PauseUntil> {
        pause_in_force(self.pause, self.foundation.clock.now())
    }

    /// Pauses, or resumes with nothing. It holds even where it cannot be remembered, and from the
    /// moment the second value resolves.
    pub(crate) fn set_pause(&mut self, pause: Option<PauseUntil>) -> (Result<(), String>, Heeded) {
        self.pause = pause;
        let heeded = self.give_orders();
        match pause {
            Some(_) => log::info!(target: TARGET, "shipping is paused"),
            None => log::info!(target: TARGET, "shipping is resumed"),
        }
        let saved = self.foundation.store.set_pause(pause);
        (saved.map_err(|error| error.to_string()), heeded)
    }

    fn pause_ends_in(&self) -> Option<Duration> {
        match self.pause {
            Some(PauseUntil::At(at)) => Some(at.since(self.foundation.clock.now())),
            _ => None,
        }
    }

    /// Asked at every wake-up, because the wall clock decides: it may have been set, and the timer
    /// stands still while the machine sleeps.
    fn end_pause_when_over(&mut self) {
        if self.pause.is_some()
            && self.paused().is_none()
            && let (Err(error), _) = self.set_pause(None)
        {
            log::warn!(target: TARGET, "the end of the pause could not be remembered: {error}");
        }
    }

    /// Acknowledges for the user what needs no acknowledgement. Where that cannot be saved, the
    /// status leaves it out all the same.
    fn settle_losses(&mut self) {
        let is_local = self.invalid.is_none() && self.settings.endpoint().is_none();
        let acknowledged = self.foundation.store.state().acknowledged_dropped;
        let dropped = self.foundation.spool.stats().counters.dropped;
        let settled = settled_losses(acknowledged, dropped, is_local);
        let _ = self.foundation.store.acknowledge_dropped(settled);
    }

    pub(crate) fn status(&self) -> Status {
        let report = self.report.borrow().clone();
        let identity = &self.foundation.identity;
        let stats = self.foundation.spool.stats();
        Facts {
            version: identity.version,
            pid: Some(identity.pid),
            role: Some(identity.role),
            home: self.foundation.home.folder().to_owned(),
            installation: self.foundation.installation.id.to_string(),
            host_name: &identity.host_name,
            settings: self.invalid.as_ref().map_or(Ok(&self.settings), Err),
            answer: report
                .answer
                .filter(|answer| self.outdated.as_ref() != Some(answer))
                .map(|answer| self.masked(answer)),
            last_accepted: report.last_accepted,
            answers: &self.foundation.store.state().answers,
            records: stats.counters,
            backlog: stats.backlog,
            disk_refusing: stats.disk_refusing,
            acknowledged: self.foundation.store.state().acknowledged_dropped,
            paused: self.paused(),
            tools: self.tools.values().cloned().collect(),
            spend: self.tally.spend(),
            outlook: self.tally.standing().outlook(),
            limits: self.tally.standing().limits(self.foundation.clock.now()),
            reading: *self.reading.borrow(),
            shipped_through: stats.passed_seq,
            kept: kept::shown(self.kept, stats.passed_seq, stats.backlog),
            clock_face: &*self.clock_face,
        }
        .into_status()
    }

    /// A server may repeat what it was sent: a status shows its words like a log line does.
    fn masked(&self, answer: Answer) -> Answer {
        let message = self.foundation.masker.mask(&answer.message).into_owned();
        Answer { message, ..answer }
    }

    fn show(&mut self) {
        let status = self.status();
        let is_new = self.states.borrow().as_ref() != Some(&status);
        if is_new {
            self.shell.changed(&status);
            self.states.send_replace(Some(status));
        }
    }
}

async fn sleep_or_never(wait: Option<Duration>) {
    match wait {
        Some(wait) => sleep(wait).await,
        None => std::future::pending().await,
    }
}

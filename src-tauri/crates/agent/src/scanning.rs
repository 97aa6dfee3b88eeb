//! Looking at the machine at intervals, off the loop: a scan may take milliseconds and belongs on a
//! thread that may block. How long an interval is, `pace` says.

use crate::events::TARGET;
use crate::pace;
use crate::supervise::Restarts;
use crate::turns::Turns;
use aco_config::{Config, Tool};
use aco_domain::{ToolId, UnixNanos};
use aco_sources::{
    Catalogue, CatalogueError, Machine, Os, Patterns, Power, Scan, ScanError, Scanner, ToolEntry,
};
use std::time::Duration;
use tokio::time::Instant;

type Used = Box<Scanner<Machine>>;

/// What a scan gives: what it found, and the scanner to use again unless it failed.
type Found = Result<(Used, Scan, Power), ScanError>;

/// Which instances ran, whatever they used.
type Instances = Vec<(ToolId, u32, UnixNanos)>;

/// Scans at once and then at intervals. One that panics is reported and the next one begins
/// anew, after a while that grows.
pub(crate) struct Scans {
    /// As configured.
    interval: Duration,
    tools: Vec<Tool>,
    catalogue: Catalogue,
    /// The scanner between two scans. Nothing before the first and after a failed one.
    scanner: Option<Used>,
    catalogue_is_new: bool,
    turns: Turns<Found>,
    /// What the last scan that worked found, and when a scan last found something else.
    instances: Instances,
    changed: Instant,
    restarts: Restarts,
}

impl Scans {
    /// The first scan is due now.
    ///
    /// # Errors
    /// When the embedded catalogue is broken.
    pub(crate) fn new(config: &Config) -> Result<Self, CatalogueError> {
        let turns = Turns::new();
        Ok(Self {
            interval: config.scan.interval.value,
            catalogue: catalogue(&config.tools)?,
            tools: config.tools.clone(),
            scanner: None,
            catalogue_is_new: false,
            instances: Vec::new(),
            changed: turns.ended(),
            turns,
            restarts: Restarts::new(),
        })
    }

    /// Goes on by another configuration.
    pub(crate) fn configure(&mut self, config: &Config) {
        let interval = config.scan.interval.value;
        if self.interval != interval {
            self.interval = interval;
            self.turns.due_by(self.turns.ended() + interval);
        }
        if self.tools != config.tools
            && let Ok(catalogue) = catalogue(&config.tools)
        {
            self.tools.clone_from(&config.tools);
            self.catalogue = catalogue;
            self.catalogue_is_new = true;
        }
    }

    /// Asks for a scan now. Returns the number of the first one that begins after this call.
    pub(crate) fn ask(&mut self) -> u64 {
        self.turns.ask()
    }

    /// The next scan and its number, from 1. Dropping the future loses nothing.
    pub(crate) async fn next(&mut self) -> (u64, Result<Scan, ScanError>) {
        if !self.turns.is_under_way() {
            self.turns.until_due().await;
            if std::mem::take(&mut self.catalogue_is_new)
                && let Some(scanner) = &mut self.scanner
            {
                scanner.set_catalogue(self.catalogue.clone());
            }
            let begin = match self.scanner.take() {
                Some(scanner) => Begin::Again(scanner),
                None => Begin::Anew(self.catalogue.clone()),
            };
            self.turns.begin(move || scan(begin));
        }
        let (number, ended) = self.turns.end().await;
        let (result, wait) = match ended {
            Ok(Ok((scanner, scan, power))) => {
                self.scanner = Some(scanner);
                self.note_change(&scan);
                let unchanged = self.turns.ended().duration_since(self.changed);
                let wait = pace::wait(self.interval, unchanged, power);
                (Ok(scan), wait)
            }
            Ok(Err(error)) => (Err(error), self.interval),
            Err(panic) => {
                let wait = self.restarts.failed().max(self.interval);
                (
                    Err(ScanError(format!("reading it panicked: {panic}"))),
                    wait,
                )
            }
        };
        self.turns.rest(wait);
        (number, result)
    }

    fn note_change(&mut self, scan: &Scan) {
        let running = scan.running.iter();
        let instances: Instances = running
            .map(|running| (running.tool.clone(), running.pid, running.start_time))
            .collect();
        if self.instances != instances {
            self.instances = instances;
            self.changed = self.turns.ended();
        }
    }
}

enum Begin {
    Again(Used),
    Anew(Catalogue),
}

fn scan(begin: Begin) -> Found {
    let mut scanner = match begin {
        Begin::Again(scanner) => scanner,
        Begin::Anew(catalogue) => Box::new(Scanner::new(Machine::new()?, catalogue)),
    };
    let scan = scanner.scan()?;
    Ok((scanner, scan, Power::now()))
}

/// The embedded catalogue and the user's tools. What is wrong with one of those does not take the
/// embedded ones away.
pub(crate) fn catalogue(tools: &[Tool]) -> Result<Catalogue, CatalogueError> {
    let mut catalogue = Catalogue::embedded(Os::current())?;
    let entries = tools.iter().map(|tool| ToolEntry {
        id: tool.id.to_string(),
        name: Some(tool.name.clone()),
        kind: tool.kind,
        category: tool.category,
        processes: tool.processes.clone(),
        paths: tool.paths.clone(),
        commands: Vec::new(),
        scripts: tool.scripts.clone(),
        except: Vec::new(),
        proof: Vec::new(),
        linux: Patterns::default(),
        macos: Patterns::default(),
        windows: Patterns::default(),
    });
    if let Err(error) = catalogue.extend(entries) {
        log::error!(target: TARGET, "the [[tool]] entries are ignored: {error}");
    }
    Ok(catalogue)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aco_domain::{ToolCategory, ToolKind};
    use aco_sources::{Resources, Running};

    #[tokio::test]
    async fn who_asks_during_a_scan_gets_a_later_one() {
        let mut scans = Scans::new(&Config::default()).unwrap();
        assert_eq!(scans.ask(), 1);
        while !scans.turns.is_under_way() {
            // Dropping the future must not lose the scan it has begun. One that has ended within
            // the poll was no scan to ask during: the next one may be.
            if polled_once(scans.next()).await.is_some() {
                scans = Scans::new(&Config::default()).unwrap();
                assert_eq!(scans.ask(), 1);
            }
            tokio::task::yield_now().await;
        }
        assert_eq!(scans.ask(), 2);
        assert_eq!(scans.next().await.0, 1);
        assert!(
            scans.turns.due() <= Instant::now(),
            "the one asked for is due now"
        );
        assert_eq!(scans.next().await.0, 2);
        assert!(
            scans.turns.due() > Instant::now(),
            "nobody asked: at the interval"
        );
    }

    #[tokio::test]
    async fn a_shorter_interval_counts_from_the_last_scan() {
        let mut config = Config::default();
        let mut scans = Scans::new(&config).unwrap();
        assert!(scans.next().await.1.is_ok());
        config.scan.interval.value = Duration::from_secs(5);
        scans.configure(&config);
        assert_eq!(
            scans.turns.due(),
            scans.turns.ended() + Duration::from_secs(5)
        );
    }

    #[test]
    fn another_set_of_instances_is_a_change_and_what_they_use_is_none() {
        let instance = |tool: &str, pid: u32, seconds: u64| Running {
            tool: ToolId::new(tool).unwrap(),
            display_name: tool.to_owned(),
            kind: ToolKind::Cli,
            category: ToolCategory::Other,
            pid,
            start_time: UnixNanos(1),
            resources: Resources {
                cpu_time: Duration::from_secs(seconds),
                resident_bytes: seconds,
            },
        };
        let mut scans = Scans::new(&Config::default()).unwrap();
        let mut changes = |running: Vec<Running>| {
            scans.changed -= Duration::from_secs(15);
            scans.note_change(&Scan { running });
            scans.changed == scans.turns.ended()
        };
        assert!(!changes(vec![]), "nothing ran before the first scan");
        assert!(changes(vec![instance("codex", 7, 1)]));
        assert!(!changes(vec![instance("codex", 7, 9)]));
        assert!(changes(vec![instance("codex", 8, 9)]));
        assert!(changes(vec![instance("amp", 8, 9)]));
        assert!(changes(vec![]));
    }

    /// The output of `future` when one poll gives it.
    async fn polled_once<T>(future: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            output = future => Some(output),
            () = std::future::ready(()) => None,
        }
    }
}

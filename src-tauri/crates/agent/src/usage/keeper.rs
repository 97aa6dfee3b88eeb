//! One round of keeping the ledger: what is new is collected, what is to be shipped goes into the
//! spool, and the metrics are told the totals. Blocks; the loop runs it on a thread that may.

use super::alerts::{Alert, Alerts, Found};
use super::records::{self, Names};
use super::tally::{Spent, Tally};
use super::watching::Watching;
use super::{
    CollectError, Platform, Surroundings, UnknownFormat, collect, memory, open_ledger, price_book,
    sources,
};
use crate::events::{self, TARGET};
use aco_budget::Day;
use aco_config::{Config, Privacy};
use aco_domain::{Amount, Clock, LimitReading, Progress, Spend, UnixNanos};
use aco_home::{Environment, Home, PseudonymKey};
use aco_ledger::{Filter, History, Ledger, Sums, UsageDelta};
use aco_prices::PriceBook;
use aco_spool::Spool;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

/// Rows taken out of the ledger at a time.
const ROWS: usize = 256;

/// What the collection of usage depends on beside the home. Only `main` knows.
#[derive(Clone)]
pub struct UsageParts {
    /// The variables by which tools are told where their files are.
    pub environment: Environment,
    /// The local zone, asked for at each round: the machine may travel.
    pub zone: Arc<dyn Fn() -> TimeZone + Send + Sync>,
}

impl UsageParts {
    /// A tool and where its files would be, for each that is read.
    pub(crate) fn roots(&self) -> Vec<(&'static str, Vec<PathBuf>)> {
        let variable = |name: &str| self.environment.get(name).map(ToOwned::to_owned);
        let surroundings = self.surroundings(&variable);
        let sources = sources().into_iter();
        sources
            .map(|source| (source.tool(), source.roots(&surroundings)))
            .collect()
    }

    fn surroundings<'a>(
        &'a self,
        variable: &'a dyn Fn(&str) -> Option<OsString>,
    ) -> Surroundings<'a> {
        Surroundings {
            variable,
            home: user_home(&self.environment),
            platform: Platform::current(),
        }
    }
}

/// What rounds go on with.
pub(crate) struct Keeper {
    parts: UsageParts,
    home: Home,
    clock: Arc<dyn Clock>,
    spool: Arc<Spool>,
    key: PseudonymKey,
    pub(crate) tally: Tally,
    alerts: Alerts,
    stop: Arc<AtomicBool>,
    /// How far a long reading is.
    reading: watch::Sender<Option<Progress>>,
    watching: Watching,
    ledger: Option<Ledger>,
    /// Damage was met: all of the ledger is looked at before it is believed again.
    suspect: bool,
    book: Option<(Stamp, PriceBook)>,
    /// What could not be read the last time, so that it is said once.
    unread: BTreeSet<PathBuf>,
    /// Formats that were said to be unknown.
    unknown: BTreeSet<UnknownFormat>,
    trouble: Option<String>,
}

/// What a keeper shares with the loop.
#[derive(Clone, Default)]
pub(crate) struct KeeperLinks {
    /// Where it leaves totals.
    pub(crate) tally: Tally,
    /// Where it says how far a long reading is.
    pub(crate) reading: watch::Sender<Option<Progress>>,
    /// Ends a round at its next file.
    pub(crate) stop: Arc<AtomicBool>,
    /// Is told of changes in the tools' folders.
    pub(crate) wake: Arc<Notify>,
}

/// By what a change of the prices is noticed.
type Stamp = (Vec<aco_domain::OwnPrice>, Option<(u64, SystemTime)>);

/// What a round did.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Round {
    /// Files in which there was something new.
    pub(crate) files: usize,
    /// Calls that were not known.
    pub(crate) new_calls: u64,
}

impl Keeper {
    /// # Errors
    /// When the key for pseudonyms can neither be read nor made.
    pub(crate) fn new(
        parts: UsageParts,
        home: &Home,
        clock: Arc<dyn Clock>,
        spool: Arc<Spool>,
        links: KeeperLinks,
    ) -> Result<Self, String> {
        let KeeperLinks {
            tally,
            reading,
            stop,
            wake,
        } = links;
        let fresh = || {
            let mut key = [0; 32];
            key[..16].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
            key[16..].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
            key
        };
        let (key, findings) = PseudonymKey::load_or_create(&home.pseudonym_key_file(), fresh)
            .map_err(|error| error.to_string())?;
        for finding in findings {
            log::warn!(target: TARGET, "{finding}; sessions and projects get new pseudonyms");
        }
        Ok(Self {
            parts,
            home: home.clone(),
            clock,
            spool,
            key,
            alerts: Alerts::open(home, tally.standing().clone())?,
            tally,
            stop,
            reading,
            watching: Watching::new(wake),
            ledger: None,
            suspect: false,
            book: None,
            unread: BTreeSet::new(),
            unknown: BTreeSet::new(),
            trouble: None,
        })
    }

    /// Brings the ledger up to date and its outbox into the spool.
    ///
    /// # Errors
    /// When the ledger or the prices cannot be used, in words.
    pub(crate) fn round(&mut self, config: &Config) -> Result<Round, String> {
        let round = self.attempt(config);
        match &round {
            Ok(_) => self.trouble = None,
            Err(trouble) => {
                if self.trouble.as_ref() != Some(trouble) {
                    log::error!(target: TARGET, "usage is not recorded: {trouble}");
                }
                self.trouble = Some(trouble.clone());
            }
        }
        round
    }

    fn attempt(&mut self, config: &Config) -> Result<Round, String> {
        self.refresh_book(config)?;
        self.open()?;
        let (Some(ledger), Some((_, book))) = (&mut self.ledger, &self.book) else {
            return Err("there is no ledger".to_owned());
        };
        let environment = &self.parts.environment;
        let zone = (self.parts.zone)();
        let variable = |name: &str| environment.get(name).map(ToOwned::to_owned);
        let surroundings = self.parts.surroundings(&variable);
        let sources = sources();
        let folders = sources
            .iter()
            .flat_map(|source| source.roots(&surroundings));
        // Before they are read: what is written meanwhile wakes the next round.
        self.watching.follow(&folders.collect());
        let mut pace = Pace::new();
        let (stop, reading) = (&self.stop, &self.reading);
        let collected = collect(ledger, &sources, &surroundings, book, &zone, &mut |at| {
            if pace.is_time() {
                reading.send_replace(Some(at.into()));
            }
            !stop.load(Ordering::Relaxed)
        });
        book.rest();
        reading.send_if_modified(|reading| reading.take().is_some());
        let collected = match collected {
            Ok(collected) => collected,
            Err(error) => return Err(self.failed(&error)),
        };
        let mut unread = BTreeSet::new();
        for problem in &collected.problems {
            if !self.unread.contains(&problem.path) {
                log::warn!(target: TARGET, "{problem}; usage recorded there is missing");
            }
            unread.insert(problem.path.clone());
        }
        self.unread = unread;
        for (format, records) in collected.unknown_formats {
            if !self.unknown.contains(&format) {
                log::warn!(target: TARGET, records; "{format}");
                self.unknown.insert(format);
            }
        }
        let round = Round {
            files: collected.files,
            new_calls: collected.taken.new_calls,
        };
        if round.files > 0 {
            memory::give_back();
        }
        if round.new_calls > 0 {
            log::debug!(
                target: TARGET,
                "{} new calls in {} files", round.new_calls, round.files
            );
        }
        let shipped = self
            .ship(&config.privacy)
            .and_then(|()| self.count(&zone, config, collected.limits));
        shipped.map_err(|error| self.failed(&CollectError::from(error)))?;
        Ok(round)
    }

    fn open(&mut self) -> Result<(), String> {
        if self.ledger.is_some() {
            return Ok(());
        }
        let opened = match self.suspect {
            false => open_ledger(&self.home, &*self.clock),
            true => Ledger::open_suspect(
                &self.home.ledger_file(),
                self.clock.now(),
                self.spool.stats().usage_seq,
            ),
        };
        let opened = opened.map_err(|error| error.to_string())?;
        for finding in opened.findings {
            log::warn!(target: TARGET, "{finding}");
        }
        self.suspect = false;
        self.ledger = Some(opened.ledger);
        Ok(())
    }

    fn failed(&mut self, error: &CollectError) -> String {
        if let CollectError::Ledger(aco_ledger::Error::Damaged { .. }) = error {
            self.ledger = None;
            self.suspect = true;
        }
        error.to_string()
    }

    fn refresh_book(&mut self, config: &Config) -> Result<(), String> {
        let file = self.home.prices_file().metadata().ok();
        let file = file.and_then(|file| Some((file.len(), file.modified().ok()?)));
        let own = config.prices.iter().map(|row| row.price.clone()).collect();
        let stamp: Stamp = (own, file);
        if self.book.as_ref().is_none_or(|(known, _)| *known != stamp) {
            let book = price_book(&self.home, config).map_err(|error| error.to_string())?;
            self.book = Some((stamp, book));
        }
        Ok(())
    }

    fn ship(&mut self, privacy: &Privacy) -> Result<(), aco_ledger::Error> {
        let Some(ledger) = &mut self.ledger else {
            return Ok(());
        };
        let names = Names::new(self.key.clone(), privacy);
        move_outbox(ledger, &self.spool, |row| records::usage(row, &names))
    }

    /// Tells the metrics, and who is to be told of budgets and limits.
    fn count(
        &mut self,
        zone: &TimeZone,
        config: &Config,
        limits: Vec<LimitReading>,
    ) -> Result<(), aco_ledger::Error> {
        let Some(ledger) = &self.ledger else {
            return Ok(());
        };
        let history = ledger.history();
        let now = self.clock.now();
        let today = Day::at(now, zone).date;
        let of_today = since(history, today, zone)?;
        let of_month = since(history, today.first_of_month(), zone)?;
        let costs = |sums: &[(Arc<str>, Sums)]| {
            let costs = sums
                .iter()
                .map(|(tool, sums)| (Arc::clone(tool), sums.cost.0));
            costs.collect()
        };
        let found = Found {
            config,
            zone,
            now,
            today: amount(&of_today).api_value,
            month: amount(&of_month).api_value,
            first_call: history.first_call()?,
            limits,
        };
        self.tally.set(Spent {
            counters: history.counters()?,
            today: costs(&of_today),
            month: costs(&of_month),
            tools: history.tools()?,
            spend: Some(Spend {
                date: today.to_string(),
                today: amount(&of_today),
                month: amount(&of_month),
            }),
        });
        self.alerts.look(found, |alert| match alert {
            Alert::Budget(crossing) => events::budget_exceeded(crossing),
            Alert::Limit(passing) => events::limit_reached(passing),
        });
        Ok(())
    }

    /// Has something done with the ledger and the prices of now.
    ///
    /// # Errors
    /// When either cannot be used, in words.
    pub(crate) fn work<T>(
        &mut self,
        config: &Config,
        work: impl FnOnce(&mut Ledger, &PriceBook) -> Result<T, aco_ledger::Error>,
    ) -> Result<T, String> {
        self.refresh_book(config)?;
        self.open()?;
        let (Some(ledger), Some((_, book))) = (&mut self.ledger, &self.book) else {
            return Err("there is no ledger".to_owned());
        };
        book.open().map_err(ToString::to_string)?;
        work(ledger, book).map_err(|error| self.failed(&CollectError::from(error)))
    }

    /// Lets the ledger go, in order.
    pub(crate) fn close(self) {
        if let Some(Err(error)) = self.ledger.map(Ledger::close) {
            log::warn!(target: TARGET, "{error}");
        }
    }
}

/// Moves rows of the outbox into the spool, by way of `write`. A row stays until the spool has it
/// on the disk: what is held in memory there would be lost by a kill.
fn move_outbox(
    ledger: &mut Ledger,
    spool: &Spool,
    mut write: impl FnMut(&UsageDelta),
) -> Result<(), aco_ledger::Error> {
    let stats = spool.stats();
    let mut through = stats.usage_seq;
    if stats.held == 0 {
        // What an earlier round or run brought there.
        ledger.sent(through)?;
    }
    loop {
        let rows = ledger.outbox(through, ROWS)?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in rows {
            write(&row);
            let stats = spool.stats();
            // Where it did not arrive although the disk takes everything, the configured levels
            // keep such records from being shipped: nobody waits for it.
            if stats.usage_seq < row.seq && stats.disk_refusing.is_some() {
                return Ok(());
            }
            through = row.seq;
        }
        if spool.stats().held > 0 {
            return Ok(());
        }
        ledger.sent(through)?;
    }
}

/// Sums by tool from the beginning of a local day on.
fn since(
    history: &History,
    day: Date,
    zone: &TimeZone,
) -> Result<Vec<(Arc<str>, Sums)>, aco_ledger::Error> {
    let begin = day.to_zoned(zone.clone()).map(|begin| begin.timestamp());
    let begin = begin.map_or(0, |begin| begin.as_nanosecond());
    let filter = Filter {
        since: Some(UnixNanos(u64::try_from(begin).unwrap_or(0))),
        ..Filter::default()
    };
    history.sums_by_tool(&filter)
}

/// All tools together.
fn amount(sums: &[(Arc<str>, Sums)]) -> Amount {
    let mut all = Sums::default();
    for (_, sums) in sums {
        all += *sums;
    }
    Amount {
        api_value: all.cost,
        unpriced_tokens: u64::try_from(all.unpriced_tokens).unwrap_or(0),
    }
}

/// When to say how far a reading is: not of one that is soon through, and then once a second.
struct Pace {
    next: Instant,
}

impl Pace {
    const EVERY: Duration = Duration::from_secs(1);

    fn new() -> Self {
        Self {
            next: Instant::now() + Self::EVERY / 2,
        }
    }

    fn is_time(&mut self) -> bool {
        let now = Instant::now();
        let is_time = now >= self.next;
        if is_time {
            self.next = now + Self::EVERY;
        }
        is_time
    }
}

/// Whose files are read.
fn user_home(environment: &Environment) -> Option<&Path> {
    let variable = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    environment.get(variable).map(Path::new)
}

#[cfg(test)]
#[path = "keeper_tests.rs"]
mod tests;

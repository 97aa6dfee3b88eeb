//! A machine with one tool's files on it, and the ledger that is kept of them.

use aco_domain::{Call, Increment, NanoUsd, Pricing, ToolId, UnixNanos};
use aco_ledger::{Filter, Ledger};
use aco_usage::{Buffer, Opened, Platform, Source, Surroundings};
use jiff::tz::TimeZone;
use rusqlite::Connection;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// Before everything that the fixtures tell.
const FIRST_START: UnixNanos = UnixNanos(1_700_000_000_000_000_000);

/// Something a tool does to its files, below the user's home.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    /// Runs this SQL in this database.
    Sql(&'static str, String),
    /// Writes this file, whole.
    File(&'static str, String),
    /// Nothing; but what was done until now has been read before it goes on.
    IsSeen,
}

/// The sums over a ledger: calls, tokens as in the README's columns, skipped rows; nano-dollars.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) counts: [i64; 8],
    pub(crate) cost: i64,
}

/// One price for every model, in whole nano-dollars a token, so that a sum can be done by hand.
struct ByHand;

impl Pricing for ByHand {
    fn version(&self) -> &str {
        "by hand"
    }

    fn price(&self, call: &Call) -> Option<NanoUsd> {
        let tokens = call.tokens;
        let priced = [
            (tokens.input, 3_000),
            (tokens.output, 15_000),
            (tokens.cache_read, 300),
            (tokens.cache_write_5m, 3_750),
            (tokens.cache_write_1h, 6_000),
        ];
        let sum: u64 = priced.iter().map(|(tokens, nanos)| tokens * nanos).sum();
        i64::try_from(sum).ok().map(NanoUsd)
    }
}

pub(crate) struct Machine {
    folder: tempfile::TempDir,
    ledger: Ledger,
    source: Box<dyn Source>,
    tool: ToolId,
    /// Whether the tool keeps its databases open, and with them their logs.
    keeps_open: bool,
    open: BTreeMap<&'static str, Connection>,
    /// Files written so far: each is a second later than the one before.
    written: u64,
}

impl Machine {
    pub(crate) fn new(tool: &str, keeps_open: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        let mut sources = aco_usage_sqlite::all().into_iter();
        Self {
            ledger: Ledger::open(&path, FIRST_START, 0).unwrap().ledger,
            source: sources.find(|source| source.tool() == tool).unwrap(),
            tool: ToolId::new(tool).unwrap(),
            folder,
            keeps_open,
            open: BTreeMap::new(),
            written: 0,
        }
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    pub(crate) fn does(&mut self, deed: &Deed) {
        match deed {
            Deed::IsSeen => self.scan(usize::MAX),
            Deed::Sql(name, sql) => {
                let path = self.home().join(name);
                let connection = match self.open.remove(name) {
                    Some(connection) => connection,
                    None => {
                        fs::create_dir_all(path.parent().unwrap()).unwrap();
                        let connection = Connection::open(&path).unwrap();
                        connection
                            .execute_batch(
                                "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;
                                 PRAGMA synchronous = OFF;",
                            )
                            .unwrap();
                        connection
                    }
                };
                connection
                    .execute_batch(sql)
                    .unwrap_or_else(|error| panic!("{error}: {sql}"));
                if self.keeps_open {
                    self.open.insert(name, connection);
                }
            }
            Deed::File(name, contents) => {
                let path = self.home().join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(&path, contents).unwrap();
                self.written += 1;
                let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 + self.written);
                let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
                file.set_modified(at).unwrap();
            }
        }
    }

    /// Reads what is new, and keeps of that the first `kept` steps: the rest is lost with the process.
    pub(crate) fn scan(&mut self, kept: usize) {
        let increments = self.read();
        let mut intake = self.ledger.intake(&ByHand, TimeZone::UTC).unwrap();
        for increment in increments.iter().take(kept) {
            intake
                .take(&self.tool, self.source.tool(), increment)
                .unwrap();
        }
        intake.commit().unwrap();
    }

    fn read(&self) -> Vec<Increment> {
        let home = self.home();
        let roots = self.source.roots(&Surroundings {
            variable: &|_| None,
            home: Some(&home),
            platform: Platform::Linux,
        });
        let known = self.ledger.history().checkpoints(&self.tool).unwrap();
        let known: HashMap<PathBuf, _> = known
            .into_iter()
            .map(|checkpoint| (checkpoint.path.clone(), checkpoint))
            .collect();
        let listing = self.source.list(&roots);
        assert!(listing.problems.is_empty(), "{:?}", listing.problems);
        let (mut buffer, mut increments) = (Buffer::default(), Vec::new());
        for file in &listing.files {
            let mut checkpoint = known.get(&file.path).cloned();
            // Writes within a tick of the file system's clock look like none.
            if let Some(checkpoint) = &mut checkpoint {
                checkpoint.modified = UnixNanos(1);
            }
            let opened = self.source.open(file, checkpoint.as_ref(), &mut buffer);
            let Opened::Reading(mut reading) = opened.unwrap() else {
                continue;
            };
            loop {
                let increment = reading.step().unwrap();
                let more = increment.more;
                increments.push(increment);
                if !more {
                    break;
                }
            }
        }
        increments
    }

    pub(crate) fn totals(&self) -> Totals {
        let sources = self.ledger.history().sources().unwrap();
        let Some(seen) = sources.into_iter().next() else {
            return Totals {
                counts: [0; 8],
                cost: 0,
            };
        };
        let sums = seen.sums;
        Totals {
            counts: [
                sums.calls,
                sums.input_tokens,
                sums.output_tokens,
                sums.cache_read_tokens,
                sums.cache_write_5m_tokens,
                sums.cache_write_1h_tokens,
                sums.reasoning_tokens,
                i64::try_from(seen.skipped_lines).unwrap(),
            ],
            cost: sums.cost.0,
        }
    }

    /// What a scan is told of unknown forms, with the version seen.
    pub(crate) fn unrecognised(&self) -> Vec<(u64, Option<String>)> {
        let increments = self.read().into_iter();
        increments
            .filter_map(|increment| increment.unrecognised)
            .map(|told| (told.records, told.version))
            .collect()
    }

    /// Model, session and project of each call that counts, oldest first.
    pub(crate) fn named(&self) -> Vec<[String; 3]> {
        let mut found = Vec::new();
        let history = self.ledger.history();
        history
            .calls(&Filter::default(), |call| {
                found.push([call.model, call.session, call.project].map(|text| text.to_string()));
                ControlFlow::Continue(())
            })
            .unwrap();
        found
    }
}

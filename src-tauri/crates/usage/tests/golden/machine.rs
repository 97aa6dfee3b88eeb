//! A machine with one tool's files on it, and the ledger that is kept of them.

use crate::traps::File;
use aco_domain::{Call, Increment, NanoUsd, Pricing, ToolId, UnixNanos};
use aco_ledger::{Filter, Ledger};
use aco_usage::{Buffer, FoundFile, Opened, Platform, Source, Surroundings};
use jiff::tz::TimeZone;
use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// Before everything that the fixtures tell.
const FIRST_START: UnixNanos = UnixNanos(1_700_000_000_000_000_000);

/// The sums over a ledger: calls, tokens as in the README's columns, skipped lines; nano-dollars.
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
    /// Changes of files so far: each is a second later than the one before.
    changes: u64,
}

impl Machine {
    pub(crate) fn new(tool: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        let mut sources = aco_usage::all().into_iter();
        Self {
            ledger: Ledger::open(&path, FIRST_START, 0).unwrap().ledger,
            source: sources.find(|source| source.tool() == tool).unwrap(),
            tool: ToolId::new(tool).unwrap(),
            folder,
            changes: 0,
        }
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Gives the tool exactly these files.
    pub(crate) fn has(&mut self, files: &[File]) {
        self.has_up_to(files, 1000);
    }

    /// Gives the tool these files up to so many thousandths of them all: one after the other, because
    /// what a file refers to was there when it was begun. A compressed one is written at once, as the
    /// tool does.
    pub(crate) fn has_up_to(&mut self, files: &[File], thousandths: usize) {
        let home = self.home();
        let wanted: BTreeSet<PathBuf> = files.iter().map(|file| home.join(file.path)).collect();
        let known = self.source.list(&self.roots()).files;
        for file in known.iter().filter(|file| !wanted.contains(&file.path)) {
            fs::remove_file(&file.path).unwrap();
        }
        let all: usize = files.iter().map(|file| file.contents.len()).sum();
        let mut rest = (all * thousandths).div_ceil(1000);
        for file in files {
            let whole = file.contents.len();
            let length = match file.path.ends_with(".zst") && rest > 0 {
                true => whole,
                false => whole.min(rest),
            };
            rest = rest.saturating_sub(whole);
            if length > 0 || whole == 0 {
                self.write(&home.join(file.path), &file.contents[..length]);
            }
        }
    }

    /// Appends where that makes `contents`, as tools do, else rewrites the file.
    fn write(&mut self, path: &PathBuf, contents: &[u8]) {
        let before = fs::read(path).unwrap_or_default();
        if path.exists() && before == contents {
            return;
        }
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let rest = contents.strip_prefix(before.as_slice());
        let mut options = fs::OpenOptions::new();
        options.create(true).write(true);
        match rest {
            Some(_) => options.append(true),
            None => options.truncate(true),
        };
        let mut file = options.open(path).unwrap();
        file.write_all(rest.unwrap_or(contents)).unwrap();
        self.changes += 1;
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 + self.changes);
        file.set_modified(at).unwrap();
    }

    fn roots(&self) -> Vec<PathBuf> {
        let home = self.home();
        self.source.roots(&Surroundings {
            // Where a tool's folder can be named, it is the home itself.
            variable: &|name| match name {
                "CLAUDE_CONFIG_DIR" | "CODEX_HOME" => Some(home.clone().into()),
                _ => None,
            },
            home: Some(&home),
            platform: Platform::Linux,
        })
    }

    /// Reads what is new, the files in the order that `order` gives them.
    pub(crate) fn scan(&mut self, order: impl FnOnce(&mut Vec<FoundFile>)) {
        let increments = self.read(order);
        let mut intake = self.ledger.intake(&ByHand, TimeZone::UTC).unwrap();
        for increment in &increments {
            intake
                .take(&self.tool, self.source.tool(), increment)
                .unwrap();
        }
        intake.commit().unwrap();
    }

    /// Reads, and loses what it read.
    pub(crate) fn scan_in_vain(&mut self) {
        self.read(|_| {});
    }

    fn read(&self, order: impl FnOnce(&mut Vec<FoundFile>)) -> Vec<Increment> {
        let known = self.ledger.history().checkpoints(&self.tool).unwrap();
        let known: HashMap<PathBuf, _> = known
            .into_iter()
            .map(|checkpoint| (checkpoint.path.clone(), checkpoint))
            .collect();
        let listing = self.source.list(&self.roots());
        assert!(listing.problems.is_empty(), "{:?}", listing.problems);
        let mut files = listing.files;
        order(&mut files);
        let (mut buffer, mut increments) = (Buffer::default(), Vec::new());
        for file in &files {
            let opened = self.source.open(file, known.get(&file.path), &mut buffer);
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

    /// Of each call that counts, oldest first.
    pub(crate) fn sessions_and_projects(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let history = self.ledger.history();
        history
            .calls(&Filter::default(), |call| {
                found.push((call.session.to_string(), call.project.to_string()));
                ControlFlow::Continue(())
            })
            .unwrap();
        found
    }
}

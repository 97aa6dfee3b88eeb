//! From the tools' files through readers and prices into the ledger, and what is in it then.

use crate::list_prices::price;
use aco_domain::{NanoUsd, TokenCounts, ToolId, UnixNanos};
use aco_histories::claude::{self, Live};
use aco_histories::codex::{self, Scene};
use aco_histories::{Manifest, Totals};
use aco_ledger::{Filter, History, Ledger};
use aco_prices::{Data, PriceBook};
use aco_usage::{Buffer, FoundFile, Opened, Platform, Surroundings};
use jiff::tz::TimeZone;
use std::collections::HashMap;
use std::fs;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// Later than everything the generator makes: nothing of it is news.
const FIRST_START: UnixNanos = UnixNanos(1_800_000_000_000_000_000);

/// Decoded once: each machine is scanned many times.
static BOOK: LazyLock<PriceBook> = LazyLock::new(|| PriceBook::new(Data::Embedded, Vec::new()));

/// A person's home, and the ledger that is kept of it.
pub(crate) struct Machine {
    folder: tempfile::TempDir,
    ledger: Ledger,
}

impl Machine {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        let ledger = Ledger::open(&path, FIRST_START, 0).unwrap().ledger;
        Self { folder, ledger }
    }

    pub(crate) fn tool(&self, name: &str) -> PathBuf {
        self.folder.path().join("home").join(name)
    }

    /// Reads what is new, the files in the order that `order` gives them.
    pub(crate) fn scan(&mut self, order: impl Fn(&mut Vec<FoundFile>)) {
        let home = self.folder.path().join("home");
        let surroundings = Surroundings {
            variable: &|_| None,
            home: Some(&home),
            platform: Platform::Linux,
        };
        let sources = aco_usage::all().into_iter();
        for source in sources.chain(aco_usage_sqlite::all()) {
            let tool = ToolId::new(source.tool()).unwrap();
            let known = self.ledger.history().checkpoints(&tool).unwrap();
            let known: HashMap<PathBuf, _> = known
                .into_iter()
                .map(|checkpoint| (checkpoint.path.clone(), checkpoint))
                .collect();
            let listing = source.list(&source.roots(&surroundings));
            assert!(listing.problems.is_empty(), "{:?}", listing.problems);
            let mut files = listing.files;
            order(&mut files);
            let mut intake = self.ledger.intake(&*BOOK, TimeZone::UTC).unwrap();
            let mut buffer = Buffer::default();
            for file in &files {
                let opened = source.open(file, known.get(&file.path), &mut buffer);
                let Opened::Reading(mut reading) = opened.unwrap() else {
                    continue;
                };
                loop {
                    let increment = reading.step().unwrap();
                    intake.take(&tool, source.tool(), &increment).unwrap();
                    if !increment.more {
                        break;
                    }
                }
            }
            intake.commit().unwrap();
        }
    }

    fn history(&self) -> &History {
        self.ledger.history()
    }
}

/// Everything about a call that a report can show, in an order that is the same on both sides.
type Shown = (UnixNanos, String, String, String, [u64; 6], Option<NanoUsd>);

fn shown(tokens: &TokenCounts) -> [u64; 6] {
    [
        tokens.input,
        tokens.output,
        tokens.cache_read,
        tokens.cache_write_5m,
        tokens.cache_write_1h,
        tokens.reasoning,
    ]
}

fn kept(history: &History) -> Vec<Shown> {
    let mut calls = Vec::new();
    let seen = history.calls(&Filter::default(), |call| {
        calls.push((
            call.at,
            call.model.to_string(),
            call.session.to_string(),
            call.project.to_string(),
            shown(&call.tokens),
            call.cost,
        ));
        ControlFlow::Continue(())
    });
    seen.unwrap();
    calls.sort();
    calls
}

fn meant(manifest: &Manifest) -> Vec<Shown> {
    let mut calls: Vec<Shown> = manifest
        .calls()
        .map(|spent| {
            (
                spent.at,
                spent.model.clone(),
                spent.session.clone(),
                spent.project.clone(),
                shown(&spent.tokens),
                price(spent),
            )
        })
        .collect();
    calls.sort();
    calls
}

#[track_caller]
pub(crate) fn agrees(machine: &Machine, manifest: &Manifest) {
    let history = machine.history();
    let (kept, meant) = (kept(history), meant(manifest));
    for (kept, meant) in kept.iter().zip(&meant) {
        assert_eq!(kept, meant, "the first call that differs");
    }
    assert_eq!(kept.len(), meant.len());
    // The sums over them are kept apart from the calls.
    let mut cost = NanoUsd(0);
    let mut unpriced = 0;
    for (.., tokens, price) in &meant {
        match price {
            Some(price) => cost.0 += price.0,
            None => unpriced += tokens[..5].iter().sum::<u64>(),
        }
    }
    let mut found = aco_ledger::Sums::default();
    let each = |row: aco_ledger::RollupRow| found += row.sums;
    history.rollup(&Filter::default(), each).unwrap();
    let Totals { calls, tokens } = manifest.totals();
    let expected = [
        calls,
        tokens.input,
        tokens.output,
        tokens.cache_read,
        tokens.cache_write_5m,
        tokens.cache_write_1h,
        tokens.reasoning,
        unpriced,
    ];
    let found_counts = [
        found.calls,
        found.input_tokens,
        found.output_tokens,
        found.cache_read_tokens,
        found.cache_write_5m_tokens,
        found.cache_write_1h_tokens,
        found.reasoning_tokens,
        found.unpriced_tokens,
    ];
    assert_eq!(found_counts.map(i64::unsigned_abs), expected);
    assert_eq!(found.cost, cost, "to the nano-dollar");
    let sources = history.sources().unwrap();
    let skipped: u64 = sources.iter().map(|source| source.skipped_lines).sum();
    assert_eq!(skipped, manifest.skipped_lines);
}

fn write_claude(folder: &Path, seed: u64) -> Manifest {
    let shape = claude::Shape {
        seed,
        ..claude::Shape::SMALL
    };
    claude::write(folder, &shape).unwrap()
}

#[test]
fn the_ledger_holds_what_claude_code_was_meant_to_record() {
    for seed in 1..5 {
        let mut machine = Machine::new();
        let manifest = write_claude(&machine.tool(".claude"), seed);
        machine.scan(|_| {});
        agrees(&machine, &manifest);
        // Nothing has happened since.
        machine.scan(|_| {});
        agrees(&machine, &manifest);
    }
}

#[test]
fn no_order_of_files_changes_it() {
    let reversed = |files: &mut Vec<FoundFile>| files.reverse();
    let shuffled = |files: &mut Vec<FoundFile>| fastrand::Rng::with_seed(6).shuffle(files);
    for order in [&reversed as &dyn Fn(&mut Vec<FoundFile>), &shuffled] {
        let mut machine = Machine::new();
        let manifest = write_claude(&machine.tool(".claude"), 1);
        machine.scan(order);
        agrees(&machine, &manifest);
    }
}

#[test]
fn a_history_that_grows_is_taken_as_it_grows() {
    let mut machine = Machine::new();
    let folder = machine.tool(".claude");
    let mut manifest = write_claude(&folder, 2);
    machine.scan(|_| {});
    let mut live = Live::new(&folder, 8);
    for minute in 0..30 {
        let at = UnixNanos(FIRST_START.0 + minute * 60_000_000_000);
        let session = usize::try_from(minute % 4).unwrap();
        live.ask(session, "", at).unwrap();
        machine.scan(|_| {});
    }
    manifest.merge(live.manifest().clone());
    agrees(&machine, &manifest);
}

/// How many pieces a file is cut into. They end anywhere, within a character too.
pub(crate) const PIECES: usize = 5;

/// All files below a folder, by name: Codex names them by the time they were begun.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort_by(|one, other| one.file_name().cmp(&other.file_name()).then(one.cmp(other)));
    files
}

/// Writes the next piece of the file `name` below `from` to the same place below `to`.
pub(crate) fn write_piece(from: &Path, to: &Path, name: &Path, piece: usize) {
    let bytes = fs::read(from.join(name)).unwrap();
    let target = to.join(name);
    fs::create_dir_all(target.parent().unwrap()).unwrap();
    if name.extension().is_none_or(|end| end == "zst") {
        // Its writer moves it into place when it is whole, or writes a word and no more.
        fs::write(&target, &bytes).unwrap();
        return;
    }
    let (begin, end) = (
        bytes.len() * piece / PIECES,
        bytes.len() * (piece + 1) / PIECES,
    );
    let mut options = fs::OpenOptions::new();
    let mut target = options.create(true).append(true).open(target).unwrap();
    target.write_all(&bytes[begin..end]).unwrap();
}

#[test]
fn no_way_of_cutting_files_into_pieces_changes_it() {
    let staged = tempfile::tempdir().unwrap();
    let manifest = write_claude(staged.path(), 3);
    let mut machine = Machine::new();
    let folder = machine.tool(".claude");
    for piece in 0..PIECES {
        for file in files_below(staged.path()) {
            let name = file.strip_prefix(staged.path()).unwrap();
            write_piece(staged.path(), &folder, name, piece);
        }
        machine.scan(|_| {});
    }
    agrees(&machine, &manifest);
}

/// A scene after those that others of them are forked from.
fn write_codex(folder: &Path, scene: Scene) -> Manifest {
    let shape = codex::Shape {
        threads: 3,
        ..codex::Shape::SMALL
    };
    let scenes = [Scene::Plain, Scene::ForkStampedAnew, scene];
    codex::write_scenes(folder, &shape, &scenes).unwrap()
}

#[test]
fn the_ledger_holds_what_each_kind_of_codex_file_was_meant_to_record() {
    for scene in Scene::ALL {
        println!("{scene:?}");
        let mut machine = Machine::new();
        let manifest = write_codex(&machine.tool(".codex"), *scene);
        machine.scan(|_| {});
        agrees(&machine, &manifest);
    }
}

#[test]
fn no_order_of_codex_files_changes_it() {
    let reversed = |files: &mut Vec<FoundFile>| files.reverse();
    let shuffled = |files: &mut Vec<FoundFile>| fastrand::Rng::with_seed(7).shuffle(files);
    for order in [&reversed as &dyn Fn(&mut Vec<FoundFile>), &shuffled] {
        let mut machine = Machine::new();
        let folder = machine.tool(".codex");
        let manifest = codex::write(&folder, &codex::Shape::SMALL).unwrap();
        machine.scan(order);
        agrees(&machine, &manifest);
    }
}

#[test]
fn no_way_of_cutting_codex_files_into_pieces_changes_it() {
    for scene in Scene::ALL {
        println!("{scene:?}");
        let staged = tempfile::tempdir().unwrap();
        let manifest = write_codex(staged.path(), *scene);
        let mut machine = Machine::new();
        let folder = machine.tool(".codex");
        // One file after the other: what a fork copies, its parent has written before.
        for file in files_below(staged.path()) {
            let name = file.strip_prefix(staged.path()).unwrap();
            for piece in 0..PIECES {
                write_piece(staged.path(), &folder, name, piece);
                machine.scan(|_| {});
            }
        }
        agrees(&machine, &manifest);
    }
}

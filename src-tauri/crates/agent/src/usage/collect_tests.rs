use super::*;
use aco_domain::{Call, NanoUsd, UnixNanos};
use aco_ledger::Filter;
use aco_usage::Platform;
use std::fs;
use std::io::Write as _;
use std::path::Path;

/// A nano-dollar a token, for the one model it knows.
struct Flat(&'static str, &'static str);

impl Pricing for Flat {
    fn version(&self) -> &str {
        self.0
    }

    fn price(&self, call: &Call) -> Option<NanoUsd> {
        let total = i64::try_from(call.tokens.total()).unwrap();
        (&*call.model == self.1).then_some(NanoUsd(total))
    }
}

struct Rig {
    folder: tempfile::TempDir,
    ledger: Ledger,
    seen: Vec<Progress>,
}

impl Rig {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        let ledger = Ledger::open(&path, UnixNanos(1), 0).unwrap().ledger;
        fs::create_dir_all(folder.path().join(".claude/projects/p")).unwrap();
        Self {
            folder,
            ledger,
            seen: Vec::new(),
        }
    }

    fn transcript(&self, name: &str) -> PathBuf {
        self.folder.path().join(".claude/projects/p").join(name)
    }

    fn append(&self, name: &str, text: &str) {
        let mut file = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.transcript(name))
            .unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn collect(&mut self, pricing: &Flat) -> Collected {
        self.collect_while(pricing, |_| true)
    }

    fn collect_while(&mut self, pricing: &Flat, go_on: impl Fn(Progress) -> bool) -> Collected {
        let home = self.folder.path().to_owned();
        let surroundings = Surroundings {
            variable: &|_| None,
            home: Some(Path::new(&home)),
            platform: Platform::Linux,
        };
        self.seen.clear();
        let seen = &mut self.seen;
        let mut progress = |progress| {
            seen.push(progress);
            go_on(progress)
        };
        collect(
            &mut self.ledger,
            &aco_usage::all(),
            &surroundings,
            pricing,
            &TimeZone::UTC,
            &mut progress,
        )
        .unwrap()
    }

    /// Calls and cost of everything.
    fn total(&self) -> (i64, i64) {
        let sums = self
            .ledger
            .history()
            .sums_by_tool(&Filter::default())
            .unwrap();
        sums.first()
            .map_or((0, 0), |(_, sums)| (sums.calls, sums.cost.0))
    }
}

fn line(id: u32, model: &str) -> String {
    format!(
        r#"{{"type":"assistant","sessionId":"s","cwd":"/w","timestamp":"2026-01-02T03:04:05.000Z","requestId":"r{id}","message":{{"id":"m{id}","model":"{model}","role":"assistant","usage":{{"input_tokens":1,"output_tokens":9}}}}}}"#
    ) + "\n"
}

const PRICES: Flat = Flat("v1", "claude-a");

#[test]
fn what_is_new_is_taken_once_and_the_rest_left_alone() {
    let mut rig = Rig::new();
    rig.append("a.jsonl", &(line(1, "claude-a") + &line(2, "claude-a")));
    rig.append("b.jsonl", &line(3, "claude-a"));
    let first = rig.collect(&PRICES);
    assert_eq!((first.files, first.taken.new_calls), (2, 3));
    let all = [(0, 2), (1, 2), (2, 2)].map(|(done, of)| Progress { done, of });
    assert_eq!(rig.seen, all);
    assert_eq!(rig.total(), (3, 30));

    let again = rig.collect(&PRICES);
    assert_eq!((again.files, rig.seen.len()), (0, 0), "nothing is opened");

    rig.append("a.jsonl", &line(4, "claude-a"));
    let more = rig.collect(&PRICES);
    assert_eq!((more.files, more.taken.new_calls), (1, 1));
    assert_eq!(rig.total(), (4, 40));
}

#[test]
fn one_that_is_stopped_is_gone_on_with() {
    let mut rig = Rig::new();
    for name in ["a.jsonl", "b.jsonl", "c.jsonl"] {
        rig.append(name, &line(u32::from(name.as_bytes()[0]), "claude-a"));
    }
    let half = rig.collect_while(&PRICES, |progress| progress.done < 1);
    assert!(half.stopped);
    assert_eq!(rig.total(), (1, 10));
    let rest = rig.collect(&PRICES);
    assert_eq!((rest.files, rest.stopped), (2, false));
    assert_eq!(rig.total(), (3, 30));
}

#[test]
fn a_price_that_becomes_known_is_filled_in_by_the_next_collection() {
    let mut rig = Rig::new();
    rig.append("a.jsonl", &line(1, "claude-b"));
    rig.collect(&PRICES);
    assert_eq!(rig.total(), (1, 0));
    assert_eq!(rig.collect(&Flat("v2", "claude-b")).filled, 1);
    assert_eq!(rig.total(), (1, 10));
}

#[test]
fn a_format_that_is_not_known_is_told_with_its_version() {
    let mut rig = Rig::new();
    let other = |id| {
        let line = line(id, "claude-a").replace("_tokens", "Tokens");
        line.replace(r#""type""#, r#""version":"9.0.1","type""#)
    };
    rig.append("a.jsonl", &(line(1, "claude-a") + &other(2) + &other(3)));
    let collected = rig.collect(&PRICES);
    assert_eq!(rig.total(), (1, 10));
    let told: Vec<_> = collected.unknown_formats.into_iter().collect();
    let [(format, 2)] = &told[..] else {
        panic!("{told:?}");
    };
    let said = format.to_string();
    assert!(said.starts_with("claude-code 9.0.1 records"), "{said}");
    let sources = rig.ledger.history().sources().unwrap();
    assert_eq!(sources[0].skipped_lines, 2);
    assert!(rig.collect(&PRICES).unknown_formats.is_empty());
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read_is_said_and_the_others_are_read() {
    let mut rig = Rig::new();
    rig.append("a.jsonl", &line(1, "claude-a"));
    // A pipe is no transcript, whoever may read it; a broken link leads nowhere.
    std::os::unix::fs::symlink("/nowhere", rig.transcript("b.jsonl")).unwrap();
    fs::create_dir(rig.transcript("c.jsonl")).unwrap();
    rig.collect(&PRICES);
    assert_eq!(rig.total(), (1, 10));
}

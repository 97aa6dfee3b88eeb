use super::*;
use aco_domain::{Call, Checkpoint, Increment, NanoUsd, Pricing, ToolId};
use aco_spool::{Flusher, Header, Options, OsFileSystem};
use std::fs;

const NOW: UnixNanos = UnixNanos(1_767_323_045_000_000_000);

struct Stands;

impl Clock for Stands {
    fn now(&self) -> UnixNanos {
        NOW
    }
}

struct Rig {
    folder: tempfile::TempDir,
    home: Home,
    spool: Arc<Spool>,
    _flusher: Flusher,
}

impl Rig {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = [("ACO_HOME", folder.path().join("aco"))]
            .into_iter()
            .collect();
        let home = Home::resolve(&home).unwrap();
        home.create().unwrap();
        fs::create_dir_all(folder.path().join(".claude/projects/p")).unwrap();
        let header = Header {
            installation: [1; 16],
            opaque: Vec::new(),
        };
        let (spool, _) = Spool::open(
            Arc::new(OsFileSystem),
            Arc::new(Stands),
            &home.spool_folder(),
            header,
            Options::default(),
        )
        .unwrap();
        let spool = Arc::new(spool);
        Self {
            folder,
            home,
            _flusher: Flusher::spawn(&spool).unwrap(),
            spool,
        }
    }

    fn keeper(&self, tally: &Tally) -> Keeper {
        let home = self.folder.path();
        let parts = UsageParts {
            environment: [("HOME", home), ("USERPROFILE", home)]
                .into_iter()
                .collect(),
            zone: Arc::new(|| TimeZone::UTC),
        };
        Keeper::new(
            parts,
            &self.home,
            Arc::new(Stands),
            Arc::clone(&self.spool),
            KeeperLinks {
                tally: tally.clone(),
                ..KeeperLinks::default()
            },
        )
        .unwrap()
    }

    fn write_call(&self, id: u32, second: u32) {
        let path = self
            .folder
            .path()
            .join(format!(".claude/projects/p/{id}.jsonl"));
        let line = format!(
            r#"{{"type":"assistant","sessionId":"s","cwd":"/w","timestamp":"2026-01-02T03:04:{second:02}.000Z","requestId":"r{id}","message":{{"id":"m{id}","model":"claude-sonnet-4-5","role":"assistant","usage":{{"input_tokens":100,"output_tokens":900}}}}}}"#
        );
        fs::write(path, line + "\n").unwrap();
    }
}

#[test]
fn a_round_brings_what_is_new_to_the_ledger_and_its_totals_to_the_metrics() {
    let rig = Rig::new();
    let (config, tally) = (Config::default(), Tally::default());
    let mut keeper = rig.keeper(&tally);
    // Older than the first start, and after it.
    rig.write_call(1, 4);
    rig.write_call(2, 6);
    let first = keeper.round(&config).unwrap();
    assert_eq!((first.files, first.new_calls), (2, 2));
    let again = keeper.round(&config).unwrap();
    assert_eq!((again.files, again.new_calls), (0, 0));
    keeper.close();

    let mut counted = Vec::new();
    let mut snapshot = aco_telemetry::metrics::Snapshot::default();
    tally.read(&mut snapshot, |_, family, labels, count| {
        counted.push((family.series(labels).family().name, count));
    });
    assert!(counted.contains(&("ai.prompt.count", 1)), "{counted:?}");
    assert!(counted.contains(&("ai.tokens.output", 900)), "{counted:?}");
    let gauges: Vec<_> = snapshot
        .series()
        .map(|series| series.family().name)
        .collect();
    assert_eq!(gauges, ["ai.cost.today", "ai.cost.month_to_date"]);
}

#[test]
fn a_damaged_ledger_is_begun_anew_by_the_next_round() {
    let rig = Rig::new();
    let config = Config::default();
    rig.write_call(1, 4);
    let mut keeper = rig.keeper(&Tally::default());
    keeper.round(&config).unwrap();
    keeper.close();
    fs::write(rig.home.ledger_file(), [7; 8192]).unwrap();
    let mut keeper = rig.keeper(&Tally::default());
    assert_eq!(keeper.round(&config).unwrap().new_calls, 1);
}

struct Free;

impl Pricing for Free {
    fn version(&self) -> &str {
        "free"
    }

    fn price(&self, _: &Call) -> Option<NanoUsd> {
        Some(NanoUsd(0))
    }
}

/// As many rows, each of a session of its own.
fn fill(ledger: &mut Ledger, sessions: std::ops::Range<u32>) {
    let mut intake = ledger.intake(&Free, TimeZone::UTC).unwrap();
    for number in sessions {
        let id = u128::from(number) + 1;
        let call = Call {
            identity: aco_domain::CallIdentity {
                call: id,
                message: id,
                sidechain: false,
            },
            at: NOW,
            model: "m".into(),
            provider: None,
            session: format!("{number}").into(),
            project: "".into(),
            tokens: aco_domain::TokenCounts::default(),
            terms: aco_domain::Terms::default(),
            recorded_cost: None,
        };
        let checkpoint = Checkpoint {
            path: "/f".into(),
            file_id: None,
            size: 1,
            modified: NOW,
            offset: u64::from(number),
            fingerprint: 0,
            skipped_lines: 0,
            state: Vec::new(),
        };
        let increment = Increment {
            calls: vec![call],
            checkpoint,
            more: false,
            unrecognised: None,
        };
        let tool = ToolId::new("claude-code").unwrap();
        intake.take(&tool, "transcripts", &increment).unwrap();
    }
    intake.commit().unwrap();
}

#[test]
fn each_row_is_written_once_whatever_ends_in_between() {
    let rig = Rig::new();
    let mut ledger = open_ledger(&rig.home, &Stands).unwrap().ledger;
    fill(&mut ledger, 0..600);
    let mut written = Vec::new();
    let put = |row: &UsageDelta| {
        let _ = rig
            .spool
            .append(Some(row.seq), |_, into| into.extend_from_slice(b"row"));
    };
    // Killed after the spool took a row, and before the ledger forgot it.
    put(&ledger.outbox(0, 1).unwrap()[0]);
    move_outbox(&mut ledger, &rig.spool, |row| {
        written.push(row.seq);
        put(row);
    })
    .unwrap();
    assert_eq!(written.len(), 599);
    assert_eq!(rig.spool.stats().counters.spooled, 600);
    assert_eq!(ledger.outbox(0, 1).unwrap(), []);

    fill(&mut ledger, 600..603);
    move_outbox(&mut ledger, &rig.spool, |_| {}).unwrap();
    assert_eq!(
        ledger.outbox(0, 1).unwrap(),
        [],
        "records that nobody ships do not pile up"
    );
}

use super::*;
use crate::usage::Spent;
use aco_domain::{Clock, ToolCategory, ToolId, ToolKind, UnixNanos};
use aco_home::Environment;
use aco_sources::{Resources, Running};
use aco_spool::{Header, Options, OsFileSystem};
use aco_telemetry::metrics::family::{ALL, CLI_ACTIVE_DURATION};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

struct StandingClock;

impl Clock for StandingClock {
    fn now(&self) -> UnixNanos {
        UnixNanos(1_800_000_000_000_000_000)
    }
}

fn home(folder: &Path) -> Home {
    Home::resolve(&[("ACO_HOME", folder)].into_iter().collect::<Environment>()).unwrap()
}

fn spool(folder: &Path) -> Arc<Spool> {
    let header = Header {
        installation: [7; 16],
        opaque: Vec::new(),
    };
    let (fs, clock) = (Arc::new(OsFileSystem), Arc::new(StandingClock));
    let (spool, _) = Spool::open(fs, clock, folder, header, Options::default()).unwrap();
    Arc::new(spool)
}

fn metering(folder: &Path) -> Metering {
    Metering::open(
        &home(folder),
        spool(&folder.join("spool")),
        Tally::default(),
    )
    .unwrap()
}

fn running(tool: &str, kind: ToolKind) -> Running {
    Running {
        tool: ToolId::new(tool).unwrap(),
        display_name: tool.to_owned(),
        kind,
        category: ToolCategory::Other,
        pid: 1,
        start_time: UnixNanos(1),
        resources: Resources::default(),
    }
}

fn scan(running: impl IntoIterator<Item = Running>) -> Scan {
    Scan {
        running: running.into_iter().collect(),
    }
}

fn ran() -> Series {
    CLI_ACTIVE_DURATION.series(["ollama", "other"])
}

fn in_file(folder: &Path) -> Option<u64> {
    let (store, findings) = MetricStore::open(&home(folder).metrics_file()).unwrap();
    assert!(findings.is_empty(), "{findings:?}");
    Totals::restored(store.totals())
        .exported()
        .iter()
        .any(|(series, _)| *series == ran())
        .then(|| Totals::restored(store.totals()).of(&ran()))
}

#[tokio::test(start_paused = true)]
async fn totals_are_stored_before_an_export_and_else_every_few_minutes() {
    let folder = tempfile::tempdir().unwrap();
    let mut metering = metering(folder.path());
    let ollama = scan([running("ollama", ToolKind::Cli)]);
    metering.saw(&ollama);
    tokio::time::advance(Duration::from_secs(15)).await;
    metering.saw(&ollama);
    assert_eq!(in_file(folder.path()), None, "nobody exports");
    let mut source = metering.parts(ResourceAttributes::default()).source;
    source.snapshot();
    source.keep(&[(ran(), 0)]).unwrap();
    assert_eq!(in_file(folder.path()), Some(15_000));

    // Three minutes after the start, with the eleventh look from here.
    for _ in 0..11 {
        tokio::time::advance(Duration::from_secs(15)).await;
        metering.saw(&ollama);
    }
    // A paused clock goes on once no blocking task is left. Not by looking again and again: on
    // Windows a file that somebody reads cannot be replaced.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(in_file(folder.path()), Some(180_000));

    tokio::time::advance(Duration::from_secs(4)).await;
    metering.saw(&ollama);
    metering.close();
    assert_eq!(in_file(folder.path()), Some(185_000));
}

#[tokio::test(start_paused = true)]
async fn a_run_goes_on_where_the_last_one_ended() {
    let folder = tempfile::tempdir().unwrap();
    let ollama = scan([running("ollama", ToolKind::Cli)]);
    for run in 1..=3_u64 {
        let mut metering = metering(folder.path());
        metering.saw(&ollama);
        tokio::time::advance(Duration::from_secs(10)).await;
        metering.saw(&ollama);
        metering.close();
        assert_eq!(in_file(folder.path()), Some(run * 10_000));
        // Off for an hour.
        tokio::time::advance(Duration::from_secs(3600)).await;
    }
}

#[tokio::test]
async fn a_disk_that_takes_nothing_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let metering = metering(folder.path());
    fs::create_dir_all(home(folder.path()).metrics_file().join("in the way")).unwrap();
    let mut source = metering.parts(ResourceAttributes::default()).source;
    source.snapshot();
    let error = source.keep(&[(ran(), 1)]).unwrap_err();
    assert!(error.contains("metrics"), "{error}");
}

#[tokio::test]
async fn totals_that_cannot_be_read_are_not_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(home(folder.path()).metrics_file()).unwrap();
    let spool = spool(&folder.path().join("spool"));
    assert!(Metering::open(&home(folder.path()), spool, Tally::default()).is_err());
}

#[tokio::test]
async fn a_damaged_file_counts_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let spool = spool(&folder.path().join("spool"));
    let append = || spool.append(None, |_, into| into.push(1)).unwrap();
    append();
    fs::write(home(folder.path()).metrics_file(), "aco-metrics 1\n[").unwrap();
    let metering =
        Metering::open(&home(folder.path()), Arc::clone(&spool), Tally::default()).unwrap();
    let mut source = metering.parts(ResourceAttributes::default()).source;
    source.snapshot();
    append();
    source.snapshot();
    assert_eq!(
        locked(&metering.books.book)
            .totals
            .of(&RECORDS_SPOOLED.series([])),
        1
    );
}

#[tokio::test]
async fn every_family_has_a_value() {
    let folder = tempfile::tempdir().unwrap();
    let usage = Tally::default();
    let spool = spool(&folder.path().join("spool"));
    let mut metering = Metering::open(&home(folder.path()), spool, usage.clone()).unwrap();
    let total = |counter| aco_ledger::CounterTotal {
        counter,
        tool: "codex".into(),
        label: "m".into(),
        total: 1,
    };
    usage.set(Spent {
        counters: aco_ledger::Counter::ALL.map(total).into(),
        tools: vec!["codex".into()],
        ..Spent::default()
    });
    let both = scan([
        running("ollama", ToolKind::Cli),
        running("cursor", ToolKind::App),
    ]);
    metering.saw(&both);
    metering.saw(&scan([]));
    let mut source = metering.parts(ResourceAttributes::default()).source;
    let snapshot = source.snapshot();
    let measured: BTreeSet<_> = snapshot.series().map(|it| it.family().name).collect();
    let families: BTreeSet<_> = ALL.iter().map(|row| row.name).collect();
    assert_eq!(measured, families);
}

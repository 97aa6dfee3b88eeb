use super::*;
use crate::usage::{Paid, Spent, Stand};
use aco_budget::{Fee, Fees, Period};
use aco_domain::{
    Clock, LimitReading, NanoUsd, Percent, ToolCategory, ToolId, ToolKind, UnixNanos,
};
use aco_home::Environment;
use aco_sources::{Resources, Running};
use aco_spool::{Header, Options, OsFileSystem};
use aco_telemetry::metrics::family::{ALL, CLI_ACTIVE_DURATION};
use jiff::civil::date;
use jiff::tz::TimeZone;
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

/// A limit that is half used, and a fee for an application and a command-line tool.
fn stand() -> Stand {
    let fee = Fee {
        amount: NanoUsd(31 * NanoUsd::DOLLAR.0),
        period: Period::Month,
        since: Some(date(2026, 1, 1)),
        tools: ["codex", "cursor"]
            .map(|id| ToolId::new(id).unwrap())
            .to_vec(),
    };
    let fees = Fees::new(&[fee], date(2026, 1, 1));
    let paid = fees.parts().iter().map(|part| {
        let tool = part.tool.clone().unwrap();
        let kind = match tool.as_str() {
            "cursor" => ToolKind::App,
            _ => ToolKind::Cli,
        };
        Paid {
            tool,
            kind,
            category: ToolCategory::Other,
            parts: vec![part.clone()],
        }
    });
    let now = StandingClock.now();
    Stand {
        limits: vec![LimitReading {
            tool: ToolId::new("codex").unwrap(),
            window: "primary".to_owned(),
            used_percent: Percent::whole(50),
            minutes: Some(300),
            resets_at: None,
            at: now,
        }],
        paid: paid.collect(),
        at: Some((now, TimeZone::UTC)),
        ..Stand::default()
    }
}

/// Which values a snapshot has of a family, by the first label.
fn of_family(metering: &Metering, name: &str) -> Vec<(String, u64)> {
    let totals = locked(&metering.books.book).totals.to_store();
    totals
        .into_iter()
        .filter(|total| total.name == name)
        .map(|total| (total.labels[0].clone(), total.total))
        .collect()
}

#[tokio::test]
async fn a_fee_accrues_from_its_first_look_on_and_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let usage = Tally::default();
    let day = Duration::from_secs(86_400);
    let mut at = StandingClock.now();
    for run in 0..3_u64 {
        let spool = spool(&folder.path().join("spool"));
        let metering = Metering::open(&home(folder.path()), spool, usage.clone()).unwrap();
        let mut source = metering.parts(ResourceAttributes::default()).source;
        // Two looks a run, a day apart each.
        for look in 0..2 {
            let stand = Stand {
                at: Some((at, TimeZone::UTC)),
                ..stand()
            };
            usage.standing().set(stand);
            source.snapshot();
            // A day of a month with 31 days is a dollar, half of it for each tool.
            let halves = (2 * run + look) * 500_000_000;
            let accrued = of_family(&metering, "ai.cli.estimated.cost");
            assert_eq!(accrued, [("codex".to_owned(), halves)]);
            let accrued = of_family(&metering, "ai.app.estimated.cost");
            assert_eq!(accrued, [("cursor".to_owned(), halves)]);
            at = at.plus(day);
        }
        metering.close();
    }
}

#[tokio::test]
async fn a_limit_is_exported_until_its_window_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let usage = Tally::default();
    let spool = spool(&folder.path().join("spool"));
    let metering = Metering::open(&home(folder.path()), spool, usage.clone()).unwrap();
    let mut source = metering.parts(ResourceAttributes::default()).source;
    let mut exported = |hours: u64| {
        let at = StandingClock.now().plus(Duration::from_secs(hours * 3600));
        usage.standing().set(Stand {
            at: Some((at, TimeZone::UTC)),
            ..stand()
        });
        let snapshot = source.snapshot();
        snapshot
            .series()
            .any(|it| it.family().name == "ai.limit.used")
    };
    assert_eq!([0, 4, 5].map(&mut exported), [true, true, false]);
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
    usage.standing().set(stand());
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

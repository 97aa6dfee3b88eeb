use super::*;
use aco_sources::Resources;

const SECOND: Duration = Duration::from_secs(1);
const LABELS: [&str; 2] = ["ollama", "local-model"];

fn instance(tool: &str, kind: ToolKind, pid: u32) -> Running {
    Running {
        tool: ToolId::new(tool).unwrap(),
        display_name: tool.to_owned(),
        kind,
        category: ToolCategory::LocalModel,
        pid,
        start_time: UnixNanos(1),
        resources: Resources::default(),
    }
}

fn ollama(pid: u32) -> Running {
    instance("ollama", ToolKind::Cli, pid)
}

fn using(instance: &Running, cpu_ms: u64, megabytes: u64) -> Running {
    let resources = Resources {
        cpu_time: Duration::from_millis(cpu_ms),
        resident_bytes: megabytes * 1_000_000,
    };
    Running {
        resources,
        ..instance.clone()
    }
}

struct Rig {
    start: Instant,
    times: ToolTimes,
    totals: Totals,
}

impl Rig {
    fn new() -> Self {
        Self {
            start: Instant::now(),
            times: ToolTimes::default(),
            totals: Totals::default(),
        }
    }

    fn look(&mut self, after: Duration, running: &[Running]) {
        self.times
            .observe(self.start + after, running, &mut self.totals);
    }

    fn ran_ms(&self) -> u64 {
        self.totals.of(&CLI_ACTIVE_DURATION.series(LABELS))
    }

    fn snapshot(&self) -> Snapshot {
        let mut snapshot = Snapshot::default();
        self.times.read(&self.totals, &mut snapshot);
        snapshot
    }
}

#[test]
fn time_is_counted_from_look_to_look_and_once_for_all_instances() {
    let mut rig = Rig::new();
    rig.look(Duration::ZERO, &[]);
    rig.look(15 * SECOND, &[ollama(1)]);
    assert_eq!(rig.ran_ms(), 0, "when it started nobody knows");
    rig.look(30 * SECOND, &[ollama(1), ollama(2)]);
    assert_eq!(rig.ran_ms(), 15_000);
    rig.look(45 * SECOND, &[ollama(2)]);
    assert_eq!(rig.ran_ms(), 30_000);
    rig.look(60 * SECOND, &[]);
    assert_eq!(rig.ran_ms(), 45_000);
    rig.look(75 * SECOND, &[]);
    assert_eq!(rig.ran_ms(), 45_000);
}

#[test]
fn parts_of_a_millisecond_add_up() {
    let mut rig = Rig::new();
    let step = Duration::from_micros(1_700);
    for n in 0..=1_000 {
        rig.look(step * n, &[ollama(1)]);
    }
    assert_eq!(rig.ran_ms(), 1_700);
}

#[test]
fn a_sleep_is_not_counted() {
    let mut rig = Rig::new();
    rig.look(Duration::ZERO, &[ollama(1)]);
    // A late look on a busy machine is.
    rig.look(LATEST, &[ollama(1)]);
    assert_eq!(rig.ran_ms(), millis(LATEST));
    let eight_hours = 8 * 3600 * SECOND;
    rig.look(LATEST + eight_hours, &[ollama(1)]);
    assert_eq!(rig.ran_ms(), millis(LATEST + LONGEST_INTERVAL));
    rig.look(LATEST + eight_hours + 15 * SECOND, &[ollama(1)]);
    assert_eq!(rig.ran_ms(), millis(LATEST + LONGEST_INTERVAL) + 15_000);
}

#[test]
fn a_tool_is_absent_until_it_is_seen_and_0_after_it_stopped() {
    let mut rig = Rig::new();
    rig.look(Duration::ZERO, &[]);
    assert_eq!(rig.snapshot(), Snapshot::default());
    for (after, running) in [(1, 1.0), (2, 0.0), (3, 1.0)] {
        let found = if running > 0.0 {
            vec![ollama(1)]
        } else {
            vec![]
        };
        rig.look(after * 10 * SECOND, &found);
        let mut expected = Snapshot::default();
        expected.gauge(CLI_RUNNING, LABELS, running);
        expected.counter(CLI_ACTIVE_DURATION, LABELS, rig.ran_ms());
        assert_eq!(rig.snapshot(), expected);
    }
}

#[test]
fn an_application_shows_what_it_uses() {
    let labels = ["cursor", "local-model"];
    let one = instance("cursor", ToolKind::App, 1);
    let two = instance("cursor", ToolKind::App, 2);
    let expected = |running, cpu: Option<f64>, memory, ran| {
        let mut expected = Snapshot::default();
        expected.gauge(APP_RUNNING, labels, running);
        expected.counter(APP_ACTIVE_DURATION, labels, ran);
        expected.gauge(APP_MEMORY_USAGE, labels, memory);
        if let Some(cpu) = cpu {
            expected.gauge(APP_CPU_USAGE, labels, cpu);
        }
        expected
    };
    let mut rig = Rig::new();
    rig.look(Duration::ZERO, &[using(&one, 60_000, 300)]);
    assert_eq!(rig.snapshot(), expected(1.0, None, 300.0, 0));
    // Half a core; what the second one used before it was seen does not count.
    let both = [using(&one, 65_000, 310), using(&two, 9_000, 90)];
    rig.look(10 * SECOND, &both);
    assert_eq!(rig.snapshot(), expected(1.0, Some(50.0), 400.0, 10_000));
    // Three cores. A figure that went back counts for nothing.
    let both = [using(&one, 64_000, 310), using(&two, 39_000, 90)];
    rig.look(20 * SECOND, &both);
    assert_eq!(rig.snapshot(), expected(1.0, Some(300.0), 400.0, 20_000));
    rig.look(30 * SECOND, &[]);
    assert_eq!(rig.snapshot(), expected(0.0, Some(0.0), 0.0, 30_000));
}

#[test]
fn another_category_is_another_series() {
    let mut rig = Rig::new();
    rig.look(Duration::ZERO, &[ollama(1)]);
    let changed = Running {
        category: ToolCategory::Chat,
        ..ollama(1)
    };
    rig.look(10 * SECOND, std::slice::from_ref(&changed));
    rig.look(15 * SECOND, &[changed]);
    assert_eq!(rig.ran_ms(), 10_000);
    let chat = CLI_ACTIVE_DURATION.series(["ollama", "chat"]);
    assert_eq!(rig.totals.of(&chat), 5_000);
}

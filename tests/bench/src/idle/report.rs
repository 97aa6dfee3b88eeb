//! Three agents side by side, and the table.

use crate::crowd::{self, Crowd};
use crate::watch::{Watched, Work, watch};
use aco_e2e::aco::Aco;
use aco_e2e::process::idle_program;
use aco_e2e::stack::Stack;
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

/// How long they are watched.
pub(crate) const MINUTE: Duration = Duration::from_secs(60);

/// On the machine, the kernel's included.
const PROCESSES: usize = 500;

/// From an agent's start until it is watched: by then it has looked at everything three times and
/// exported metrics once.
const SETTLES: Duration = Duration::from_secs(75);

const UP: Duration = Duration::from_secs(30);

const MIB: f64 = 1024.0 * 1024.0;

/// The aims, and how a figure is held against one.
const RESIDENT_MIB: f64 = 16.0;
const CORE_PERCENT: f64 = 0.1;

pub(crate) fn run(aco: &Path, time: Duration) {
    let stack = Stack::builder().plaintext().without_prometheus().start();
    let tools = tempfile::tempdir().unwrap();
    let tool = idle_program(tools.path(), "ollama");
    let crowd = Crowd::up_to(PROCESSES);
    let builder = || Aco::builder().program(aco);
    let mut agents = [
        ("connected", builder().ships_to(&stack).build()),
        ("offline", builder().endpoint(&nobody()).build()),
        ("paused", builder().ships_to(&stack).build()),
    ];
    for (state, agent) in &mut agents {
        agent.spawn_run();
        agent.wait_until_up(UP);
        if *state == "paused" {
            assert_eq!(agent.cmd(&["pause"]).code, 0);
        }
    }
    println!(
        "{} processes, one of them a tool; watched for {} s, {} s after the start",
        crowd::count(),
        time.as_secs(),
        SETTLES.as_secs()
    );
    std::thread::sleep(SETTLES);
    for (state, agent) in &agents {
        let seen = agent.status();
        let tools = seen["tools"].as_array().map_or(0, Vec::len);
        assert!(tools > 0, "the {state} agent sees no tool: {seen}");
    }
    let watched: Vec<_> = agents
        .iter_mut()
        .map(|(_, agent)| (agent.agent().pid(), agent.home()))
        .collect();
    let results = watch(&watched, time);
    let rows: Vec<_> = agents
        .iter()
        .zip(&results)
        .map(|((state, agent), watched)| (*state, agent.home(), watched))
        .collect();

    println!(
        "\n{:<10} {:>9} {:>13} {:>10} {:>8} {:>10} {:>9}",
        "", "resident", "proportional", "own data", "CPU", "wake-ups", "written"
    );
    for (state, _, watched) in &rows {
        println!("{}", row(state, watched));
    }
    println!(
        "{:<10} {:>9} {:>13} {:>10} {:>8} {:>10} {:>9}",
        "aim",
        format!("{RESIDENT_MIB} MiB"),
        "",
        "",
        format!("{CORE_PERCENT} %"),
        "few",
        "0 B"
    );
    for (state, home, watched) in &rows {
        explain(state, home, watched);
    }
    drop((agents, crowd, tool, stack));
}

/// An address at which nobody listens.
fn nobody() -> String {
    let port = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = port.local_addr().unwrap().port();
    format!("http://127.0.0.1:{port}")
}

fn row(state: &str, watched: &Watched) -> String {
    let memory = watched.memory;
    let mib = |bytes| format!("{:.1} MiB", mib(bytes));
    format!(
        "{state:<10} {:>9} {:>13} {:>10} {:>8} {:>10} {:>9}",
        mib(memory.resident),
        mib(memory.proportional),
        mib(memory.anonymous),
        format!("{:.3} %", percent(watched)),
        format!("{:.2} /s", per_second(watched.waits(), watched)),
        format!("{} B", watched.written)
    )
}

/// Files an agent may write with nothing to do, and why. What is not here nobody has thought of.
const REASONS: [(&str, &str); 2] = [
    (
        "metrics",
        "how long the running tool has run, which survives a restart: nothing changes only where none runs",
    ),
    ("logs", "attempts that failed"),
];

/// An agent taken apart.
fn explain(state: &str, home: &Path, watched: &Watched) {
    let memory = watched.memory;
    if mib(memory.resident) > RESIDENT_MIB {
        println!(
            "\n{state}: {:.1} MiB above the aim; {:.1} MiB are the program's and its libraries' own \
             files, of which the system drops what it needs elsewhere",
            mib(memory.resident) - RESIDENT_MIB,
            mib(memory.resident - memory.anonymous)
        );
    }
    println!("\n{state}: by thread");
    let mut threads: Vec<(&String, &Work)> = watched.threads.iter().collect();
    threads.sort_by_key(|(_, work)| std::cmp::Reverse((work.cpu, work.waits)));
    for (name, work) in threads {
        #[expect(clippy::cast_precision_loss, reason = "figures for people")]
        let milliseconds = work.cpu as f64 / 1e6;
        let waits = per_second(work.waits, watched);
        println!("  {name:<16} {milliseconds:>8.2} ms {waits:>7.2} wake-ups/s");
    }
    if watched.written > 0 || !watched.changed.is_empty() {
        println!("{state}: files written");
        for path in &watched.changed {
            let path = path.strip_prefix(home).unwrap_or(path);
            let known = REASONS.iter().find(|(file, _)| path.starts_with(file));
            let reason = known.map_or("no reason is known", |(_, reason)| *reason);
            println!("  {}: {reason}", path.display());
        }
    }
}

fn percent(watched: &Watched) -> f64 {
    100.0 * watched.cpu() / watched.seconds
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn per_second(count: u64, watched: &Watched) -> f64 {
    count as f64 / watched.seconds
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn mib(bytes: u64) -> f64 {
    bytes as f64 / MIB
}

//! The real process table: a harmless program with a tool's name starts and ends.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    reason = "a panic is how a test fails, in its helpers too"
)]

use aco_domain::ToolKind;
use aco_sources::{Catalogue, Event, Machine, Os, Scanner, Tracker};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn scanner() -> Scanner<Machine> {
    let catalogue = Catalogue::embedded(Os::current()).unwrap();
    Scanner::new(Machine::new().unwrap(), catalogue)
}

/// Scans until `pid` has started or stopped, and returns that event.
fn wait_for(scanner: &mut Scanner<Machine>, tracker: &mut Tracker, pid: u32) -> Event {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let events = tracker.observe(&scanner.scan().unwrap());
        let mine = events.into_iter().find(|event| {
            let (Event::Started(instance) | Event::Stopped(instance)) = event;
            instance.pid == pid
        });
        if let Some(event) = mine {
            return event;
        }
        assert!(Instant::now() < deadline, "nothing was seen of {pid}");
        std::thread::yield_now();
    }
}

struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// By `cp`: a file that this process has open for writing may be open in a child that another
/// test's thread is just starting, and cannot be run then (ETXTBSY).
fn copy_sleep(to: &std::path::Path) {
    let copied = Command::new("cp").arg("/bin/sleep").arg(to).status();
    assert!(copied.unwrap().success());
}

fn start(program: &std::path::Path) -> Ended {
    let child = Command::new(program)
        .arg("600")
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    Ended(child)
}

#[test]
fn a_copy_of_sleep_called_ollama_starts_and_stops() {
    let home = tempfile::tempdir().unwrap();
    let program = home.path().join("ollama");
    copy_sleep(&program);
    let (mut scanner, mut tracker) = (scanner(), Tracker::new());
    tracker.observe(&scanner.scan().unwrap());

    let before = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let mut child = start(&program);
    let pid = child.0.id();
    let Event::Started(instance) = wait_for(&mut scanner, &mut tracker, pid) else {
        panic!("stopped before it started");
    };
    assert_eq!(instance.tool.as_str(), "ollama");
    assert_eq!(instance.display_name, "Ollama");
    assert_eq!(instance.kind, ToolKind::Cli);
    // The kernel counts in ticks since boot, so the second may differ by one or two.
    assert!(instance.start_time.seconds().abs_diff(before) <= 5);

    // The program is a copy of sleep: it holds memory, and next to no processor time.
    assert!(instance.resources.resident_bytes > 4096);
    assert!(instance.resources.cpu_time < Duration::from_secs(5));

    child.0.kill().unwrap();
    // Ended and not yet buried (no `wait`): it no longer runs.
    let event = wait_for(&mut scanner, &mut tracker, pid);
    assert!(matches!(event, Event::Stopped(stopped) if stopped.pid == instance.pid));
}

#[test]
fn one_that_ran_before_the_first_scan_is_started_too() {
    let home = tempfile::tempdir().unwrap();
    let program = home.path().join("crush");
    copy_sleep(&program);
    let child = start(&program);
    let (mut scanner, mut tracker) = (scanner(), Tracker::new());
    let event = wait_for(&mut scanner, &mut tracker, child.0.id());
    assert!(matches!(event, Event::Started(instance) if instance.tool.as_str() == "crush"));
}

#[test]
fn a_look_alike_is_not_seen() {
    let home = tempfile::tempdir().unwrap();
    let (tool, other) = (home.path().join("goose"), home.path().join("goose-step"));
    copy_sleep(&tool);
    copy_sleep(&other);
    let other = start(&other);
    let tool = start(&tool);
    let (mut scanner, mut tracker) = (scanner(), Tracker::new());
    // Once the tool is seen, everything older has been looked at as well.
    wait_for(&mut scanner, &mut tracker, tool.0.id());
    assert!(
        tracker
            .running()
            .all(|instance| instance.pid != other.0.id())
    );
}

//! Both programs, and the table.

use crate::subject::{Effort, Findings, Subject, measure, start};
use crate::watch::{Watched, watch};
use aco_e2e::aco::Aco;
use aco_e2e_desktop::desktop::Desktop;
use aco_e2e_desktop::family;
use aco_e2e_desktop::installation::Installation;
use aco_e2e_desktop::views::{go_to, past_first_run};
use std::path::Path;

/// The aims.
const MORE_MIB: f64 = 10.0;
const IDLE_PERCENT: f64 = 0.1;
const FOLLOWING_PERCENT: f64 = 1.0;
const START_RATIO: f64 = 1.3;

/// A state among the findings.
type Part = fn(&Findings) -> Watched;

/// Log lines a second.
const LINES: u32 = 10;

pub(crate) fn run(minimal: &Path, ours: &Path, aco: &Path, effort: &Effort) {
    let minimal = Subject {
        program: minimal,
        open: "Open Minimal",
        quit: "Quit",
    };
    let ours = Subject {
        program: ours,
        open: "Open AI Cost Observer",
        quit: "Quit",
    };
    let (minimal_starts, our_starts) = starts([minimal, ours], effort);
    let mut least = measure(minimal, effort);
    least.start = minimal_starts;
    let mut found = measure(ours, effort);
    found.start = our_starts;
    let following = following(ours.program, aco, effort);

    println!(
        "each state watched for {} s; {} starts and openings, of which the median",
        effort.watched.as_secs(),
        effort.times
    );
    println!(
        "\n{:<28} {:>12} {:>12}   aim",
        "memory of the process tree", "the least", "ours"
    );
    let states: [(&str, Part); 3] = [
        ("window never opened", |of| of.never_opened),
        ("window open", |of| of.open),
        ("window closed again", |of| of.closed_again),
    ];
    // What a window leaves behind in the least is no aim of ours: its floor is.
    let aims = [
        within(found.never_opened, least.never_opened),
        String::new(),
        within(found.closed_again, least.never_opened),
    ];
    for ((name, of), aim) in states.iter().zip(&aims) {
        let (least, ours) = (of(&least), of(&found));
        let mib = |watched: Watched| format!("{:.1} MiB", watched.memory);
        println!("{name:<28} {:>12} {:>12}   {aim}", mib(least), mib(ours));
    }
    println!(
        "\n{:<28} {:>12} {:>12}   aim",
        "processor, of one core", "", ""
    );
    for (name, of) in &states {
        let (least, ours) = (of(&least), of(&found));
        let aim = if *name == "window open" {
            String::new()
        } else {
            at_most(ours.cpu, IDLE_PERCENT)
        };
        println!(
            "{name:<28} {:>12} {:>12}   {aim}",
            percent(least.cpu),
            percent(ours.cpu)
        );
    }
    println!(
        "{:<28} {:>12} {:>12}   {}",
        format!("following {LINES} lines/s"),
        "",
        percent(following.cpu),
        at_most(following.cpu, FOLLOWING_PERCENT)
    );
    println!("\n{:<28} {:>12} {:>12}   aim", "time", "", "");
    let (a, b) = (median(&least.start), median(&found.start));
    println!(
        "{:<28} {:>12} {:>12}   {:.2} × of {START_RATIO}: {}",
        "start to tray icon",
        format!("{a:.0} ms"),
        format!("{b:.0} ms"),
        b / a,
        verdict(b / a <= START_RATIO)
    );
    println!(
        "{:<28} {:>12} {:>12}   {:.2} ×",
        "click to painted window",
        format!("{:.0} ms", median(&least.painted)),
        format!("{:.0} ms", median(&found.painted)),
        median(&found.painted) / median(&least.painted)
    );
    println!(
        "\nprocesses: {} and {} with a window open, {} and {} without",
        least.open.processes,
        found.open.processes,
        least.closed_again.processes,
        found.closed_again.processes
    );
}

/// In turns: whatever else the machine does then happens to both.
fn starts(subjects: [Subject<'_>; 2], effort: &Effort) -> (Vec<f64>, Vec<f64>) {
    let desktops = [Desktop::start(), Desktop::start()];
    let mut running: Vec<_> = subjects
        .iter()
        .zip(&desktops)
        .map(|(subject, desktop)| Installation::of(desktop, Aco::builder(), subject.program))
        .collect();
    let mut took = [Vec::new(), Vec::new()];
    // The first of each reads the program from the disk, and makes the home.
    for turn in 0..=effort.times {
        for side in 0..2 {
            let time = start(&desktops[side], &mut running[side], subjects[side].quit);
            if turn > 0 {
                took[side].push(time);
            }
        }
    }
    let [mut first, mut second] = took;
    first.sort_by(f64::total_cmp);
    second.sort_by(f64::total_cmp);
    (first, second)
}

/// The tray and a window that shows the log while lines keep coming.
fn following(program: &Path, aco: &Path, effort: &Effort) -> Watched {
    let desktop = Desktop::start();
    let mut running = Installation::of(&desktop, Aco::builder().program(aco), program);
    running.start();
    running.wait_until_up();
    let window = running.window();
    past_first_run(&window);
    go_to(&window, "logs");
    let lines = LINES * u32::try_from(effort.watched.as_secs() + 60).unwrap();
    let emitting = running.aco.spawn(&[
        "emit",
        "--count",
        &lines.to_string(),
        "--rate",
        &LINES.to_string(),
    ]);
    // The words of its lines, whatever the first says of them.
    window.find("[role=option]");
    let (tray, driver) = (running.tray().pid(), window.driver_pid());
    let watched = watch(effort.watched, || {
        let mut both = family::of(tray);
        // The driver is none of ours; what it has started is.
        both.extend(family::of(driver).into_iter().skip(1));
        both
    });
    emitting.kill9();
    watched
}

fn within(ours: Watched, floor: Watched) -> String {
    let more = ours.memory - floor.memory;
    format!(
        "{more:+.1} MiB of {MORE_MIB} to {:.1}: {}",
        floor.memory,
        verdict(more <= MORE_MIB)
    )
}

fn at_most(value: f64, aim: f64) -> String {
    format!("{aim} %: {}", verdict(value <= aim))
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "missed" }
}

fn percent(value: f64) -> String {
    format!("{value:.3} %")
}

/// Of sorted values; NaN of none.
fn median(sorted: &[f64]) -> f64 {
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

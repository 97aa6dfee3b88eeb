//! The rounds, and the table.

use crate::fixture::{Fixture, Size};
use crate::idle;
use crate::measure::{Taken, taken};
use crate::sides::{Side, check, output, peers_tokens};
use crate::statusline;
use aco_bench::stats::median;
use std::path::Path;
use std::time::Duration;

/// What was aimed at: against the other side where it is a ratio.
const CPU: f64 = 0.5;
const WALL_AFTER_GROWTH: f64 = 0.1;
const RESIDENT_MIB: f64 = 64.0;
const STATUSLINE_MS: f64 = 20.0;

pub(crate) fn run(kept: &Path, peer: &Path, aco: &Path, size: Size) {
    let mut fixture = Fixture::make(kept, size);
    println!("{}\n", fixture.describe());
    let sides = [
        ("aco report", Side::Ours(aco)),
        ("ccusage", Side::Peer(peer)),
        ("grep -c", Side::Floor),
    ];
    let rounds = size.rounds();

    println!("First import, medians of {rounds} alternating rounds after one to warm up");
    let first = alternate(&sides, rounds, |side| {
        // Ours begins without a ledger each time.
        one(&fixture, *side, &fixture.fresh("aco"))
    });
    print_table(&first);
    if let [ours, peer, _] = first.as_slice() {
        aim("CPU against ccusage", ours.taken.cpu / peer.taken.cpu, CPU);
        aim("MiB resident", ours.taken.resident, RESIDENT_MIB);
    }
    one(&fixture, Side::Peer(peer), &fixture.fresh("aco"));
    let theirs = peers_tokens(&fixture).map_or("?".to_owned(), |tokens| tokens.to_string());
    let truth = fixture.totals().tokens.total();
    println!("  tokens: {truth} by the manifest; ccusage counts {theirs}\n");

    let kept_home = fixture.fresh("aco");
    one(&fixture, Side::Ours(aco), &kept_home);
    println!("After one more answer, medians of {rounds} rounds");
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        fixture.grow();
        ours.push(one(&fixture, Side::Ours(aco), &kept_home));
        theirs.push(one(&fixture, Side::Peer(peer), &kept_home));
    }
    let rows = [Row::new("aco report", ours), Row::new("ccusage", theirs)];
    print_table(&rows);
    let ratio = rows[0].taken.wall / rows[1].taken.wall;
    aim("wall time against ccusage", ratio, WALL_AFTER_GROWTH);

    let waited = statusline::waited(&fixture, aco, &kept_home);
    println!("\nA status line over that ledger, 41 prompts");
    println!("  slowest: {:.1} ms", waited.slowest * 1e3);
    aim("ms wall, median", waited.median * 1e3, STATUSLINE_MS);
    let alone = first
        .first()
        .map(|ours| ours.taken.cpu * 1e3 / fixture.megabytes());
    every_tool(&mut fixture, aco, size, alone);

    let time = match size {
        Size::Quick => Duration::from_secs(20),
        Size::Full | Size::LargeFiles => Duration::from_secs(120),
    };
    // It makes the first import itself: what that leaves behind in its memory counts.
    let idle = idle::watch(&fixture, aco, &fixture.fresh("agent"), time);
    println!(
        "\nAn agent after its own first import, {:.0} s at rest",
        idle.seconds
    );
    println!(
        "  {} transcripts opened   aim: 0\n  {} bytes written to disk\n  {:.2} s CPU, {:.1} MiB resident, {} KiB read (its own files and /proc)",
        idle.opened,
        idle.written,
        idle.cpu,
        idle.resident,
        idle.read / 1024
    );
}

/// Ours alone, over a home with the histories of every tool.
fn every_tool(fixture: &mut Fixture, aco: &Path, size: Size, alone: Option<f64>) {
    fixture.use_every_tool(size);
    println!("\nWith every tool: {}", fixture.describe());
    let side = Side::Ours(aco);
    let first = (0..size.rounds()).map(|_| one(fixture, side, &fixture.fresh("aco")));
    let first = Row::new("first import", first.collect());
    let kept = fixture.fresh("aco");
    one(fixture, side, &kept);
    let mut later = Vec::new();
    for _ in 0..size.rounds() {
        fixture.grow();
        later.push(one(fixture, side, &kept));
    }
    let rows = [first, Row::new("one more answer", later)];
    print_table(&rows);
    let each = rows[0].taken.cpu * 1e3 / fixture.megabytes();
    let alone = alone.map_or("?".to_owned(), |alone| format!("{alone:.2}"));
    println!("  {each:.2} ms CPU a megabyte; Claude Code's transcripts alone {alone}");
    aim("MiB resident", rows[0].taken.resident, RESIDENT_MIB);
}

fn one(fixture: &Fixture, side: Side<'_>, aco_home: &Path) -> Taken {
    let taken = taken(&output(fixture), &side.command(fixture, aco_home));
    if let Side::Ours(_) = side {
        check(fixture);
    }
    taken
}

/// A side, and the median of each of its figures.
struct Row<'a> {
    name: &'a str,
    taken: Taken,
}

impl<'a> Row<'a> {
    fn new(name: &'a str, all: Vec<Taken>) -> Self {
        let middle = |figure: fn(&Taken) -> f64| median(all.iter().map(figure).collect());
        let taken = Taken {
            cpu: middle(|taken| taken.cpu),
            wall: middle(|taken| taken.wall),
            resident: middle(|taken| taken.resident),
        };
        Self { name, taken }
    }
}

fn alternate<'a>(
    sides: &[(&'a str, Side<'_>)],
    rounds: usize,
    run: impl Fn(&Side<'_>) -> Taken,
) -> Vec<Row<'a>> {
    let mut all: Vec<Vec<Taken>> = vec![Vec::new(); sides.len()];
    for round in 0..=rounds {
        for ((_, side), all) in sides.iter().zip(&mut all) {
            let taken = run(side);
            if round > 0 {
                all.push(taken);
            }
        }
    }
    let names = sides.iter().map(|(name, _)| *name);
    names
        .zip(all)
        .map(|(name, all)| Row::new(name, all))
        .collect()
}

fn print_table(rows: &[Row<'_>]) {
    println!(
        "  {:<12}{:>10}{:>10}{:>14}",
        "", "CPU s", "wall s", "MiB resident"
    );
    for Row { name, taken } in rows {
        println!(
            "  {name:<12}{:>10.3}{:>10.3}{:>14.1}",
            taken.cpu, taken.wall, taken.resident
        );
    }
}

fn aim(what: &str, found: f64, aim: f64) {
    let verdict = if found <= aim { "met" } else { "MISSED" };
    println!("  {what}: {found:.2}   aim: ≤ {aim}, {verdict}");
}

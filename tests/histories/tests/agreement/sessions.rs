//! The tools whose histories have one shape: what is kept of them, however they are come upon.

use crate::ledger::{Machine, PIECES, agrees, files_below, write_piece};
use aco_histories::{Manifest, Shape, amp, copilot, droid, gemini, kimi, qwen};
use aco_usage::FoundFile;
use std::fs;
use std::io;
use std::path::Path;

/// Writes a history into a home.
type Write = fn(&Path, &Shape) -> io::Result<Manifest>;

/// By the tool's id.
pub(crate) const TOOLS: &[(&str, Write)] = &[
    ("gemini-cli", gemini::write),
    ("copilot-cli", copilot::write),
    ("qwen-code", qwen::write),
    ("amp", amp::write),
    ("droid", droid::write),
    ("kimi", kimi::write),
];

fn shape(seed: u64) -> Shape {
    Shape {
        seed,
        ..Shape::SMALL
    }
}

#[test]
fn the_ledger_holds_what_each_tool_was_meant_to_record() {
    for (tool, write) in TOOLS {
        for seed in 1..4 {
            println!("{tool} {seed}");
            let mut machine = Machine::new();
            let manifest = write(&machine.tool(""), &shape(seed)).unwrap();
            machine.scan(|_| {});
            agrees(&machine, &manifest);
            // Nothing has happened since.
            machine.scan(|_| {});
            agrees(&machine, &manifest);
        }
    }
}

#[test]
fn no_order_of_their_files_changes_it() {
    let reversed = |files: &mut Vec<FoundFile>| files.reverse();
    let shuffled = |files: &mut Vec<FoundFile>| fastrand::Rng::with_seed(6).shuffle(files);
    for (tool, write) in TOOLS {
        for order in [&reversed as &dyn Fn(&mut Vec<FoundFile>), &shuffled] {
            println!("{tool}");
            let mut machine = Machine::new();
            let manifest = write(&machine.tool(""), &shape(4)).unwrap();
            machine.scan(order);
            agrees(&machine, &manifest);
        }
    }
}

#[test]
fn no_way_of_cutting_their_files_into_pieces_changes_it() {
    for (tool, write) in TOOLS {
        println!("{tool}");
        let staged = tempfile::tempdir().unwrap();
        let manifest = write(staged.path(), &shape(5)).unwrap();
        let mut machine = Machine::new();
        let home = machine.tool("");
        for piece in 0..PIECES {
            for file in files_below(staged.path()) {
                let name = file.strip_prefix(staged.path()).unwrap();
                write_piece(staged.path(), &home, name, piece);
            }
            machine.scan(|_| {});
        }
        agrees(&machine, &manifest);
    }
}

/// All of them on one machine, as a person who tries everything has them.
#[test]
fn tools_beside_each_other_do_not_meet() {
    let mut machine = Machine::new();
    let mut all = Manifest::default();
    for (_, write) in TOOLS {
        let home = machine.tool("");
        fs::create_dir_all(&home).unwrap();
        all.merge(write(&home, &shape(7)).unwrap());
    }
    machine.scan(|_| {});
    agrees(&machine, &all);
}

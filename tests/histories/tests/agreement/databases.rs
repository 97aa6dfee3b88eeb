//! The tools that keep databases: what is kept of them. Where scans fall while they write is tried in
//! `aco-usage-sqlite`.

use crate::ledger::{Machine, agrees};
use crate::sessions::TOOLS;
use aco_histories::{Manifest, Shape, goose, opencode};
use aco_usage::FoundFile;
use std::io;
use std::path::Path;

/// Writes a history into a home.
type Write = fn(&Path, &Shape) -> io::Result<Manifest>;

const DATABASES: &[(&str, Write)] = &[("opencode", opencode::write), ("goose", goose::write)];

fn shape(seed: u64) -> Shape {
    Shape {
        seed,
        ..Shape::SMALL
    }
}

#[test]
fn the_ledger_holds_what_each_database_was_meant_to_record() {
    for (tool, write) in DATABASES {
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
fn no_order_of_databases_and_files_changes_it() {
    for (tool, write) in DATABASES {
        println!("{tool}");
        let mut machine = Machine::new();
        let manifest = write(&machine.tool(""), &shape(4)).unwrap();
        machine.scan(|files: &mut Vec<FoundFile>| files.reverse());
        agrees(&machine, &manifest);
    }
}

/// More rows than one step takes.
#[test]
fn a_long_history_is_read_in_steps() {
    let long = Shape {
        seed: 5,
        sessions: 60,
        calls: 90,
        text: 50,
        ..Shape::SMALL
    };
    for (tool, write) in DATABASES {
        println!("{tool}");
        let mut machine = Machine::new();
        let manifest = write(&machine.tool(""), &long).unwrap();
        machine.scan(|_| {});
        agrees(&machine, &manifest);
    }
}

/// All tools on one machine, as a person who tries everything has them.
#[test]
fn databases_beside_other_tools_do_not_meet() {
    let mut machine = Machine::new();
    let mut all = Manifest::default();
    for (_, write) in DATABASES.iter().chain(TOOLS) {
        all.merge(write(&machine.tool(""), &shape(7)).unwrap());
    }
    machine.scan(|_| {});
    agrees(&machine, &all);
}

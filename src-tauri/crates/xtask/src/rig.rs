//! `cargo xtask rig`: tests too long for every run, as `#[ignore]`d tests of `tests/e2e`.

use crate::peer;
use crate::place::Place;
use crate::process::{Failure, run};
use crate::stack;
use crate::summary::run_tests;

/// The rig that needs another tracker, from npm.
const PEERS: &str = "peers";

/// Runs the rigs whose name contains `name`, showing what they print: it is their finding.
pub(crate) fn one(place: &Place, name: &str) -> Result<(), Failure> {
    let mut tests = place.check_cargo(&[
        "test",
        "--release",
        "--package",
        "aco-e2e",
        "--",
        "--ignored",
        "--nocapture",
        name,
    ]);
    if name == PEERS {
        // It has nothing to do with the servers.
        tests.env("ACO_CCUSAGE", peer::ccusage(place)?);
    } else {
        stack::build(place)?;
    }
    let summary = run_tests(&mut tests)?;
    println!("{summary}");
    Ok(())
}

/// Prints their names.
pub(crate) fn list(place: &Place) -> Result<(), Failure> {
    run(&mut place.check_cargo(&[
        "test",
        "--release",
        "--package",
        "aco-e2e",
        "--",
        "--ignored",
        "--list",
    ]))
}

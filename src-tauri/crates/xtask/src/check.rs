//! `cargo xtask check`: what can be said about the source without running the product.

use crate::needs;
use crate::place::Place;
use crate::process::{Failure, run, step};
use crate::summary::run_tests;
use crate::ui;

/// Format, clippy, licences and sources of dependencies, the window's pages, and the architecture
/// test.
pub(crate) fn quick(place: &Place) -> Result<(), Failure> {
    needs::all(place)?;
    source(place)?;
    let tests = step("architecture", || {
        run_tests(&mut place.check_cargo(&["test", "--package", "xtask"]))
    })?;
    println!("{tests}");
    Ok(())
}

/// The steps shared with `cargo xtask test`, cheapest first.
pub(crate) fn source(place: &Place) -> Result<(), Failure> {
    step("format", || {
        run(&mut place.cargo(&["fmt", "--all", "--check"]))
    })?;
    step("dependencies", || {
        let deny = needs::cargo_deny(place)?;
        // Advisories need a database from the network; the hosted workflow checks them.
        run(place
            .command(deny)
            .args(["check", "bans", "licenses", "sources"]))
    })?;
    // Before clippy: the tray application carries the pages inside.
    ui::check(place)?;
    step("clippy", || {
        run(&mut place.check_cargo(&[
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "--deny",
            "warnings",
        ]))
    })
}

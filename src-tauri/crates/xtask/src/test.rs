//! `cargo xtask test`: everything CI checks, in one command.

use crate::needs::{self, C_COMPILER, CLIPPY, DESKTOP, GO, RUSTFMT, TRAY};
use crate::place::Place;
use crate::process::{Failure, run, step};
use crate::summary::run_tests;
use crate::{check, cross, stack, ui};
use std::path::PathBuf;

/// Checks the source, builds the real servers and runs every test against them.
///
/// The tests come last, so that the end of the output is their count.
pub(crate) fn everything(place: &Place) -> Result<(), Failure> {
    needs::install(
        place,
        &[&[&C_COMPILER, &RUSTFMT, &CLIPPY, &GO], TRAY, DESKTOP].concat(),
    )?;
    eprintln!("building in {}", place.checks_target.display());
    check::source(place)?;
    step("documentation", || {
        run(place
            .check_cargo(&["doc", "--workspace", "--no-deps"])
            .env("RUSTDOCFLAGS", "--deny warnings"))
    })?;
    if cfg!(target_os = "linux") {
        cross::check(place, cross::Tests::UnderWine)?;
    } else {
        eprintln!("the other systems' sides are checked on Linux; here this one's are");
    }
    step("servers", || stack::build(place))?;
    ui::build_harness(place)?;
    let tests = step("tests", || {
        // One failure must not hide the others behind it.
        let mut tests = place.check_cargo(&["test", "--workspace", "--no-fail-fast"]);
        if cfg!(target_os = "linux") {
            tests.envs(desktop_programs(place)?);
        }
        run_tests(&mut tests)
    })?;
    println!("{tests}");
    Ok(())
}

/// Builds the programs that tests start on a desktop, and says where they are. They are made of what
/// the tests are made of: each by itself would build the webview's half of the tree once more.
fn desktop_programs(place: &Place) -> Result<[(&'static str, PathBuf); 2], Failure> {
    let programs = [
        ("ACO_TRAY_BIN", "ai-cost-observer"),
        ("ACO_MINIMAL_TRAY_BIN", "minimal-tray"),
    ];
    let mut build = place.check_cargo(&["build", "--workspace"]);
    for (_, name) in programs {
        build.args(["--bin", name]);
    }
    run(&mut build)?;
    let folder = place.checks_target.join("debug");
    Ok(programs.map(|(variable, name)| (variable, folder.join(name))))
}

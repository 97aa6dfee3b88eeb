//! `cargo xtask test`: everything CI checks, in one command.

use crate::needs::{self, C_COMPILER, CLIPPY, DESKTOP, GO, RUSTFMT, TRAY};
use crate::place::Place;
use crate::process::{Failure, run, step};
use crate::summary::run_tests;
use crate::{check, cross, stack, ui};

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
        run_tests(&mut place.check_cargo(&["test", "--workspace", "--no-fail-fast"]))
    })?;
    println!("{tests}");
    Ok(())
}

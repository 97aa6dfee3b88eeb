//! `cargo xtask screenshots`: the README's pictures, as the program looks today.
//!
//! The tests of the window take one of every view and state; of those the README shows a few.

use crate::needs::{self, C_COMPILER, DESKTOP, TRAY};
use crate::place::Place;
use crate::process::{Failure, step};
use crate::summary::run_tests;
use crate::ui;
use std::fs;

/// The pictures that the README shows, by the names the tests give them.
const SHOWN: &[&str] = &[
    "status-ok-light",
    "status-token-refused-dark",
    "logs-dark",
    "spend-month-light",
    "settings-light",
];

/// Has the tests take all of them, and keeps those that are shown.
pub(crate) fn take(place: &Place) -> Result<(), Failure> {
    needs::install(place, &[&[&C_COMPILER], TRAY, DESKTOP].concat())?;
    ui::build_harness(place)?;
    let taken = place.checks_target.join("screenshots");
    step("pictures", || {
        let mut tests = place.check_cargo(&["test", "--package", "aco-e2e-desktop"]);
        tests.args(["--test", "pages", "picture"]);
        run_tests(tests.env("ACO_SCREENSHOTS", &taken))
    })?;
    let kept = place.root.join("docs").join("screenshots");
    for name in SHOWN {
        let file = format!("{name}.png");
        fs::create_dir_all(&kept)
            .and_then(|()| fs::copy(taken.join(&file), kept.join(&file)))
            .map_err(|error| Failure::new(format!("could not keep {file}: {error}")))?;
    }
    eprintln!("all of them: {}", taken.display());
    Ok(())
}

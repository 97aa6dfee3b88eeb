//! `cargo xtask bench`: measures what the README claims.

use crate::needs::{self, C_COMPILER, DESKTOP, TRAY};
use crate::place::Place;
use crate::process::{Failure, hand_over, run, step};
use crate::{peer, ui};

/// Cost of a log call and speed of the drain, against the stock pipeline in the same run.
pub(crate) fn emit(place: &Place, arguments: &[&str]) -> Result<(), Failure> {
    hand_over(
        place
            .cargo(&[
                "run",
                "--release",
                "--package",
                "aco-bench",
                "--bin",
                "emit",
                "--",
            ])
            .args(arguments),
    )
}

/// What the agent costs a machine on which nothing happens: connected, offline and paused.
pub(crate) fn idle(place: &Place, arguments: &[&str]) -> Result<(), Failure> {
    // Ours lies beside the bench then, which is where the bench looks for it.
    step("build", || {
        run(place
            .cargo(&["build", "--release", "--bin", "aco", "--bin", "idle"])
            .args(["--package", "aco-cli", "--package", "aco-bench"]))
    })?;
    hand_over(
        place
            .cargo(&["run", "--quiet", "--release", "--package", "aco-bench"])
            .args(["--bin", "idle", "--"])
            .args(arguments),
    )
}

/// What a first import takes, and a report after it, against another tracker in the same run.
pub(crate) fn import(place: &Place, arguments: &[&str]) -> Result<(), Failure> {
    let peer = peer::ccusage(place)?;
    // Ours lies beside the bench then, which is where the bench looks for it.
    step("build", || {
        run(place
            .cargo(&["build", "--release", "--bin", "aco", "--bin", "import"])
            .args(["--package", "aco-cli", "--package", "aco-bench"]))
    })?;
    hand_over(
        place
            .cargo(&["run", "--quiet", "--release", "--package", "aco-bench"])
            .args(["--bin", "import", "--", "--kept"])
            .arg(&place.bench)
            .arg("--peer")
            .arg(peer)
            .args(arguments),
    )
}

/// What the tray application takes of memory, processor and time, against the least a program of
/// its kind can be.
pub(crate) fn tray(place: &Place, arguments: &[&str]) -> Result<(), Failure> {
    needs::install(place, &[&[&C_COMPILER], TRAY, DESKTOP].concat())?;
    ui::build(place)?;
    // All lie beside the bench then, which is where it looks for them.
    step("build", || {
        run(place
            .cargo(&["build", "--release", "--bin", "tray"])
            .args([
                "--bin",
                "aco",
                "--bin",
                "ai-cost-observer",
                "--bin",
                "minimal-tray",
            ])
            .args(["--package", "aco-bench", "--package", "aco-cli"])
            .args([
                "--package",
                "ai-cost-observer",
                "--package",
                "aco-minimal-tray",
            ]))
    })?;
    hand_over(
        place
            .cargo(&["run", "--quiet", "--release", "--package", "aco-bench"])
            .args(["--bin", "tray", "--"])
            .args(arguments),
    )
}

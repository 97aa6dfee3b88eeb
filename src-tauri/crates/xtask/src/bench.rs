//! `cargo xtask bench`: measures what the README claims.

use crate::peer;
use crate::place::Place;
use crate::process::{Failure, hand_over, run, step};

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

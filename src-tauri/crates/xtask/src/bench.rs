//! `cargo xtask bench`: measures what the README claims.

use crate::place::Place;
use crate::process::{Failure, hand_over};

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

//! `cargo xtask icons`: the pictures that the product and its packages hold, drawn from their SVGs.

use crate::place::Place;
use crate::process::{Failure, run};

/// Draws every icon again. Whether that was forgotten is a test of `aco-icons`.
pub(crate) fn draw(place: &Place) -> Result<(), Failure> {
    run(&mut place.check_cargo(&["run", "--quiet", "--package", "aco-icons"]))
}

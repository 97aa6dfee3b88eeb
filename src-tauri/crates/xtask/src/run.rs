//! `cargo xtask run`: the product's main job, from a fresh clone.

use crate::needs::{self, C_COMPILER};
use crate::place::Place;
use crate::process::{Failure, hand_over, run, step};
use crate::stack;
use std::process::Command;

/// Builds `aco` for use and starts `aco run`.
pub(crate) fn alone(place: &Place, arguments: &[&str]) -> Result<(), Failure> {
    hand_over(&mut built(place, arguments)?)
}

/// The same, shipping to a backend on this machine.
pub(crate) fn with_stack(place: &Place, arguments: &[&str]) -> Result<(), Failure> {
    let mut agent = built(place, arguments)?;
    stack::up_with(place, &mut agent)
}

/// `aco run`, through cargo: it knows where it has put the program.
fn built(place: &Place, arguments: &[&str]) -> Result<Command, Failure> {
    needs::install(place, &[&C_COMPILER])?;
    step("build aco", || {
        run(&mut place.cargo(&["build", "--release", "--bin", "aco"]))
    })?;
    let mut agent = place.cargo(&["run", "--quiet", "--release", "--bin", "aco", "--", "run"]);
    agent.args(arguments);
    Ok(agent)
}

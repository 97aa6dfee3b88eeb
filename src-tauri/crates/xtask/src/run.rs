//! `cargo xtask run`: the product's main job, from a fresh clone.

use crate::needs::{self, C_COMPILER, TRAY};
use crate::place::{Place, variable};
use crate::process::{Failure, hand_over, run, step};
use crate::{stack, ui};
use std::process::Command;

/// Builds the tray application for use and opens it; without a display, the agent.
pub(crate) fn alone(place: &Place, arguments: &[&str]) -> Result<(), Failure> {
    if has_display() {
        hand_over(&mut tray(place, arguments)?)
    } else {
        eprintln!(
            "no display (neither DISPLAY nor WAYLAND_DISPLAY is set): \
             running the agent without tray and window"
        );
        // What is meant for the tray is nothing to the agent.
        headless(place, &[])
    }
}

/// Builds `aco` for use and starts `aco run`.
pub(crate) fn headless(place: &Place, arguments: &[&str]) -> Result<(), Failure> {
    hand_over(&mut agent(place, arguments)?)
}

/// The same, shipping to a backend on this machine. Without a tray: that takes no endpoint from the
/// environment, where an employer may have set one for other programs.
pub(crate) fn with_stack(place: &Place, arguments: &[&str]) -> Result<(), Failure> {
    let mut agent = agent(place, arguments)?;
    stack::up_with(place, &mut agent)
}

/// `aco run`, through cargo: it knows where it has put the program.
fn agent(place: &Place, arguments: &[&str]) -> Result<Command, Failure> {
    needs::install(place, &[&C_COMPILER])?;
    step("build aco", || {
        run(&mut place.cargo(&["build", "--release", "--bin", "aco"]))
    })?;
    let mut agent = place.cargo(&["run", "--quiet", "--release", "--bin", "aco", "--", "run"]);
    agent.args(arguments);
    Ok(agent)
}

/// The tray application, likewise; beside it `aco`, which asks the same agent.
fn tray(place: &Place, arguments: &[&str]) -> Result<Command, Failure> {
    const PACKAGE: [&str; 2] = ["--package", "ai-cost-observer"];
    needs::install(place, &[&[&C_COMPILER], TRAY].concat())?;
    ui::build(place)?;
    step("build the tray application", || {
        run(place
            .cargo(&["build", "--release", "--package", "aco-cli"])
            .args(PACKAGE))
    })?;
    let mut tray = place.cargo(&["run", "--quiet", "--release"]);
    tray.args(PACKAGE).arg("--").args(arguments);
    Ok(tray)
}

/// Whether a window can be opened. Elsewhere than on Linux a person's session always has a display.
fn has_display() -> bool {
    !cfg!(target_os = "linux")
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| variable(name).is_some())
}

//! `cargo xtask`: the project's commands, for people and for CI alike.
//!
//! Whatever README or CI asks for is one word here, so that both do the same thing. Each command
//! has a file of its own; beside them lie the things they share: where things are (`place`), whose
//! they are (`claim`), how another program is run (`process`), what the machine must have (`needs`).
//! Nothing the product does at run time may live here, and no dependency either.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line speaks through its output"
)]

mod bench;
mod check;
mod claim;
mod cross;
mod fuzz;
mod icons;
mod needs;
mod peer;
mod place;
mod process;
mod rig;
mod run;
mod screenshots;
mod stack;
mod summary;
mod test;
mod ui;

use cross::Tests;
use place::Place;
use process::Failure;
use std::process::ExitCode;

const HELP: &str = "\
Usage: cargo xtask <command>

  run [-- ARGS]             install what is missing, build the tray application and open it;
                            without a display, the agent alone
  run --headless [-- ARGS]  build aco and start `aco run ARGS`
  run --stack [-- ARGS]     the same, with Collector, Loki, Prometheus and Grafana to ship to
  test                      install what is missing and check everything CI checks
  check                     the quick part of it: format, clippy, licences, pages, architecture
  needs                     install what building and checking takes, or say what is missing
  ui                        build the pages of the window, if they have changed, for the
                            program and drawn from fixtures
  screenshots               take the pictures of docs/screenshots anew
  cross check [--no-wine]   type-check for Windows and macOS, run Windows' tests under Wine
  bench emit [-- ARGS]      measure the emit path and the drain
  bench idle [-- ARGS]      measure an agent that has nothing to do, against the real servers
  bench import [-- ARGS]    measure a first import and what follows it, against ccusage (from npm)
  icons                     draw the icons from the SVGs in src-tauri/icons
  bench tray [-- ARGS]      measure the tray application, against the least there can be
  rig [NAME]                run one long test against the real servers; without a name, list them
  rig smoke                 link the tray application for Windows, and check it under Wine
  rig fuzz                  feed mutated files to every reader of transcripts, a minute each
  stack build               build the real servers the tests use
  stack up                  start the backend and stay with it until Ctrl-C

Examples:
  cargo xtask run                  watch this machine, record locally
  cargo xtask run --stack          without a tray, shipped to a backend on this machine
  cargo xtask run --headless -- --once
                                   one scan, then exit
  cargo xtask test                 before a pull request

Results of the checks are kept in the platform's cache folder (ai-cost-observer/target);
set CARGO_TARGET_DIR to keep them elsewhere.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<(), Failure> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] | ["help" | "-h" | "--help", ..] | [_, "-h" | "--help"] => {
            println!("{HELP}");
            Ok(())
        }
        ["run", "--stack", rest @ ..] => {
            let arguments = after_dashes(rest)?;
            checks(|place| run::with_stack(place, arguments))
        }
        ["run", "--headless", rest @ ..] => run::headless(&Place::find()?, after_dashes(rest)?),
        ["run", rest @ ..] => run::alone(&Place::find()?, after_dashes(rest)?),
        ["test"] => checks(test::everything),
        ["check"] => checks(check::quick),
        ["needs"] => needs::all(&Place::find()?),
        ["ui"] => ui::build_harness(&Place::find()?),
        ["screenshots"] => checks(screenshots::take),
        ["cross", "check"] => checks(|place| cross::check(place, Tests::UnderWine)),
        ["cross", "check", "--no-wine"] => checks(|place| cross::check(place, Tests::Not)),
        ["bench", "emit", rest @ ..] => bench::emit(&Place::find()?, after_dashes(rest)?),
        ["bench", "idle", rest @ ..] => bench::idle(&Place::find()?, after_dashes(rest)?),
        ["bench", "import", rest @ ..] => bench::import(&Place::find()?, after_dashes(rest)?),
        ["icons"] => checks(icons::draw),
        ["bench", "tray", rest @ ..] => bench::tray(&Place::find()?, after_dashes(rest)?),
        ["rig"] => checks(rig::list),
        ["rig", "smoke"] => checks(cross::smoke),
        ["rig", "fuzz"] => checks(fuzz::all),
        ["rig", name] => checks(|place| rig::one(place, name)),
        ["stack", "build"] => checks(stack::build),
        ["stack", "up"] => checks(stack::up),
        other => Err(Failure::usage(format!(
            "`{}` is not a command; see `cargo xtask --help`",
            other.join(" ")
        ))),
    }
}

/// Does what builds in the folder of the checks, while that is ours.
fn checks(work: impl FnOnce(&Place) -> Result<(), Failure>) -> Result<(), Failure> {
    let place = Place::find()?;
    let _claim = claim::claim(&place)?;
    work(&place)
}

/// What follows `--`; anything before it is a mistake better named than passed on.
fn after_dashes<'a>(rest: &'a [&'a str]) -> Result<&'a [&'a str], Failure> {
    match rest {
        [] => Ok(rest),
        ["--", arguments @ ..] => Ok(arguments),
        [unknown, ..] => Err(Failure::usage(format!(
            "`{unknown}` is not an option here; arguments for the program go behind `--`"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_passed_on_only_behind_dashes() {
        assert_eq!(after_dashes(&[]).unwrap(), [""; 0]);
        assert_eq!(after_dashes(&["--", "--once"]).unwrap(), ["--once"]);
        assert_eq!(after_dashes(&["--once"]).unwrap_err().exit_code(), 2);
    }

    #[test]
    fn an_unknown_command_is_wrong_usage() {
        let failure = dispatch(&["tset".to_owned()]).unwrap_err();
        assert_eq!(failure.exit_code(), 2);
        assert!(failure.to_string().contains("`tset`"), "{failure}");
    }
}

//! The command line. By hand: a few words are less than a library, and `aco` is the program that
//! people type.

use crate::window::Opening;
use std::ffi::OsString;

pub(crate) const HELP: &str = "\
The tray application. Everything it shows is also said by `aco`: see `aco --help`.

Usage: ai-cost-observer [--hidden | --window [--view VIEW] | --smoke]

  (nothing)    the tray; a second start shows the window of the first
  --hidden     the tray and never a window: what starts at login
  --window     the window alone; it ends when it is closed
  --view VIEW  which view it opens at: status, logs, spend or settings
  --smoke      start the agent, check this program, say what was found, and exit
  --version    the version
  --help       this

Examples:
  ai-cost-observer                            watch this machine from the tray
  ai-cost-observer --window --view settings   look at the settings
  ACO_HOME=$HOME/try ai-cost-observer         with a home of its own";

/// What the command line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Arguments {
    /// The tray; where there is none a start by hand opens the window, a hidden one does not.
    Tray {
        hidden: bool,
    },
    Window(Opening),
    Smoke,
    Help,
    Version,
}

impl Arguments {
    /// # Errors
    /// What is not understood, and where to read more.
    pub(crate) fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Self, String> {
        let words: Vec<_> = arguments
            .map(|word| word.to_string_lossy().into_owned())
            .collect();
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            [] => Ok(Self::Tray { hidden: false }),
            ["--hidden"] => Ok(Self::Tray { hidden: true }),
            ["--smoke"] => Ok(Self::Smoke),
            ["--version" | "-V"] => Ok(Self::Version),
            _ if words.iter().any(|word| matches!(*word, "--help" | "-h")) => Ok(Self::Help),
            ["--window", options @ ..] => Ok(Self::Window(opening(options)?)),
            _ => Err(not_understood(&words.join(" "))),
        }
    }
}

fn opening(options: &[&str]) -> Result<Opening, String> {
    let mut opening = Opening::default();
    let mut rest = options.iter();
    while let Some(option) = rest.next() {
        match *option {
            "--view" => {
                let view = rest.next().ok_or("--view wants a view behind it")?;
                opening.view = Some(view.parse()?);
            }
            // The next two are between the tray and its window.
            "--no-tray" => opening.no_tray = true,
            "--ordered" => opening.ordered = true,
            other => return Err(not_understood(other)),
        }
    }
    Ok(opening)
}

fn not_understood(what: &str) -> String {
    format!("`{what}` is not understood; see ai-cost-observer --help")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::View;

    fn parse(line: &str) -> Result<Arguments, String> {
        Arguments::parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn the_command_line_is_understood() {
        let table = [
            ("", Arguments::Tray { hidden: false }),
            ("--hidden", Arguments::Tray { hidden: true }),
            ("--smoke", Arguments::Smoke),
            ("--version", Arguments::Version),
            ("--help", Arguments::Help),
            ("--window --help", Arguments::Help),
            ("--window", Arguments::Window(Opening::default())),
            (
                "--window --view settings --ordered --no-tray",
                Arguments::Window(Opening {
                    view: Some(View::Settings),
                    no_tray: true,
                    ordered: true,
                }),
            ),
        ];
        for (line, expected) in table {
            assert_eq!(parse(line), Ok(expected), "{line}");
        }
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (line, named) in [
            ("--hide", "`--hide`"),
            ("--window --view", "--view"),
            ("--window --view money", "`money`"),
            ("--window --hidden", "`--hidden`"),
            ("--hidden --smoke", "`--hidden --smoke`"),
        ] {
            let wrong = parse(line).unwrap_err();
            assert!(wrong.contains(named), "{line}: {wrong}");
        }
    }
}

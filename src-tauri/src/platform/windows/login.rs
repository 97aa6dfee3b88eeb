//! The start at login: a value of the user's `Run` key ("Run and RunOnce Registry Keys"), which the
//! Task Manager shows among the startup apps, with a switch that lies in a key of its own.

use crate::login::Start;
use aco_home::Environment;
use windows_registry::CURRENT_USER;

const RUN: &str = r"Software\Microsoft\Windows\CurrentVersion\Run";
const APPROVED: &str = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run";
const NAME: &str = "AI Cost Observer";

/// The data is a command line no longer than that.
const LONGEST: usize = 260;

/// The value. There is one a user.
#[derive(Clone, Debug)]
pub(crate) struct LoginEntry(());

impl LoginEntry {
    pub(crate) fn of(_: &Environment) -> Option<Self> {
        Some(Self(()))
    }

    /// Whether there is one that the user has not switched off in the Task Manager: the first byte
    /// of its answer is odd then.
    pub(crate) fn is_on(&self) -> bool {
        let is_there = CURRENT_USER
            .open(RUN)
            .and_then(|key| key.get_string(NAME))
            .is_ok();
        let switched_off = CURRENT_USER
            .open(APPROVED)
            .and_then(|key| key.get_value(NAME))
            .is_ok_and(|value| value.first().is_some_and(|byte| byte % 2 == 1));
        is_there && !switched_off
    }

    /// Starts that from the next login on, or nothing.
    pub(crate) fn set(&self, start: Option<&Start<'_>>) -> Result<(), String> {
        let failed = |error| format!(r"HKCU\{RUN}: {error}");
        match start {
            Some(start) => {
                let line = command_line(start)?;
                // A former "off" would hold for the new value too.
                if let Ok(approved) = CURRENT_USER.create(APPROVED) {
                    let _ = approved.remove_value(NAME);
                }
                let key = CURRENT_USER.create(RUN).map_err(failed)?;
                key.set_string(NAME, &line).map_err(failed)
            }
            None if self.is_there() => {
                let key = CURRENT_USER.create(RUN).map_err(failed)?;
                key.remove_value(NAME).map_err(failed)
            }
            None => Ok(()),
        }
    }

    fn is_there(&self) -> bool {
        let key = CURRENT_USER.open(RUN);
        key.and_then(|key| key.get_string(NAME)).is_ok()
    }
}

/// The key holds a command line and no environment.
fn command_line(start: &Start<'_>) -> Result<String, String> {
    if start.home.is_some() {
        return Err(
            "a start at login knows no ACO_HOME on Windows: set it for your account (`setx \
             ACO_HOME …`), then start this application without it"
                .to_owned(),
        );
    }
    // No path holds a quotation mark here.
    let line = format!("\"{}\" --hidden", start.program);
    if line.chars().count() > LONGEST {
        return Err(format!(
            "{line} is longer than the {LONGEST} characters that can be started at login; move the \
             program to a shorter path"
        ));
    }
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_spaces_is_one_argument() {
        let start = |program| Start {
            program,
            home: None,
        };
        assert_eq!(
            command_line(&start(r"C:\Program Files\A\a.exe")).unwrap(),
            r#""C:\Program Files\A\a.exe" --hidden"#
        );
        assert!(command_line(&start(&"a".repeat(300))).is_err());
        let home = Start {
            program: "a",
            home: Some("h"),
        };
        assert!(command_line(&home).unwrap_err().contains("setx"));
    }
}

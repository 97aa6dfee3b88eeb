//! The start at login: a launch agent of the user's graphical session (launchd.plist(5)). What is
//! written here holds from the next login on; nothing is started now, for this program runs.

use crate::login::Start;
use aco_home::Environment;
use std::fs;
use std::io;
use std::path::PathBuf;

/// The agent's file.
#[derive(Clone, Debug)]
pub(crate) struct LoginEntry(PathBuf);

impl LoginEntry {
    pub(crate) fn of(environment: &Environment) -> Option<Self> {
        let home = environment.absolute_path("HOME")?;
        let folder = home.join("Library").join("LaunchAgents");
        Some(Self(folder.join("dev.aicostobserver.desktop.plist")))
    }

    /// Whether there is one.
    pub(crate) fn is_on(&self) -> bool {
        self.0.is_file()
    }

    /// Starts that from the next login on, or nothing.
    pub(crate) fn set(&self, start: Option<&Start<'_>>) -> Result<(), String> {
        let done = match start {
            Some(start) => {
                let folder = self.0.parent().map_or(Ok(()), fs::create_dir_all);
                folder.and_then(|()| fs::write(&self.0, property_list(start)))
            }
            None => match fs::remove_file(&self.0) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            },
        };
        done.map_err(|error| format!("{}: {error}", self.0.display()))
    }
}

fn property_list(start: &Start<'_>) -> String {
    let environment = start.home.map_or_else(String::new, |home| {
        format!(
            "  <key>EnvironmentVariables</key>\n  <dict>\n    <key>ACO_HOME</key>\n    \
             <string>{}</string>\n  </dict>\n",
            escaped(home)
        )
    });
    format!(
        "\
<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">
<plist version=\"1.0\">
<dict>
  <key>Label</key>
  <string>dev.aicostobserver.desktop</string>
  <key>ProgramArguments</key>
  <array>
    <string>{}</string>
    <string>--hidden</string>
  </array>
{environment}  <key>RunAtLoad</key>
  <true/>
  <key>ProcessType</key>
  <string>Interactive</string>
  <key>LimitLoadToSessionType</key>
  <string>Aqua</string>
</dict>
</plist>
",
        escaped(start.program)
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_is_switched_on_and_off() {
        let folder = tempfile::tempdir().unwrap();
        let environment = [("HOME", folder.path())].into_iter().collect();
        let login = LoginEntry::of(&environment).unwrap();
        assert!(!login.is_on());
        login.set(None).unwrap();
        let start = Start {
            program: "/Applications/A & B.app/Contents/MacOS/ai-cost-observer",
            home: Some("/Users/a/<home>"),
        };
        login.set(Some(&start)).unwrap();
        assert!(login.is_on());
        let text = fs::read_to_string(&login.0).unwrap();
        assert!(
            text.contains("<string>/Applications/A &amp; B.app/"),
            "{text}"
        );
        assert!(
            text.contains("<string>/Users/a/&lt;home&gt;</string>"),
            "{text}"
        );
        login.set(None).unwrap();
        assert!(!login.is_on());
    }
}

//! macOS: a launch agent of the user's graphical session (launchd.plist(5), launchctl(1)).

use super::{End, Plan, Program, Run};
use std::path::Path;
use std::time::Duration;

const LABEL: &str = "dev.aicostobserver.agent";

/// A former instance is let drain by launchd before a new one can take its label.
const FORMER_ENDS_WITHIN: Duration = Duration::from_secs(20);

pub(super) fn install(program: &Program, folder: &Path, user_id: &str) -> Result<Plan, String> {
    let path = folder.join(format!("{LABEL}.plist"));
    let (session, job) = names(user_id);
    let file = path.display().to_string();
    Ok(Plan {
        before: vec![Run::new(End::MayFail, &["launchctl", "bootout", &job])],
        after: vec![
            // One that was switched off by hand stays off otherwise.
            Run::new(End::MayFail, &["launchctl", "enable", &job]),
            Run::new(
                End::SucceedsWithin(FORMER_ENDS_WITHIN),
                &["launchctl", "bootstrap", &session, &file],
            ),
        ],
        file: Some((path, Some(property_list(program)))),
        done: "The agent runs, and starts with each login of yours: see `aco status`. It is among the \
               login items in System Settings."
            .to_owned(),
    })
}

pub(super) fn remove(folder: &Path, user_id: &str) -> Plan {
    let (_, job) = names(user_id);
    Plan {
        before: vec![Run::new(End::MayFail, &["launchctl", "bootout", &job])],
        file: Some((folder.join(format!("{LABEL}.plist")), None)),
        after: Vec::new(),
        done: "The agent no longer starts at login. Its home is untouched.".to_owned(),
    }
}

/// The session, and the job in it.
fn names(user_id: &str) -> (String, String) {
    (format!("gui/{user_id}"), format!("gui/{user_id}/{LABEL}"))
}

fn property_list(program: &Program) -> String {
    let mut environment = String::new();
    if !program.environment.is_empty() {
        environment.push_str("  <key>EnvironmentVariables</key>\n  <dict>\n");
        for (name, value) in &program.environment {
            let (name, value) = (escaped(name), escaped(value));
            environment.push_str(&format!(
                "    <key>{name}</key>\n    <string>{value}</string>\n"
            ));
        }
        environment.push_str("  </dict>\n");
    }
    format!(
        "\
<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">
<!-- Written by `aco service install`, which replaces it; `aco service remove` deletes it. -->
<plist version=\"1.0\">
<dict>
  <key>Label</key>
  <string>{LABEL}</string>
  <key>ProgramArguments</key>
  <array>
    <string>{}</string>
    <string>run</string>
  </array>
{environment}  <key>RunAtLoad</key>
  <true/>
  <!-- Another agent, the tray's say, may have the home: this one takes over when it ends. -->
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>30</integer>
  <!-- After SIGTERM it goes on shipping for five seconds at most. -->
  <key>ExitTimeOut</key>
  <integer>15</integer>
  <key>ProcessType</key>
  <string>Background</string>
  <key>Umask</key>
  <integer>63</integer>
</dict>
</plist>
",
        escaped(&program.path)
    )
}

/// Text between two tags.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_list_runs_the_program_in_its_home() {
        let program = Program {
            path: "/Apps & <co>/aco".to_owned(),
            environment: vec![("ACO_HOME".to_owned(), "/my home".to_owned())],
        };
        let list = property_list(&program);
        assert!(list.contains(
            "<array>\n    <string>/Apps &amp; &lt;co&gt;/aco</string>\n    <string>run</string>\n"
        ));
        assert!(list.contains("<key>ACO_HOME</key>\n    <string>/my home</string>"));
        let bare = property_list(&Program {
            environment: Vec::new(),
            ..program
        });
        assert!(!bare.contains("EnvironmentVariables"));
        for list in [list, bare] {
            for tag in ["dict", "array", "string", "key", "integer", "plist"] {
                let opened = list.matches(&format!("<{tag}>")).count()
                    + list.matches(&format!("<{tag} ")).count();
                assert_eq!(opened, list.matches(&format!("</{tag}>")).count(), "{tag}");
            }
        }
    }

    #[test]
    fn installing_replaces_the_former_job() {
        let program = Program {
            path: "/usr/local/bin/aco".to_owned(),
            environment: Vec::new(),
        };
        let folder = Path::new("/Users/u/Library/LaunchAgents");
        let plan = install(&program, folder, "501").unwrap();
        let typed = |runs: &[Run]| runs.iter().map(Run::typed).collect::<Vec<_>>();
        assert_eq!(
            typed(&plan.before),
            ["launchctl bootout gui/501/dev.aicostobserver.agent"]
        );
        // Joined as this system joins paths, which need not be macOS.
        let file = folder.join("dev.aicostobserver.agent.plist");
        assert_eq!(
            typed(&plan.after),
            [
                "launchctl enable gui/501/dev.aicostobserver.agent".to_owned(),
                format!("launchctl bootstrap gui/501 {}", file.display()),
            ]
        );
        assert_eq!(remove(folder, "501").file, Some((file, None)));
    }
}

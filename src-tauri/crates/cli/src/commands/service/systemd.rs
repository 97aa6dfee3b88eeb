//! Linux: a unit of the user's own systemd, in the user's configuration folder.

use super::{End, Plan, Program, Run};
use std::path::Path;

const UNIT: &str = "ai-cost-observer.service";

pub(super) fn install(program: &Program, folder: &Path) -> Result<Plan, String> {
    let systemctl = |arguments: &[&str]| {
        let all = [&["systemctl", "--user"], arguments].concat();
        Run::new(End::Succeeds, &all)
    };
    // systemd's own rule (`string_is_safe`), in quotes or not; a test holds it against systemd.
    if program.path.contains(['"', '\'', '\\']) {
        return Err(format!(
            "{}: systemd starts no program with a quote or backslash in its path; move it to another \
             folder",
            program.path
        ));
    }
    Ok(Plan {
        before: Vec::new(),
        file: Some((folder.join(UNIT), Some(unit(program)))),
        after: vec![
            systemctl(&["daemon-reload"]),
            systemctl(&["enable", UNIT]),
            // Starts it where it does not run, and takes an update where it does.
            systemctl(&["restart", UNIT]),
        ],
        done: "The agent runs, and starts with each login of yours: see `aco status`, and `journalctl \
               --user -u ai-cost-observer` if it does not. To have it start with the machine instead: \
               loginctl enable-linger"
            .to_owned(),
    })
}

pub(super) fn remove(folder: &Path) -> Plan {
    let systemctl = |arguments: &[&str]| {
        let all = [&["systemctl", "--user"], arguments].concat();
        // Where no manager can be reached, nothing runs.
        Run::new(End::MayFail, &all)
    };
    Plan {
        before: vec![systemctl(&["disable", "--now", UNIT])],
        file: Some((folder.join(UNIT), None)),
        after: vec![systemctl(&["daemon-reload"])],
        done: "The agent no longer starts at login. Its home is untouched.".to_owned(),
    }
}

/// What is restricted needs no namespace of its own: in one, the agent would not see what the
/// processes of this user run.
fn unit(program: &Program) -> String {
    let mut environment = String::new();
    for (name, value) in &program.environment {
        let assignment = quoted(&format!("{name}={value}"));
        environment.push_str(&format!("Environment={assignment}\n"));
    }
    format!(
        "\
# Written by `aco service install`, which replaces it; `aco service remove` deletes it.
[Unit]
Description=AI Cost Observer agent
Documentation=https://github.com/ai-cost-observer/ai-cost-observer

[Service]
Type=exec
ExecStart={} run
{environment}# Another agent, the tray's say, may have the home: this one takes over when it ends. A wrong
# configuration (2) does not get better by trying again.
Restart=on-failure
RestartSec=30
RestartPreventExitStatus=2
# After SIGTERM it goes on shipping for five seconds at most.
KillSignal=SIGTERM
TimeoutStopSec=15
UMask=0077
NoNewPrivileges=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native

[Install]
WantedBy=default.target
",
        quoted(&program.path)
    )
}

/// A word in double quotes: systemd.syntax(7), "Quoting", and the `%` of systemd.unit(5),
/// "Specifiers". A `$` means nothing in `Environment=` nor in the path of a program.
fn quoted(word: &str) -> String {
    let escaped = word
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('%', "%%");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(path: &str, home: Option<&str>) -> Program {
        let home = home.map(|home| ("ACO_HOME".to_owned(), home.to_owned()));
        Program {
            path: path.to_owned(),
            environment: home.into_iter().collect(),
        }
    }

    #[test]
    fn a_unit_runs_the_program_in_its_home() {
        let unit = unit(&program("/usr/bin/aco", Some("/srv/my home")));
        for line in [
            "ExecStart=\"/usr/bin/aco\" run",
            "Environment=\"ACO_HOME=/srv/my home\"",
            "WantedBy=default.target",
        ] {
            assert!(unit.lines().any(|it| it == line), "{line}\n{unit}");
        }
        assert!(!super::unit(&program("/usr/bin/aco", None)).contains("Environment"));
    }

    #[test]
    fn nothing_in_a_path_means_anything() {
        let table = [
            ("/a b/aco", r#""/a b/aco""#),
            (r#"/a"b/aco"#, r#""/a\"b/aco""#),
            (r"/a\b/aco", r#""/a\\b/aco""#),
            ("/100%h/aco", r#""/100%%h/aco""#),
            ("/$HOME/a'b;c#d/ü", r#""/$HOME/a'b;c#d/ü""#),
        ];
        for (word, expected) in table {
            assert_eq!(quoted(word), expected);
        }
    }

    #[test]
    fn installing_reloads_enables_and_starts() {
        let plan = install(&program("/usr/bin/aco", None), Path::new("/c")).unwrap();
        let typed: Vec<String> = plan.after.iter().map(Run::typed).collect();
        assert_eq!(
            typed,
            [
                "systemctl --user daemon-reload",
                "systemctl --user enable ai-cost-observer.service",
                "systemctl --user restart ai-cost-observer.service",
            ]
        );
        let removal = remove(Path::new("/c"));
        assert_eq!(removal.file.unwrap().0, plan.file.unwrap().0);
        let runs = removal.before.iter().chain(&removal.after);
        assert!(runs.into_iter().all(|run| run.end == End::MayFail));
    }

    /// systemd's own reading of the unit, where systemd is.
    #[cfg(target_os = "linux")]
    #[test]
    fn systemd_finds_the_program_whatever_its_path() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("a b %h $HOME ü;#");
        std::fs::create_dir(&below).unwrap();
        let path = below.join("aco");
        std::fs::write(&path, "#!/bin/sh\n").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        let file = folder.path().join(UNIT);
        let verify = |program: &Program| {
            std::fs::write(&file, unit(program)).unwrap();
            std::process::Command::new("systemd-analyze")
                .args(["verify", "--user", "--recursive-errors=no"])
                .arg(&file)
                .env("XDG_RUNTIME_DIR", folder.path())
                .output()
        };
        let home = "/a b %h \"q\" $HOME \\x41 ü;#'";
        let right = program(path.to_str().unwrap(), Some(home));
        let Ok(verified) = verify(&right) else {
            return;
        };
        let said = |output: &std::process::Output| {
            let lines = String::from_utf8_lossy(&output.stderr).into_owned();
            let ours = lines
                .lines()
                .filter(|line| line.contains("ai-cost-observer"));
            ours.collect::<Vec<_>>().join("\n")
        };
        assert_eq!(said(&verified), "");
        // It does look: another path is not there.
        let wrong = program("/nowhere/aco", None);
        let refused = verify(&wrong).unwrap();
        assert!(said(&refused).contains("not executable"), "{refused:?}");
        for quote in ['"', '\'', '\\'] {
            let quoted = program(&format!("/a{quote}b/aco"), None);
            assert!(install(&quoted, folder.path()).is_err());
            let refused = verify(&quoted).unwrap();
            assert!(said(&refused).contains("special characters"), "{refused:?}");
        }
    }
}

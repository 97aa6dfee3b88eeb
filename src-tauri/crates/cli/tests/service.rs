//! `aco service`: what it would do, on whatever system the tests run; and on Linux what it does,
//! with a systemctl that only writes down how it is called.
#![allow(
    clippy::unwrap_used,
    reason = "a panic is how a test fails, in its helpers too"
)]

use std::path::Path;
use std::process::{Command, Output};

/// `aco` of a user whose folders and programs are below `folder`.
fn aco(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aco"));
    command
        .args(arguments)
        .env("ACO_HOME", folder.join("my home"))
        .env("HOME", folder)
        .env("XDG_CONFIG_HOME", folder.join("config"));
    command
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

#[test]
fn what_would_be_done_is_shown_and_not_done() {
    let folder = tempfile::tempdir().unwrap();
    let show = |what| {
        aco(folder.path(), &["service", what, "--print"])
            .output()
            .unwrap()
    };
    let install = show("install");
    assert!(install.status.success(), "{install:?}");
    for part in ["write:  ", "run:    ", "my home", "ACO_HOME"] {
        assert!(said(&install).contains(part), "{part}: {}", said(&install));
    }
    assert!(said(&show("remove")).contains("remove: "));
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 0, "nothing is done");
}

#[cfg(target_os = "linux")]
mod linux {
    use super::{aco, said};
    use std::os::unix::fs::PermissionsExt;
    use std::path::{Path, PathBuf};
    use std::process::Output;
    use tempfile::TempDir;

    struct User {
        folder: TempDir,
    }

    impl User {
        /// A user with a systemctl that ends with `code`.
        fn new(code: i32) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let user = Self { folder };
            let systemctl = user.path("systemctl");
            let calls = user.path("calls");
            let script = format!(
                "#!/bin/sh\necho \"$@\" >> '{}'\n[ {code} = 0 ] || echo 'no bus' >&2\nexit {code}\n",
                calls.display()
            );
            std::fs::write(&systemctl, script).unwrap();
            std::fs::set_permissions(&systemctl, PermissionsExt::from_mode(0o755)).unwrap();
            user
        }

        fn path(&self, name: &str) -> PathBuf {
            self.folder.path().join(name)
        }

        fn unit(&self) -> PathBuf {
            self.path("config/systemd/user/ai-cost-observer.service")
        }

        fn run(&self, what: &str) -> Output {
            let path: &Path = self.folder.path();
            aco(path, &["service", what])
                .env("PATH", path)
                .output()
                .unwrap()
        }

        /// The calls of systemctl since the last look.
        fn calls(&self) -> Vec<String> {
            let calls = self.path("calls");
            let text = std::fs::read_to_string(&calls).unwrap_or_default();
            let _ = std::fs::remove_file(calls);
            text.lines().map(str::to_owned).collect()
        }
    }

    #[test]
    fn installing_twice_updates_and_removing_twice_is_quiet() {
        let user = User::new(0);
        let started = [
            "--user daemon-reload",
            "--user enable ai-cost-observer.service",
            "--user restart ai-cost-observer.service",
        ];
        for _ in 0..2 {
            let installed = user.run("install");
            assert!(installed.status.success(), "{installed:?}");
            assert_eq!(user.calls(), started);
            let unit = std::fs::read_to_string(user.unit()).unwrap();
            let program = Path::new(env!("CARGO_BIN_EXE_aco")).canonicalize().unwrap();
            assert!(unit.contains(&format!("ExecStart=\"{}\" run\n", program.display())));
            let home = user.path("my home");
            assert!(unit.contains(&format!("Environment=\"ACO_HOME={}\"\n", home.display())));
            std::fs::write(user.unit(), "of an older version").unwrap();
        }
        for _ in 0..2 {
            let removed = user.run("remove");
            assert!(removed.status.success(), "{removed:?}");
            assert!(!user.unit().exists());
            let stopped = [
                "--user disable --now ai-cost-observer.service",
                "--user daemon-reload",
            ];
            assert_eq!(user.calls(), stopped);
        }
    }

    #[test]
    fn without_a_user_manager_the_rest_is_said() {
        let user = User::new(1);
        let installed = user.run("install");
        assert_eq!(installed.status.code(), Some(1), "{installed:?}");
        assert!(user.unit().exists(), "the unit is there for later");
        let said = said(&installed);
        for part in [
            "is written",
            "no bus",
            "  systemctl --user daemon-reload\n",
            "  systemctl --user enable ai-cost-observer.service\n",
            "  systemctl --user restart ai-cost-observer.service",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert!(user.run("remove").status.success());
        assert!(!user.unit().exists());
    }
}

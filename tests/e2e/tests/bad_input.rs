//! Whatever is put in its way, `aco` says what is wrong, where, and what to do, with the exit code
//! of the contract, and does not panic.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a test fails, in its plain functions too"
)]

use aco_e2e::aco::{self, Aco, Output};
use aco_e2e::mount::Tmpfs;
use aco_e2e::process::copy_program;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

#[track_caller]
fn fails(output: &Output, code: i32, says: &[&str]) {
    assert_eq!(output.code, code, "{output:?}");
    for words in says {
        assert!(output.stderr.contains(words), "no `{words}`: {output:?}");
    }
    assert!(!output.stderr.contains("panicked"), "{output:?}");
    // Whoever reads standard output gets answers only.
    assert_eq!(output.stdout, "", "{output:?}");
}

#[test]
fn a_wrong_configuration_is_named_with_its_line() {
    let aco = Aco::builder().build();
    let file = aco.home().join("config.toml");
    let line = |number: usize| format!("{}:{number}: ", file.display());
    let table: [(&[u8], usize, &[&str]); 8] = [
        (b"\n[ship\n", 2, &["https://toml.io"]),
        (b"[ship]\nlevel = \"loud\"", 2, &["ship.level", "debug"]),
        (b"[ship]\n\nendpiont = \"x\"", 3, &["endpiont", "endpoint"]),
        (b"[shop]\n", 1, &["shop", "ship"]),
        (b"[ship]\nendpoint = \"ftp://x\"", 2, &["https://"]),
        (b"[ship]\nendpoint = 7", 2, &["ship.endpoint"]),
        (b"[scan]\ninterval = \"1s\"", 2, &["scan.interval"]),
        (b"# \n# caf\xe9", 2, &["UTF-8"]),
    ];
    for (content, number, words) in table {
        fs::write(&file, content).unwrap();
        let place = line(number);
        let mut says = vec![place.as_str()];
        says.extend(words);
        for arguments in [
            &["run"][..],
            &["run", "--once"],
            &["config", "check"],
            &["config", "show"],
            &["token", "status"],
            &["emit", "--count", "1"],
        ] {
            fails(&aco.cmd(arguments), 2, &says);
        }
        // A status is an answer all the same: this is what it is for.
        let status = aco.status();
        assert_eq!(status["state"], "attention", "{status:#}");
        assert_eq!(status["attention"][0]["code"], "config_invalid");
        let what = status["attention"][0]["what"].as_str().unwrap();
        assert!(what.contains(&place), "{what}");
    }
    let left: Vec<_> = fs::read_dir(aco.home()).unwrap().collect();
    let only_ours = |name: &str| ["config.toml", "logs", "spool"].contains(&name);
    assert!(
        left.iter()
            .all(|entry| only_ours(entry.as_ref().unwrap().file_name().to_str().unwrap())),
        "a wrong configuration left files behind: {left:?}"
    );
}

#[test]
fn wrong_usage_and_a_wrong_environment_are_exit_code_2() {
    let aco = Aco::builder().endpoint("https://localhost:1").build();
    let usage: [(&[&str], &str); 9] = [
        (&[], "Usage"),
        (&["rnu"], "unrecognized"),
        (&["run", "--twice"], "--twice"),
        (&["emit"], "--count"),
        (&["emit", "--count", "-1"], "-1"),
        (&["emit", "--count", "1", "--rate", "0"], "above 0"),
        (&["pause", "--for", "soon"], "30m"),
        (&["logs", "--level", "loud"], "is not a level"),
        (&["config"], "check"),
    ];
    for (arguments, says) in usage {
        fails(&aco.cmd(arguments), 2, &[says]);
    }
    fails(&aco.cmd(&["token", "set"]), 2, &["the token is empty"]);
    let elsewhere = ["token", "set", "--endpoint", "nowhere"];
    fails(&aco.cmd(&elsewhere), 2, &["--endpoint", "https://"]);

    let environment = [
        ("ACO_HOME", "relative/path", "absolute path"),
        ("ACO_TOKEN", "two words", "$ACO_TOKEN"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector", "has no scheme"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "soon", "milliseconds"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "no-pair", "$OTEL_EXPORTER"),
        ("OTEL_RESOURCE_ATTRIBUTES", "no-pair", "$OTEL_RESOURCE"),
    ];
    for (name, value, says) in environment {
        let mut aco = Aco::builder().build();
        aco.set_env(name, value);
        for arguments in [&["run"][..], &["config", "check"]] {
            fails(&aco.cmd(arguments), 2, &[says]);
        }
    }
}

#[test]
fn what_stands_in_the_way_is_named_and_left_alone() {
    // What is there instead, what must be said, and whether a folder is what is in the way.
    let table = [
        ("config.toml", true, "cannot read"),
        ("spool", false, "cannot create the folder"),
        ("logs", false, "cannot create the folder"),
        ("installation", true, "cannot read"),
        ("state", true, "cannot read"),
        ("agent.lock", true, "cannot open the lock file"),
        ("run/agent.sock", false, "is not one; move it away"),
        ("run", false, "run"),
    ];
    for (name, is_folder, says) in table {
        let aco = Aco::builder().build();
        let path = aco.home().join(name);
        if is_folder {
            let _ = fs::remove_file(&path);
            fs::create_dir(&path).unwrap();
        } else {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "somebody else's").unwrap();
        }
        let path_text = path.display().to_string();
        fails(&aco.cmd(&["run"]), 1, &[&path_text, says]);
        if is_folder {
            assert!(path.is_dir());
        } else {
            assert_eq!(fs::read(&path).unwrap(), b"somebody else's", "{name}");
        }
    }
}

/// `nobody`, where the tests run as root; else nothing has to be dropped.
const NOBODY: u32 = 65_534;

/// Runs a command of this installation as somebody whom permission bits stop: root they do not.
fn powerless(aco: &Aco, arguments: &[&str]) -> Output {
    let mut command = aco.command(arguments);
    if fs::metadata("/proc/self").unwrap().uid() == 0 {
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Output {
        code: output.status.code().unwrap_or(-1),
        stdout: text(&output.stdout),
        stderr: text(&output.stderr),
    }
}

/// Makes an installation `nobody`'s, as far as there is a root who must become nobody.
fn give_away(aco: &Aco) {
    let all = aco.home().parent().unwrap().to_owned();
    if fs::metadata("/proc/self").unwrap().uid() == 0 {
        let owner = format!("{NOBODY}:{NOBODY}");
        let status = Command::new("chown")
            .arg("-R")
            .arg(owner)
            .arg(&all)
            .status();
        assert!(status.unwrap().success());
    }
}

fn close(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn what_may_not_be_read_or_written_is_named_with_a_remedy() {
    // The program itself must be reachable for nobody: not every target folder is.
    let folder = tempfile::tempdir().unwrap();
    close(folder.path(), 0o755);
    let program = folder.path().join("aco");
    copy_program(aco::program().as_ref(), &program);
    let belongs = "belong";
    let table = [
        ("config.toml", 0o000, "run", "cannot read", belongs),
        ("", 0o500, "run", "cannot create", belongs),
        ("", 0o000, "run", "cannot", belongs),
        (
            "spool",
            0o000,
            "run",
            "the spool folder",
            "make it writable",
        ),
        (
            "spool",
            0o500,
            "run",
            "the spool folder",
            "make it writable",
        ),
        ("spool", 0o000, "status", "read the spool", belongs),
        ("agent.lock", 0o000, "run", "open the lock file", belongs),
        ("installation", 0o000, "run", "cannot read", belongs),
        ("state", 0o000, "run", "cannot read", belongs),
        ("state", 0o000, "status", "cannot read", belongs),
    ];
    for (name, mode, command, says, remedy) in table {
        let aco = Aco::builder().program(&program).build();
        give_away(&aco);
        // A first run makes everything; a home that cannot even be made is a case of its own.
        if !name.is_empty() {
            let first = powerless(&aco, &["run", "--once"]);
            assert_eq!(first.code, 0, "{first:?}");
            let paused = powerless(&aco, &["pause"]);
            assert_eq!(paused.code, 0, "{paused:?}");
        }
        let path = aco.home().join(name);
        close(&path, mode);
        let path_text = aco.home().join(name).display().to_string();
        let path_text = path_text.trim_end_matches('/');
        let output = powerless(&aco, &[command]);
        close(&path, 0o700);
        fails(&output, 1, &[path_text, says, remedy]);
    }

    // Without a local log everything else goes on, and the lines can still be read.
    let aco = Aco::builder().program(&program).build();
    give_away(&aco);
    assert_eq!(powerless(&aco, &["run", "--once"]).code, 0);
    close(&aco.home().join("logs"), 0o000);
    let output = powerless(&aco, &["emit", "--count", "7", "--grace", "0s"]);
    let logs = powerless(&aco, &["logs"]);
    close(&aco.home().join("logs"), 0o700);
    assert_eq!(output.code, 0, "{output:?}");
    assert!(!output.stderr.contains("panicked"), "{output:?}");
    fails(&logs, 1, &["ai-cost-observer.log", "cannot be read"]);
    let status = aco.status();
    assert!(
        status["records"]["spooled"].as_u64() >= Some(7),
        "{status:#}"
    );

    // A token that cannot be read is no reason not to record.
    let aco = Aco::builder()
        .program(&program)
        .endpoint("https://localhost:1")
        .build();
    aco.store_token("some-token");
    give_away(&aco);
    close(&aco.home().join("token"), 0o000);
    let output = powerless(&aco, &["emit", "--count", "7", "--grace", "0s"]);
    assert_eq!(output.code, 0, "{output:?}");
    let output = powerless(&aco, &["status", "--json"]);
    let status: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(status["attention"][0]["code"], "token_unreadable");
    assert!(
        status["backlog"]["records"].as_u64() >= Some(7),
        "{status:#}"
    );
}

#[test]
fn a_home_on_a_read_only_disk_is_named_and_can_still_be_read() {
    let aco = Aco::builder().endpoint("https://localhost:1").build();
    let Some(disk) = Tmpfs::mount(&aco.home(), "8m") else {
        return;
    };
    aco.write_config("[ship]\nendpoint = \"https://localhost:1\"");
    let emit = ["emit", "--count", "9", "--grace", "0s"];
    assert_eq!(aco.cmd(&emit).code, 0);
    let waiting = aco.status()["backlog"]["records"].clone();
    disk.make_read_only();
    let home = aco.home().display().to_string();
    let says = [home.as_str(), "Read-only", "set ACO_HOME to a folder"];
    for arguments in [&["run"][..], &emit, &["pause"]] {
        fails(&aco.cmd(arguments), 1, &says);
    }
    fails(
        &aco.cmd_with_input(&["token", "set"], "some-token"),
        1,
        &says,
    );
    assert_eq!(aco.status()["backlog"]["records"], waiting);
    let logs = aco.cmd(&["logs"]);
    assert!(logs.code == 0 && logs.stdout.contains("seq=9"), "{logs:?}");
}

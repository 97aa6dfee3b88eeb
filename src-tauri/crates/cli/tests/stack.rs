//! `aco stack init`, on the very files of `infra/`.
#![allow(
    clippy::unwrap_used,
    reason = "a panic is how a test fails, in its helpers too"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Copies of what `infra/` has of such files.
fn infra(into: &Path) -> PathBuf {
    let original = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../infra");
    let infra = into.join("infra");
    for name in [
        ".env.example",
        "otel-collector-config.yaml",
        "loki/.env.example",
        "otel-stack/.env.example",
    ] {
        let copy = infra.join(name);
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(original.join(name), copy).unwrap();
    }
    infra
}

fn init(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aco"));
    command.args(["stack", "init"]).args(arguments);
    command
        .current_dir(folder)
        .env("ACO_HOME", folder.join("home"))
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn value<'t>(text: &'t str, key: &str) -> &'t str {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    line.unwrap_or_default()
}

#[test]
fn secrets_are_made_once_and_for_their_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let infra = infra(folder.path());
    // Without a folder, in a clone.
    let first = said(&init(folder.path(), &[]));
    let read = |name: &str| fs::read_to_string(infra.join(name)).unwrap();
    let (env, token) = (read(".env"), read("token"));
    assert_eq!(token.trim().len(), 64);
    assert_eq!(value(&env, "GRAFANA_ADMIN_PASSWORD").len(), 64);
    assert!(!env.contains(token.trim()), "the password is not the token");
    assert!(value(&env, "COLLECTOR_USER").contains(':'), "{env}");
    assert!(!first.contains("fill in"), "nothing is left to do: {first}");
    assert!(!first.contains(token.trim()), "no secret is printed");
    for next in [
        "docker compose up -d",
        "aco token set --endpoint",
        "aco doctor",
    ] {
        assert!(first.contains(next), "{first}");
    }
    #[cfg(unix)]
    for name in [".env", "token"] {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(infra.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }

    let again = said(&init(&infra, &["."]));
    assert_eq!((read(".env"), read("token")), (env, token));
    assert_eq!(again.matches("stays as it is").count(), 2, "{again}");
}

#[test]
fn a_deployment_shares_the_token_and_is_told_what_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let infra = infra(folder.path());
    let collector = said(&init(folder.path(), &["infra/otel-stack"]));
    assert!(
        collector.contains("COLLECTOR_HOST, GRAFANA_HOST"),
        "{collector}"
    );
    let env = fs::read_to_string(infra.join("otel-stack/.env")).unwrap();
    assert_eq!(value(&env, "GRAFANA_ADMIN_PASSWORD").len(), 64);
    assert!(infra.join("token").exists(), "where its configuration lies");

    let loki = said(&init(folder.path(), &["infra/loki"]));
    assert!(!loki.contains("aco token"), "Loki takes none: {loki}");
    assert!(!infra.join("loki/token").exists());
}

#[test]
fn another_folder_is_refused_with_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let refused = init(folder.path(), &[]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    let words = String::from_utf8_lossy(&refused.stderr);
    assert!(words.contains("aco stack init path/to/infra"), "{words}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

use super::*;
use std::fs;

// Absolute paths of another system are none on Windows.
#[cfg(unix)]
#[test]
fn the_home_is_the_configured_one_or_the_default() {
    use crate::source::Platform;
    use std::ffi::OsString;

    let found = |home: Option<&str>| {
        roots(&Surroundings {
            variable: &|name| home.filter(|_| name == "CODEX_HOME").map(OsString::from),
            home: Some(Path::new("/home/a")),
            platform: Platform::Linux,
        })
    };
    let below = |home: &str| [ACTIVE, ARCHIVED].map(|folder| Path::new(home).join(folder));
    assert_eq!(found(None), below("/home/a/.codex"));
    assert_eq!(found(Some("")), below("/home/a/.codex"));
    assert_eq!(found(Some("/other")), below("/other"));
    assert_eq!(found(Some("~/other")), below("/home/a/other"));
    assert!(found(Some("relative")).is_empty());
}

#[test]
fn a_name_tells_its_thread() {
    let id = "0199a213-81c0-7800-8aa1-bbab2a035a53";
    for name in [
        format!("rollout-2026-03-01T10-00-00-{id}.jsonl"),
        format!("rollout-2026-03-01T10-00-00-{id}.jsonl.zst"),
        format!("rollout-2026-03-01T10-00-00-{id}_12.jsonl"),
        format!("{id}.jsonl"),
    ] {
        assert_eq!(thread(Path::new(&name)), id, "{name}");
    }
    assert_eq!(thread(Path::new("x/my_session.jsonl")), "my_session");
}

#[test]
fn of_two_copies_one_is_listed() {
    let home = tempfile::tempdir().unwrap();
    for path in [
        "sessions/2026/03/01/rollout-a.jsonl",
        "sessions/2026/03/01/rollout-a.jsonl.zst",
        "sessions/2026/03/01/rollout-b.jsonl.zst",
        "sessions/2026/03/01/notes.txt",
        "archived_sessions/rollout-a.jsonl",
        "archived_sessions/rollout-b.jsonl",
        "archived_sessions/rollout-c.jsonl",
    ] {
        let path = home.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }
    let listing = list(&[home.path().join(ACTIVE), home.path().join(ARCHIVED)]);
    assert!(listing.problems.is_empty());
    let names: Vec<_> = listing
        .files
        .iter()
        .map(|file| file.path.strip_prefix(home.path()).unwrap())
        .map(|path| path.to_string_lossy().replace('\\', "/"))
        .collect();
    assert_eq!(
        names,
        [
            "archived_sessions/rollout-c.jsonl",
            "sessions/2026/03/01/rollout-a.jsonl",
            "sessions/2026/03/01/rollout-b.jsonl.zst",
        ]
    );
}

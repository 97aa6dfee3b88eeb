// Absolute paths begin with a drive on Windows.
#![cfg(unix)]

use super::*;
use std::ffi::OsString;

fn found(platform: Platform, variables: &[(&str, &str)]) -> Vec<PathBuf> {
    roots(&Surroundings {
        variable: &|name| {
            let known = variables.iter().find(|(known, _)| *known == name);
            known.map(|(_, value)| OsString::from(value))
        },
        home: Some(Path::new("/home/a")),
        platform,
    })
}

fn paths(list: &[&str]) -> Vec<PathBuf> {
    list.iter().map(PathBuf::from).collect()
}

#[test]
fn folders_are_the_configured_ones_or_the_two_defaults() {
    let both = paths(&[
        "/home/a/.config/claude/projects",
        "/home/a/.claude/projects",
    ]);
    assert_eq!(found(Platform::Linux, &[]), both);
    assert_eq!(found(Platform::Windows, &[("CLAUDE_CONFIG_DIR", "")]), both);
    assert_eq!(
        found(Platform::Linux, &[("XDG_CONFIG_HOME", "relative")]),
        both
    );
    for (variable, value, expected) in [
        (
            "XDG_CONFIG_HOME",
            "/xdg",
            &["/xdg/claude/projects", "/home/a/.claude/projects"][..],
        ),
        (
            "CLAUDE_CONFIG_DIR",
            "/one, ~/two ,/three/projects,relative,/one",
            &["/one/projects", "/home/a/two/projects", "/three/projects"],
        ),
        ("CLAUDE_CONFIG_DIR", "relative", &[]),
    ] {
        assert_eq!(
            found(Platform::Linux, &[(variable, value)]),
            paths(expected),
            "{value}"
        );
    }
}

#[test]
fn claude_desktop_has_roots_of_its_own_on_macos() {
    let roots = found(Platform::MacOs, &[("CLAUDE_CONFIG_DIR", "/one")]);
    let desktop = "/home/a/Library/Application Support/Claude";
    assert_eq!(roots[0], Path::new("/one/projects"));
    assert_eq!(
        roots[1..],
        [
            Path::new(desktop).join("local-agent-mode-sessions"),
            Path::new(desktop).join("claude-code-sessions")
        ]
    );
}

#[test]
fn a_configuration_folder_may_itself_be_called_projects() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join(PROJECTS);
    assert_eq!(projects(folder.clone()), folder);
    std::fs::create_dir_all(folder.join(PROJECTS)).unwrap();
    assert_eq!(projects(folder.clone()), folder.join(PROJECTS));
}

#[test]
fn transcripts_are_told_from_what_lies_beside_them() {
    assert!(is_transcript(Path::new("p/s/subagents/agent-1.jsonl")));
    assert!(!is_transcript(Path::new("p/audit.jsonl")));
    assert!(!is_transcript(Path::new("p/notes.json")));
}

#[test]
fn the_project_is_the_folder_below_projects() {
    for (path, project) in [
        ("/h/.claude/projects/-w-app/s.jsonl", "-w-app"),
        ("/h/.claude/projects/-w-app/s/subagents/a.jsonl", "-w-app"),
        ("/projects/x/.claude/projects/-w/s.jsonl", "-w"),
        ("/h/.claude/projects/s.jsonl", "projects"),
        ("/elsewhere/s.jsonl", "elsewhere"),
    ] {
        assert_eq!(project_folder(Path::new(path)), project, "{path}");
    }
}

//! Where Gemini CLI keeps chats, and whose project they are.

use crate::source::Surroundings;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The folder of a project's chats, and of its sub-agents' below it.
const CHATS: &str = "chats";

/// Where the tool writes down which folder a project is.
const PROJECT_ROOT: &str = ".project_root";

/// Longer than a path is on any system.
const LONGEST_PATH: u64 = 32 << 10;

pub(super) fn roots(surroundings: &Surroundings<'_>) -> Vec<PathBuf> {
    let home = match surroundings.get("GEMINI_CLI_HOME") {
        Some(chosen) => surroundings.path(Path::new(&chosen)),
        None => surroundings.home.map(Path::to_owned),
    };
    home.map(|home| vec![home.join(".gemini").join("tmp")])
        .unwrap_or_default()
}

/// Checkpoints and logs lie beside the folder of chats.
pub(super) fn is_chat(path: &Path) -> bool {
    let is_json = path
        .extension()
        .is_some_and(|extension| extension == "json" || extension == "jsonl");
    is_json && chats(path).is_some()
}

/// Whether the file is one object, as old versions wrote it.
pub(super) fn is_whole(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "json")
}

/// The folder of chats that a file lies in.
fn chats(path: &Path) -> Option<&Path> {
    let mut folders = path.ancestors().skip(1);
    folders.find(|folder| folder.file_name().is_some_and(|name| name == CHATS))
}

/// The folder the tool was used in, where it wrote that down; else the name it gave it: a hash in
/// old versions.
pub(super) fn project(path: &Path) -> String {
    let Some(folder) = chats(path).and_then(Path::parent) else {
        return String::new();
    };
    let name = || folder.file_name().unwrap_or_default().to_string_lossy();
    let mut root = String::new();
    let read = File::open(folder.join(PROJECT_ROOT))
        .and_then(|file| file.take(LONGEST_PATH).read_to_string(&mut root));
    match root.trim() {
        "" => name().into_owned(),
        root if read.is_ok() => root.to_owned(),
        _ => name().into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    // Absolute paths of another system are none on Windows.
    #[cfg(unix)]
    #[test]
    fn the_folder_is_below_the_home_or_the_one_that_stands_for_it() {
        use crate::source::Platform;

        let roots = |variable: Option<&str>, home: Option<&str>| {
            roots(&Surroundings {
                variable: &|name| {
                    variable
                        .filter(|_| name == "GEMINI_CLI_HOME")
                        .map(Into::into)
                },
                home: home.map(Path::new),
                platform: Platform::Linux,
            })
        };
        let expected = |home: &str| vec![Path::new(home).join(".gemini").join("tmp")];
        assert_eq!(roots(None, Some("/h")), expected("/h"));
        assert_eq!(roots(Some("/other"), Some("/h")), expected("/other"));
        assert_eq!(roots(Some("~/x"), Some("/h")), expected("/h/x"));
        assert!(roots(Some("relative"), Some("/h")).is_empty());
        assert!(roots(None, None).is_empty());
    }

    #[test]
    fn only_chats_are_read() {
        for (path, is) in [
            ("tmp/app/chats/session-1.json", true),
            ("tmp/app/chats/session-1.jsonl", true),
            ("tmp/app/chats/parent/agent.jsonl", true),
            ("tmp/app/chats/session-1.jsonl.tmp-7", false),
            ("tmp/app/logs.json", false),
            ("tmp/app/checkpoints/chat.json", false),
        ] {
            assert_eq!(is_chat(Path::new(path)), is, "{path}");
        }
    }

    #[test]
    fn a_project_is_the_folder_that_was_written_down() {
        let tmp = tempfile::tempdir().unwrap();
        let folder = tmp.path().join("app");
        let chat = folder.join(CHATS).join("parent").join("s.jsonl");
        assert_eq!(project(&chat), "app");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(PROJECT_ROOT), "/w/app\n").unwrap();
        assert_eq!(project(&chat), "/w/app");
        fs::write(folder.join(PROJECT_ROOT), b"\xff").unwrap();
        assert_eq!(project(&chat), "app");
    }
}

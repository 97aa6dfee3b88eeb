//! Where Qwen Code keeps chats.

use crate::source::Surroundings;
use std::path::{Path, PathBuf};

/// The folder of a folder a project.
const PROJECTS: &str = "projects";

/// The folder that the tool was told to write to, and its usual one: it may have been told so late.
pub(super) fn roots(surroundings: &Surroundings<'_>) -> Vec<PathBuf> {
    let chosen = surroundings.get("QWEN_RUNTIME_DIR");
    let chosen = chosen.and_then(|folder| surroundings.path(Path::new(&folder)));
    let usual = surroundings.home.map(|home| home.join(".qwen"));
    let mut roots: Vec<_> = chosen.into_iter().chain(usual).collect();
    roots.dedup();
    roots.iter().map(|root| root.join(PROJECTS)).collect()
}

/// Chats, and sub-agents' among them. Logs of what was sent lie elsewhere.
pub(super) fn is_chat(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "jsonl")
}

/// The name of a chat's project folder: the tool's folder with its signs replaced.
pub(super) fn project(path: &Path) -> String {
    let mut folders = path.ancestors().skip(1);
    let project = folders.find(|folder| {
        let above = folder.parent().and_then(Path::file_name);
        above.is_some_and(|name| name == PROJECTS)
    });
    let name = project.and_then(Path::file_name).unwrap_or_default();
    name.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    // Absolute paths of another system are none on Windows.
    #[cfg(unix)]
    #[test]
    fn both_folders_are_looked_into() {
        use crate::source::Platform;

        let roots = |chosen: Option<&str>| {
            roots(&Surroundings {
                variable: &|name| {
                    chosen
                        .filter(|_| name == "QWEN_RUNTIME_DIR")
                        .map(Into::into)
                },
                home: Some(Path::new("/h")),
                platform: Platform::Linux,
            })
        };
        let usual = Path::new("/h/.qwen/projects");
        assert_eq!(roots(None), [usual]);
        assert_eq!(roots(Some("~/.qwen")), [usual]);
        assert_eq!(roots(Some("/x")), [Path::new("/x/projects"), usual]);
        assert_eq!(roots(Some("relative")), [usual]);
    }

    #[test]
    fn a_project_is_the_folder_below_projects() {
        for (path, name) in [
            ("/h/.qwen/projects/-w-app/chats/s.jsonl", "-w-app"),
            ("/h/.qwen/projects/-w-app/subagents/s/a.jsonl", "-w-app"),
            ("/h/elsewhere/s.jsonl", ""),
        ] {
            assert_eq!(project(Path::new(path)), name);
        }
    }
}

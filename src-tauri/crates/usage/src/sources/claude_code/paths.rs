//! Where Claude Code and Claude Desktop keep transcripts.

use crate::source::{Platform, Surroundings};
use std::path::{Path, PathBuf};

/// The folder below a configuration folder that holds a folder a project.
const PROJECTS: &str = "projects";

pub(super) fn roots(surroundings: &Surroundings<'_>) -> Vec<PathBuf> {
    let mut roots = Vec::new();
    match surroundings.get("CLAUDE_CONFIG_DIR") {
        Some(list) => {
            let list = list.to_string_lossy();
            let folders = split(&list).filter_map(|folder| surroundings.path(&folder));
            roots.extend(folders.map(projects));
        }
        None => {
            let xdg = surroundings
                .get("XDG_CONFIG_HOME")
                .map(PathBuf::from)
                .filter(|folder| folder.is_absolute())
                .or_else(|| Some(surroundings.home?.join(".config")));
            roots.extend(xdg.map(|folder| folder.join("claude").join(PROJECTS)));
            let home = surroundings.home;
            roots.extend(home.map(|home| home.join(".claude").join(PROJECTS)));
        }
    }
    if let (Platform::MacOs, Some(home)) = (surroundings.platform, surroundings.home) {
        let desktop = home
            .join("Library")
            .join("Application Support")
            .join("Claude");
        roots.push(desktop.join("local-agent-mode-sessions"));
        roots.push(desktop.join("claude-code-sessions"));
    }
    let mut known = Vec::new();
    roots.retain(|root| {
        let new = !known.contains(root);
        known.push(root.clone());
        new
    });
    roots
}

fn split(list: &str) -> impl Iterator<Item = PathBuf> {
    list.split(',')
        .map(str::trim)
        .filter(|folder| !folder.is_empty())
        .map(PathBuf::from)
}

/// A folder of the list is the configuration folder, or its `projects`.
fn projects(folder: PathBuf) -> PathBuf {
    if folder.ends_with(PROJECTS) && !folder.join(PROJECTS).is_dir() {
        folder
    } else {
        folder.join(PROJECTS)
    }
}

/// Claude Desktop writes `audit.jsonl` beside its sessions: the same messages once more, without
/// the request's id that would show it.
pub(super) fn is_transcript(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "jsonl")
        && path.file_name().is_some_and(|name| name != "audit.jsonl")
}

/// The name of a transcript's project folder: the one below the last `projects`, else its own.
pub(super) fn project_folder(path: &Path) -> String {
    let folders: Vec<_> = path
        .parent()
        .into_iter()
        .flat_map(Path::components)
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    let below = folders.iter().rposition(|name| name == PROJECTS);
    let project = below.and_then(|projects| folders.get(projects + 1));
    project
        .or(folders.last())
        .map(|name| name.clone().into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
#[path = "paths_tests.rs"]
mod tests;

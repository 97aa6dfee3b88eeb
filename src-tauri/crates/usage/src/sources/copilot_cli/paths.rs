//! Where Copilot CLI keeps its sessions' events, and where it exports to.

use crate::listing;
use crate::source::{Listing, Surroundings};
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of a folder a session.
const SESSIONS: &str = "session-state";
const EVENTS: &str = "events.jsonl";

/// The folders of the tool, and the file that its export goes to when that is elsewhere.
pub(super) fn roots(surroundings: &Surroundings<'_>) -> Vec<PathBuf> {
    let home = match surroundings.get("COPILOT_HOME") {
        Some(chosen) => surroundings.path(Path::new(&chosen)),
        None => surroundings.home.map(|home| home.join(".copilot")),
    };
    let export = surroundings.get("COPILOT_OTEL_FILE_EXPORTER_PATH");
    let export = export.and_then(|path| surroundings.path(Path::new(&path)));
    let mut roots = Vec::new();
    if let Some(home) = home {
        roots.push(home.join(SESSIONS));
        roots.push(home.join("otel"));
    }
    roots.extend(export.filter(|path| !roots.iter().any(|root| path.starts_with(root))));
    roots
}

pub(super) fn list(roots: &[PathBuf]) -> Listing {
    let mut listing = listing::below(roots, &is_wanted);
    for root in roots {
        // The folder around it is anybody's, and not looked through.
        if let Ok(metadata) = fs::metadata(root)
            && metadata.is_file()
        {
            listing.files.push(listing::found(root.clone(), &metadata));
        }
    }
    listing.files.sort_by(|a, b| a.path.cmp(&b.path));
    listing
}

fn is_wanted(path: &Path) -> bool {
    let is_of_session = path.components().any(|part| part.as_os_str() == SESSIONS);
    if is_of_session {
        return is_events(path);
    }
    path.extension()
        .is_some_and(|extension| extension == "jsonl")
}

/// Whether the file holds a session's events, and not what was exported.
pub(super) fn is_events(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == EVENTS)
        && session_folder(path).is_some_and(|folder| folder == SESSIONS)
}

fn session_folder(path: &Path) -> Option<&std::ffi::OsStr> {
    path.parent()?.parent()?.file_name()
}

/// The session's id, by its folder.
pub(super) fn session(path: &Path) -> String {
    let folder = path.parent().and_then(Path::file_name);
    folder.unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    // Absolute paths of another system are none on Windows.
    #[cfg(unix)]
    #[test]
    fn an_export_elsewhere_is_a_root_of_its_own() {
        use crate::source::Platform;

        let of = |variables: &[(&str, &str)]| {
            roots(&Surroundings {
                variable: &|name| {
                    let found = variables.iter().find(|(known, _)| *known == name);
                    found.map(|(_, value)| (*value).into())
                },
                home: Some(Path::new("/h")),
                platform: Platform::Linux,
            })
        };
        let home = Path::new("/h/.copilot");
        let both = vec![home.join("session-state"), home.join("otel")];
        assert_eq!(of(&[]), both);
        let exported = |path| of(&[("COPILOT_OTEL_FILE_EXPORTER_PATH", path)]);
        assert_eq!(exported("/h/.copilot/otel/a.jsonl"), both);
        assert_eq!(exported("relative.jsonl"), both);
        assert_eq!(exported("/x/a.log")[2], Path::new("/x/a.log"));
        let moved = of(&[("COPILOT_HOME", "~/c")]);
        assert_eq!(moved[0], Path::new("/h/c/session-state"));
    }

    #[test]
    fn of_a_session_only_its_events_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "").unwrap();
            path
        };
        let events = place("session-state/s-1/events.jsonl");
        place("session-state/s-1/files/data.jsonl");
        place("session-state/s-1/workspace.yaml");
        let export = place("otel/a.jsonl");
        let elsewhere = place("elsewhere/copilot.log");
        let roots = [
            folder.path().join("session-state"),
            folder.path().join("otel"),
            elsewhere.clone(),
            folder.path().join("absent"),
        ];
        let listing = list(&roots);
        let found: Vec<_> = listing.files.into_iter().map(|file| file.path).collect();
        assert_eq!(found, [elsewhere, export, events]);
        assert!(is_events(&found[2]) && !is_events(&found[1]));
        assert_eq!(session(&found[2]), "s-1");
    }
}

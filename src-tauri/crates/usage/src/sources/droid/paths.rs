//! Where Droid keeps sessions.

use crate::source::Surroundings;
use std::path::{Path, PathBuf};

/// The folder of sessions, in newer versions of a folder a project.
const SESSIONS: &str = "sessions";

pub(super) fn roots(surroundings: &Surroundings<'_>) -> Vec<PathBuf> {
    let home = surroundings.home.map(|home| home.join(".factory"));
    home.map(|home| vec![home.join(SESSIONS)])
        .unwrap_or_default()
}

/// The session whose settings a file holds.
pub(super) fn session(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_string_lossy();
    let id = name.strip_suffix(".settings.json")?;
    (!id.is_empty()).then(|| id.to_owned())
}

/// The name of a session's project folder: the tool's folder with its signs replaced. Nothing where
/// sessions lie together.
pub(super) fn project(path: &Path) -> String {
    let folder = path.parent().and_then(Path::file_name);
    let folder = folder.filter(|name| *name != SESSIONS).unwrap_or_default();
    folder.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_named_by_its_file() {
        let of = |path: &str| (session(Path::new(path)), project(Path::new(path)));
        let id = Some("s-1".to_owned());
        assert_eq!(
            of("/h/.factory/sessions/s-1.settings.json"),
            (id.clone(), String::new())
        );
        let (found, project) = of("/h/.factory/sessions/-w-app/s-1.settings.json");
        assert_eq!((found, &*project), (id, "-w-app"));
        assert_eq!(of("/h/.factory/sessions/s-1.jsonl").0, None);
        assert_eq!(of("/h/.factory/sessions/.settings.json").0, None);
    }
}

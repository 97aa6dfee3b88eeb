//! Where Kimi CLI keeps sessions.

use crate::source::Surroundings;
use std::path::{Path, PathBuf};

/// The folder of a folder a working folder, with a folder a session in it.
const SESSIONS: &str = "sessions";

pub(super) fn roots(surroundings: &Surroundings<'_>) -> Vec<PathBuf> {
    let share = match surroundings.get("KIMI_SHARE_DIR") {
        Some(chosen) => surroundings.path(Path::new(&chosen)),
        None => surroundings.home.map(|home| home.join(".kimi")),
    };
    share
        .map(|share| vec![share.join(SESSIONS)])
        .unwrap_or_default()
}

/// A session's, or that of one of its sub-agents.
pub(super) fn is_wire(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "wire.jsonl")
}

/// The working folder's name, a hash, and the session's.
pub(super) fn project_and_session(path: &Path) -> (String, String) {
    let folders: Vec<_> = path
        .parent()
        .into_iter()
        .flat_map(Path::components)
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    let sessions = folders.iter().rposition(|name| name == SESSIONS);
    let below = |more: usize| {
        let at = sessions.map(|sessions| sessions + more);
        at.and_then(|at| folders.get(at)).cloned()
    };
    let session = below(2).or_else(|| folders.last().cloned());
    (below(1).unwrap_or_default(), session.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sub_agent_is_its_session_s() {
        for (path, project, session) in [
            ("/h/.kimi/sessions/5e1f/s-1/wire.jsonl", "5e1f", "s-1"),
            (
                "/h/.kimi/sessions/5e1f/s-1/subagents/a/wire.jsonl",
                "5e1f",
                "s-1",
            ),
            ("/elsewhere/s-1/wire.jsonl", "", "s-1"),
        ] {
            let (found, of) = project_and_session(Path::new(path));
            assert_eq!((&*found, &*of), (project, session), "{path}");
            assert!(is_wire(Path::new(path)));
        }
        assert!(!is_wire(Path::new(
            "/h/.kimi/sessions/5e1f/s-1/context.jsonl"
        )));
    }
}

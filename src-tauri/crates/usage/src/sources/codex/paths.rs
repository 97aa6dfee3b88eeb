//! Where Codex keeps rollouts, and what their names tell.

use crate::listing;
use crate::source::{Listing, Surroundings};
use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

const ACTIVE: &str = "sessions";
const ARCHIVED: &str = "archived_sessions";

/// Active before archived.
pub(super) fn roots(surroundings: &Surroundings<'_>) -> Vec<PathBuf> {
    let home = match surroundings.get("CODEX_HOME") {
        Some(chosen) => surroundings.path(Path::new(&chosen)),
        None => surroundings.home.map(|home| home.join(".codex")),
    };
    home.map(|home| vec![home.join(ACTIVE), home.join(ARCHIVED)])
        .unwrap_or_default()
}

/// The rollouts below `roots`. Of two that are one file, plain and compressed or active and
/// archived, the first is listed: the other would be read for nothing.
pub(super) fn list(roots: &[PathBuf]) -> Listing {
    let mut listing = listing::below(roots, &is_rollout);
    let paths = listing.files.iter().map(|file| file.path.as_path());
    let plain: HashSet<PathBuf> = paths
        .clone()
        .filter(|path| !is_compressed(path))
        .map(Path::to_owned)
        .collect();
    let active: HashSet<String> = paths
        .filter(|path| !is_archived(path))
        .filter_map(plain_name)
        .collect();
    listing.files.retain(|file| {
        let path = &file.path;
        let twin = is_compressed(path) && plain.contains(&path.with_extension(""));
        let moved =
            is_archived(path) && plain_name(path).is_some_and(|name| active.contains(&name));
        !twin && !moved
    });
    listing
}

/// The file's name without `.zst`.
fn plain_name(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    Some(name.strip_suffix(".zst").unwrap_or(name).to_owned())
}

fn is_archived(path: &Path) -> bool {
    path.components()
        .any(|part| part.as_os_str() == OsStr::new(ARCHIVED))
}

fn is_compressed(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "zst")
}

fn is_rollout(path: &Path) -> bool {
    plain_name(path).is_some_and(|name| name.ends_with(".jsonl"))
}

/// The thread that a rollout's name speaks of: `rollout-<time>-<thread>.jsonl`, and
/// `rollout-<time>-<thread>_<page>.jsonl` for what it rolled over into. Another name is itself the
/// thread.
pub(super) fn thread(path: &Path) -> String {
    let name = plain_name(path).unwrap_or_default();
    let stem = name.strip_suffix(".jsonl").unwrap_or(&name);
    let whole = stem.split_once('_').map_or(stem, |(thread, _)| thread);
    let id = whole
        .len()
        .checked_sub(UUID)
        .and_then(|start| whole.get(start..))
        .filter(|id| is_uuid(id));
    id.unwrap_or(stem).to_owned()
}

const UUID: usize = 36;

pub(super) fn is_uuid(text: &str) -> bool {
    text.len() == UUID
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// All files of `thread` beside `path`, in Codex's own folders, in the order they were begun.
pub(super) fn of_thread(thread: &str, path: &Path) -> Listing {
    let folder = path.ancestors().skip(1).find(|folder| {
        let name = folder.file_name();
        name == Some(OsStr::new(ACTIVE)) || name == Some(OsStr::new(ARCHIVED))
    });
    let roots = match folder.and_then(Path::parent) {
        Some(home) => vec![home.join(ACTIVE), home.join(ARCHIVED)],
        // A folder of somebody's own making.
        None => path.parent().map(Path::to_owned).into_iter().collect(),
    };
    let mut listing = list(&roots);
    listing
        .files
        .retain(|file| file.path != path && self::thread(&file.path) == thread);
    listing
        .files
        .sort_by(|a, b| a.path.file_name().cmp(&b.path.file_name()));
    listing
}

#[cfg(test)]
#[path = "paths_tests.rs"]
mod tests;

//! Where OpenCode keeps databases, and where it kept messages before.

use crate::database;
use aco_usage::room::below;
use aco_usage::{FoundFile, Listing, Surroundings};
use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A JSON file a message, in a folder a session.
const MESSAGES: &str = "message";
const STORAGE: &str = "storage";

/// The data folder, and a database that was put elsewhere. A data folder that is named
/// (`OPENCODE_DATA_DIR`, as other trackers understand it) goes before the usual one.
pub(super) fn roots(surroundings: &Surroundings<'_>) -> Vec<PathBuf> {
    let data = surroundings
        .get("XDG_DATA_HOME")
        .map(PathBuf::from)
        .filter(|folder| folder.is_absolute())
        .or_else(|| Some(surroundings.home?.join(".local").join("share")))
        .map(|folder| folder.join("opencode"));
    let mut roots: Vec<PathBuf> = match surroundings.get("OPENCODE_DATA_DIR") {
        Some(list) => list
            .to_string_lossy()
            .split(',')
            .filter_map(|folder| surroundings.path(Path::new(folder.trim())))
            .collect(),
        None => data.clone().into_iter().collect(),
    };
    if let Some(named) = surroundings.get("OPENCODE_DB").map(PathBuf::from) {
        // As OpenCode understands it: a relative one lies in its data folder.
        match data {
            Some(folder) => roots.push(folder.join(named)),
            None if named.is_absolute() => roots.push(named),
            None => {}
        }
    }
    roots
}

/// The databases in the roots, and the messages below their `storage`.
pub(super) fn list(roots: &[PathBuf]) -> Listing {
    let storages: Vec<PathBuf> = roots
        .iter()
        .map(|root| root.join(STORAGE).join(MESSAGES))
        .collect();
    let mut listing = below(&storages, &is_json);
    let mut seen = HashSet::new();
    for root in roots {
        if seen.insert(fs::canonicalize(root).unwrap_or_else(|_| root.clone())) {
            match fs::metadata(root) {
                Ok(named) if named.is_file() => {
                    let file = aco_usage::room::found(root.clone(), &named);
                    listing.files.push(database::found(file));
                }
                _ => databases(root, &mut listing),
            }
        }
    }
    listing.files.sort_by(|a, b| a.path.cmp(&b.path));
    listing.files.dedup_by(|a, b| a.path == b.path);
    listing
}

fn databases(root: &Path, listing: &mut Listing) {
    let entries = match fs::read_dir(root) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return;
        }
        Err(error) => {
            let problem = aco_usage::ReadError::new(root, error);
            return listing.problems.push(problem);
        }
    };
    // An entry that cannot be read is met again when the folder is listed the next time.
    for path in entries.flatten().map(|entry| entry.path()) {
        if is_database(&path)
            && let Ok(metadata) = fs::metadata(&path)
            && metadata.is_file()
        {
            let file: FoundFile = aco_usage::room::found(path, &metadata);
            listing.files.push(database::found(file));
        }
    }
}

/// `opencode.db`, and `opencode-<channel>.db` of other channels than the released one.
fn is_database(path: &Path) -> bool {
    let is_db = path.extension().is_some_and(|end| end == "db");
    let name = path.file_stem().and_then(OsStr::to_str).unwrap_or_default();
    is_db && (name == "opencode" || name.starts_with("opencode-"))
}

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "json")
}

/// Whether it is a message's file, not a database.
pub(super) fn is_message(path: &Path) -> bool {
    is_json(path)
}

/// The folder that holds the parts of the message in `path`: `storage/part/<message>` beside
/// `storage/message/<session>/<message>.json`.
pub(super) fn parts(path: &Path) -> Option<PathBuf> {
    let storage = path.parent()?.parent()?.parent()?;
    Some(storage.join("part").join(path.file_stem()?))
}

/// The session in whose folder a message lies.
pub(super) fn session(path: &Path) -> Option<&str> {
    path.parent()?.file_name()?.to_str()
}

#[cfg(test)]
#[path = "paths_tests.rs"]
mod tests;

//! Where Goose keeps its sessions.

use crate::database;
use aco_usage::room::below;
use aco_usage::{Listing, Platform, Surroundings};
use std::path::{Path, PathBuf};

const SESSIONS: &str = "sessions";
const DATABASE: &str = "sessions.db";

/// The folders of sessions: where Goose says to look, else each place in which a version of it looked.
pub(super) fn roots(surroundings: &Surroundings<'_>) -> Vec<PathBuf> {
    // Goose takes an absolute path and nothing else.
    let chosen = surroundings.get("GOOSE_PATH_ROOT").map(PathBuf::from);
    if let Some(root) = chosen.filter(|root| root.is_absolute()) {
        return vec![root.join("data").join(SESSIONS)];
    }
    let mut folders = Vec::new();
    let absolute = |name: &str| {
        let folder = surroundings.get(name).map(PathBuf::from);
        folder.filter(|folder| folder.is_absolute())
    };
    let home = surroundings.home;
    match surroundings.platform {
        Platform::Windows => {
            let roaming =
                absolute("APPDATA").or_else(|| Some(home?.join("AppData").join("Roaming")));
            folders.extend(roaming.map(|folder| folder.join("Block").join("goose").join("data")));
        }
        Platform::Linux | Platform::MacOs => {
            let data =
                absolute("XDG_DATA_HOME").or_else(|| Some(home?.join(".local").join("share")));
            folders.extend(data.iter().map(|folder| folder.join("goose")));
            folders.extend(data.map(|folder| folder.join("Block").join("goose")));
        }
    }
    if let (Platform::MacOs, Some(home)) = (surroundings.platform, home) {
        let support = home.join("Library").join("Application Support");
        folders.push(support.join("Block.block.goose"));
        folders.push(support.join("goose"));
    }
    folders
        .into_iter()
        .map(|folder| folder.join(SESSIONS))
        .collect()
}

/// Databases, and files of JSON lines from before there was one.
pub(super) fn list(roots: &[PathBuf]) -> Listing {
    let mut listing = below(roots, &|path| {
        is_database(path) || path.extension().is_some_and(|end| end == "jsonl")
    });
    for file in &mut listing.files {
        if is_database(&file.path) {
            *file = database::found(file.clone());
        }
    }
    listing
}

pub(super) fn is_database(path: &Path) -> bool {
    database::is_named(path, DATABASE)
}

#[cfg(test)]
#[path = "paths_tests.rs"]
mod tests;

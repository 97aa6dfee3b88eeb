//! Walks the folders of a source. Nothing is opened here.

use crate::platform;
use crate::source::{FoundFile, Listing, ReadError};
use aco_domain::UnixNanos;
use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Deeper than any tool nests its folders.
const DEEPEST: usize = 24;

/// The files below `roots` that `wanted` takes, each once, by path. A root may be a link to a
/// folder; below it links to folders are not followed, because they may lead back.
#[must_use]
pub fn below(roots: &[PathBuf], wanted: &dyn Fn(&Path) -> bool) -> Listing {
    let mut listing = Listing::default();
    let mut seen = HashSet::new();
    for root in roots {
        // Two roots may be one folder by two names.
        if seen.insert(fs::canonicalize(root).unwrap_or_else(|_| root.clone())) {
            walk(root, wanted, DEEPEST, &mut listing);
        }
    }
    listing.files.sort_by(|a, b| a.path.cmp(&b.path));
    listing.files.dedup_by(|a, b| a.path == b.path);
    listing
}

fn walk(folder: &Path, wanted: &dyn Fn(&Path) -> bool, depth: usize, listing: &mut Listing) {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if is_nothing(error.kind()) => return,
        Err(error) => return listing.problems.push(ReadError::new(folder, error)),
    };
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                listing.problems.push(ReadError::new(folder, error));
                continue;
            }
        };
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            if depth > 0 {
                walk(&path, wanted, depth - 1, listing);
            }
        } else if wanted(&path) {
            match fs::metadata(&path) {
                Ok(metadata) if metadata.is_file() => {
                    listing.files.push(found(path, &metadata));
                }
                Ok(_) => {}
                // Deleted between the two looks.
                Err(error) if is_nothing(error.kind()) => {}
                Err(error) => listing.problems.push(ReadError::new(&path, error)),
            }
        }
    }
}

fn is_nothing(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// What a listing says of one file.
#[must_use]
pub fn found(path: PathBuf, metadata: &Metadata) -> FoundFile {
    FoundFile {
        path,
        size: metadata.len(),
        modified: modified(metadata),
        file_id: platform::listed_id(metadata),
    }
}

/// The time of modification; the epoch where the file system has none.
#[must_use]
pub fn modified(metadata: &Metadata) -> UnixNanos {
    let time = metadata.modified().ok();
    let since = time.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    UnixNanos(0).plus(since.unwrap_or_default())
}

//! A temporary folder that `ACO_E2E_KEEP` keeps, for looking at a failure afterwards.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// Removed with its owner unless kept.
#[derive(Debug)]
pub(crate) struct Scratch {
    path: PathBuf,
    _removed_on_drop: Option<TempDir>,
}

impl Scratch {
    pub(crate) fn new(prefix: &str) -> Self {
        let folder = tempfile::Builder::new()
            .prefix(prefix)
            .tempdir()
            .expect("a temporary folder");
        if std::env::var_os("ACO_E2E_KEEP").is_some() {
            let path = folder.keep();
            eprintln!("kept: {}", path.display());
            Self {
                path,
                _removed_on_drop: None,
            }
        } else {
            Self {
                path: folder.path().to_owned(),
                _removed_on_drop: Some(folder),
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

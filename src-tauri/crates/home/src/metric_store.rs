//! What the metrics have counted, over restarts. A file of its own: it changes with each export.

use crate::FileError;
use crate::versioned::{Content, Finding, Format, Opened, VersionedFile};
use serde::{Deserialize, Serialize};
use std::path::Path;

const FORMAT: Format = Format {
    magic: "aco-metrics",
    version: 1,
};

/// What is kept of one counter. Whole numbers: a fraction may come back from text smaller than it
/// was, and a counter that goes down is read as one that began again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StoredTotal {
    /// The metric's name.
    pub name: String,
    /// The values of its labels, in the metric's own order.
    pub labels: Vec<String>,
    /// What has been counted.
    pub total: u64,
    /// How far somebody else's count, which this one follows, had come.
    pub source: u64,
    /// How much of the total was ever exported.
    pub exported: u64,
}

/// The file of the totals, in the hands of the process that holds the home's lock.
#[derive(Debug)]
pub struct MetricStore {
    file: VersionedFile<Vec<StoredTotal>>,
    /// What stands in the file.
    totals: Vec<StoredTotal>,
}

impl MetricStore {
    /// Reads the totals, beginning with none where there is no file. Call it only while holding the
    /// home's lock.
    ///
    /// # Errors
    /// When the file cannot be read, or a damaged one cannot be moved aside.
    pub fn open(path: &Path) -> Result<(Self, Vec<Finding>), FileError> {
        let Opened {
            file,
            content,
            findings,
        } = VersionedFile::open(path, FORMAT)?;
        let totals = content.unwrap_or_default();
        Ok((Self { file, totals }, findings))
    }

    /// Reads the totals without holding the lock: what a report shows while an agent counts.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn peek(path: &Path) -> Result<Content<Vec<StoredTotal>>, FileError> {
        VersionedFile::read(path, FORMAT)
    }

    /// The totals as they stand in the file.
    #[must_use]
    pub fn totals(&self) -> &[StoredTotal] {
        &self.totals
    }

    /// Replaces the totals. Writes nothing when they are the same.
    ///
    /// # Errors
    /// When the file cannot be written; the former totals then still stand.
    pub fn save(&mut self, totals: Vec<StoredTotal>) -> Result<(), FileError> {
        if totals != self.totals {
            self.file.save(&totals)?;
            self.totals = totals;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(total: u64) -> StoredTotal {
        StoredTotal {
            name: "ai.cli.active.duration".to_owned(),
            labels: vec!["ollama".to_owned()],
            total,
            source: 2,
            exported: u64::MAX,
        }
    }

    #[test]
    fn totals_survive_a_restart_to_the_last_bit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics");
        let (mut store, findings) = MetricStore::open(&path).unwrap();
        assert!(store.totals().is_empty() && findings.is_empty());
        store.save(vec![total((1 << 53) + 1)]).unwrap();
        let (store, _) = MetricStore::open(&path).unwrap();
        assert_eq!(store.totals(), [total((1 << 53) + 1)]);
    }

    #[test]
    fn nothing_is_written_while_nothing_changes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics");
        let (mut store, _) = MetricStore::open(&path).unwrap();
        store.save(Vec::new()).unwrap();
        assert!(!path.exists());
        store.save(vec![total(1)]).unwrap();
        std::fs::remove_file(&path).unwrap();
        store.save(vec![total(1)]).unwrap();
        assert!(!path.exists());
        store.save(vec![total(2)]).unwrap();
        assert!(path.exists());
    }

    #[test]
    fn what_cannot_be_written_is_tried_again() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder.path().join("gone");
        std::fs::create_dir(&gone).unwrap();
        let (mut store, _) = MetricStore::open(&gone.join("metrics")).unwrap();
        std::fs::remove_dir(&gone).unwrap();
        assert!(store.save(vec![total(1)]).is_err());
        assert!(store.totals().is_empty());
        std::fs::create_dir(&gone).unwrap();
        store.save(vec![total(1)]).unwrap();
        assert_eq!(store.totals(), [total(1)]);
    }
}

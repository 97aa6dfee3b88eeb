//! What tools said of their limits, and what was told of budgets and limits: each threshold once,
//! over restarts. A file of its own: it changes with every answer of a tool.

use crate::FileError;
use crate::versioned::{Content, Finding, Format, Opened, VersionedFile};
use aco_domain::{BudgetSpan, LimitReading, ToolId, UnixNanos};
use serde::{Deserialize, Serialize};
use std::path::Path;

const FORMAT: Format = Format {
    magic: "aco-alerts",
    version: 1,
};

/// The content of the file. A field that is missing has its default, so that a field can be added
/// without a new version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StoredAlerts {
    /// The newest reading of each limit.
    pub limits: Vec<LimitReading>,
    /// Thresholds of budgets that were told.
    pub budgets_told: Vec<BudgetTold>,
    /// Thresholds of limits that were told.
    pub limits_told: Vec<LimitTold>,
}

/// A threshold of a budget, for the day or month that begins on a date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetTold {
    /// Day or month.
    pub span: BudgetSpan,
    /// Its first day: `2026-01-31`.
    pub begins: String,
    /// In percent.
    pub threshold: u32,
}

/// A threshold of a limit, for one of its windows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitTold {
    /// Of which tool.
    pub tool: ToolId,
    /// Which of its limits.
    pub window: String,
    /// In percent.
    pub threshold: u32,
    /// When that window ends.
    pub ends: UnixNanos,
}

/// The file, in the hands of the process that holds the home's lock.
#[derive(Debug)]
pub struct AlertStore {
    file: VersionedFile<StoredAlerts>,
    alerts: StoredAlerts,
}

impl AlertStore {
    /// Reads the file, beginning with nothing where there is none. Call it only while holding the
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
        let alerts = content.unwrap_or_default();
        Ok((Self { file, alerts }, findings))
    }

    /// Reads the limits without holding the lock; none where the file is not there or not ours.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn peek_limits(path: &Path) -> Result<Vec<LimitReading>, FileError> {
        match VersionedFile::<StoredAlerts>::read(path, FORMAT)? {
            Content::Found(alerts) => Ok(alerts.limits),
            Content::Absent | Content::Damaged(_) | Content::Newer(_) => Ok(Vec::new()),
        }
    }

    /// What is known, as it stands in memory.
    #[must_use]
    pub fn alerts(&self) -> &StoredAlerts {
        &self.alerts
    }

    /// Replaces it. What cannot be written holds in memory all the same: nothing is told twice by
    /// one process.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&mut self, alerts: StoredAlerts) -> Result<(), FileError> {
        if alerts == self.alerts {
            return Ok(());
        }
        self.alerts = alerts;
        self.file.save(&self.alerts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aco_domain::Percent;

    fn alerts() -> StoredAlerts {
        let tool = ToolId::new("codex").unwrap();
        StoredAlerts {
            limits: vec![LimitReading {
                tool: tool.clone(),
                window: "primary".to_owned(),
                used_percent: Percent::new(42.25).unwrap(),
                minutes: Some(300),
                resets_at: None,
                at: UnixNanos(u64::MAX),
            }],
            budgets_told: vec![BudgetTold {
                span: BudgetSpan::Month,
                begins: "2026-01-01".to_owned(),
                threshold: 80,
            }],
            limits_told: vec![LimitTold {
                tool,
                window: "primary".to_owned(),
                threshold: 80,
                ends: UnixNanos(7),
            }],
        }
    }

    #[test]
    fn what_was_told_survives_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alerts");
        let (mut store, findings) = AlertStore::open(&path).unwrap();
        assert_eq!(
            (store.alerts(), findings),
            (&StoredAlerts::default(), vec![])
        );
        assert_eq!(AlertStore::peek_limits(&path).unwrap(), []);
        store.save(StoredAlerts::default()).unwrap();
        assert!(!path.exists(), "nothing is written while nothing changes");
        store.save(alerts()).unwrap();
        let (store, _) = AlertStore::open(&path).unwrap();
        assert_eq!(store.alerts(), &alerts());
        assert_eq!(AlertStore::peek_limits(&path).unwrap(), alerts().limits);
    }

    #[test]
    fn what_cannot_be_written_is_not_told_again() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder.path().join("gone");
        std::fs::create_dir(&gone).unwrap();
        let (mut store, _) = AlertStore::open(&gone.join("alerts")).unwrap();
        std::fs::remove_dir(&gone).unwrap();
        assert!(store.save(alerts()).is_err());
        assert_eq!(store.alerts(), &alerts());
    }

    #[test]
    fn a_file_of_another_kind_has_no_limits() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alerts");
        for text in ["", "aco-alerts 9\n{}", "aco-alerts 1\n[", "aco-state 1\n{}"] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(AlertStore::peek_limits(&path).unwrap(), [], "{text}");
        }
    }
}

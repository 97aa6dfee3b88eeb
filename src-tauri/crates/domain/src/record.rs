//! What identifies a record, and how records that left otherwise than by delivery are counted.

use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// `log.record.uid`: the installation and a number that rises by one a record.
///
/// "Once" and "in order" are judged by it, so it is written as `<installation>-<sequence>` and can
/// be taken apart again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordUid {
    /// `service.instance.id` of the installation that wrote the record.
    pub installation: Uuid,
    /// Position in that installation's history, from 1.
    pub sequence: u64,
}

impl fmt::Display for RecordUid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.installation.hyphenated(), self.sequence)
    }
}

impl std::str::FromStr for RecordUid {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("`{text}` is not a record uid (<installation>-<sequence>)");
        let (installation, sequence) = text.rsplit_once('-').ok_or_else(wrong)?;
        Ok(Self {
            installation: installation.parse().map_err(|_| wrong())?,
            sequence: sequence.parse().map_err(|_| wrong())?,
        })
    }
}

/// Why a record left the spool without being delivered. The label of `ai.agent.records.dropped`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DropReason {
    /// The spool was larger than `spool.max_bytes`; the oldest records went.
    Quota,
    /// The record was older than `spool.max_age`.
    Age,
    /// The disk refused the write and the buffer for that case was full.
    Disk,
    /// The bytes on disk no longer matched their checksum.
    Damaged,
    /// The endpoint took the rest of the request and refused this one without naming it
    /// (`partial_success`), so there is nothing to quarantine.
    Refused,
}

impl DropReason {
    /// Every reason, in the order they are shown.
    pub const ALL: [Self; 5] = [
        Self::Quota,
        Self::Age,
        Self::Disk,
        Self::Damaged,
        Self::Refused,
    ];

    /// The reason as metric label and JSON key.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quota => "quota",
            Self::Age => "age",
            Self::Disk => "disk",
            Self::Damaged => "damaged",
            Self::Refused => "refused",
        }
    }
}

/// Records dropped, by reason. Totals of the installation, never reset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dropped {
    /// See [`DropReason::Quota`].
    pub quota: u64,
    /// See [`DropReason::Age`].
    pub age: u64,
    /// See [`DropReason::Disk`].
    pub disk: u64,
    /// See [`DropReason::Damaged`].
    pub damaged: u64,
    /// See [`DropReason::Refused`].
    pub refused: u64,
}

impl Dropped {
    /// Adds `count` records dropped for `reason`.
    pub fn add(&mut self, reason: DropReason, count: u64) {
        let field = match reason {
            DropReason::Quota => &mut self.quota,
            DropReason::Age => &mut self.age,
            DropReason::Disk => &mut self.disk,
            DropReason::Damaged => &mut self.damaged,
            DropReason::Refused => &mut self.refused,
        };
        *field = field.saturating_add(count);
    }

    /// The count of one reason.
    #[must_use]
    pub fn get(&self, reason: DropReason) -> u64 {
        match reason {
            DropReason::Quota => self.quota,
            DropReason::Age => self.age,
            DropReason::Disk => self.disk,
            DropReason::Damaged => self.damaged,
            DropReason::Refused => self.refused,
        }
    }

    /// All reasons together.
    #[must_use]
    pub fn total(&self) -> u64 {
        DropReason::ALL.iter().map(|&reason| self.get(reason)).sum()
    }
}

/// What became of the installation's records. Totals that survive restarts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Appended to the spool.
    pub spooled: u64,
    /// Answered for by the endpoint.
    pub shipped: u64,
    /// Left without delivery, by reason.
    pub dropped: Dropped,
    /// Refused for good by the endpoint and kept in the quarantine file.
    pub quarantined: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uid_survives_its_text() {
        let uid = RecordUid {
            installation: Uuid::from_u128(7),
            sequence: 42,
        };
        assert_eq!(uid.to_string(), "00000000-0000-0000-0000-000000000007-42");
        assert_eq!(uid.to_string().parse(), Ok(uid));
        assert!("42".parse::<RecordUid>().is_err());
        assert!("x-42".parse::<RecordUid>().is_err());
    }

    #[test]
    fn every_reason_is_counted_apart() {
        let mut dropped = Dropped::default();
        for (n, reason) in DropReason::ALL.into_iter().enumerate() {
            dropped.add(reason, n as u64 + 1);
        }
        for (n, reason) in DropReason::ALL.into_iter().enumerate() {
            assert_eq!(dropped.get(reason), n as u64 + 1);
        }
        assert_eq!(dropped.total(), 15);
    }
}

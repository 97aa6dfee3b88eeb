//! Who this installation is: `service.instance.id`.

use crate::FileError;
use crate::hash::sha256_hex;
use crate::versioned::{Content, Finding, Format, Opened, VersionedFile};
use serde::{Deserialize, Serialize};
use std::path::Path;
use uuid::Uuid;

const FORMAT: Format = Format {
    magic: "aco-installation",
    version: 1,
};

/// Keeps the stored hash from being looked up in a table made for other programs.
const SALT: &[u8] = b"ai-cost-observer installation\0";

/// The installation, as found or made at start.
#[derive(Debug)]
pub struct Installation {
    /// `service.instance.id`; half of every `log.record.uid`.
    pub id: Uuid,
    /// Whether it was there before.
    pub origin: Origin,
    /// What the user must be told about its file.
    pub findings: Vec<Finding>,
}

/// How the installation came by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It stood in the file.
    Existing,
    /// There was none.
    Created,
    /// The home was copied from another machine, which goes on using the old id. Two machines with
    /// one id would write one stream and hand out the same record uids.
    MachineChanged {
        /// The id that stays with the other machine.
        previous: Uuid,
    },
}

#[derive(Serialize, Deserialize)]
struct Stored {
    id: Uuid,
    /// SHA-256 of salt and machine id. The id itself identifies the machine to other programs and
    /// is written nowhere.
    machine: Option<String>,
}

impl Installation {
    /// The id as it stands, without holding the lock: what `aco status` shows when no agent runs.
    /// Nothing where there is none that this program can read.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn peek(path: &Path) -> Result<Option<Uuid>, FileError> {
        Ok(match VersionedFile::<Stored>::read(path, FORMAT)? {
            Content::Found(stored) => Some(stored.id),
            Content::Absent | Content::Damaged(_) | Content::Newer(_) => None,
        })
    }

    /// Reads the installation's id, or makes one. Call it only while holding the home's lock.
    ///
    /// Without a `machine_id` (the platform does not tell) a copy cannot be noticed, and the id
    /// that stands is kept.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn load_or_create(
        path: &Path,
        machine_id: Option<&str>,
        new_uuid: impl FnOnce() -> Uuid,
    ) -> Result<Self, FileError> {
        let machine = machine_id.map(|id| sha256_hex(&[SALT, id.trim().as_bytes()]));
        let Opened {
            file,
            content,
            findings,
        } = VersionedFile::<Stored>::open(path, FORMAT)?;
        let (stored, origin) = match content {
            None => (
                Stored {
                    id: new_uuid(),
                    machine,
                },
                Origin::Created,
            ),
            Some(old) => match (&old.machine, &machine) {
                (Some(then), Some(now)) if then != now => {
                    let origin = Origin::MachineChanged { previous: old.id };
                    (
                        Stored {
                            id: new_uuid(),
                            machine,
                        },
                        origin,
                    )
                }
                // Written while the machine's id was unknown: from now on a copy is noticed.
                (None, Some(_)) => (
                    Stored {
                        id: old.id,
                        machine,
                    },
                    Origin::Existing,
                ),
                _ => {
                    return Ok(Self {
                        id: old.id,
                        origin: Origin::Existing,
                        findings,
                    });
                }
            },
        };
        file.save(&stored)?;
        Ok(Self {
            id: stored.id,
            origin,
            findings,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const FIRST: Uuid = Uuid::from_u128(1);
    const SECOND: Uuid = Uuid::from_u128(2);

    #[test]
    fn an_id_lasts_and_a_copied_home_gets_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("installation");
        let changed = Origin::MachineChanged { previous: FIRST };
        let steps = [
            (
                "made without a machine id",
                None,
                FIRST,
                FIRST,
                Origin::Created,
            ),
            (
                "learns the machine id",
                Some("machine-a"),
                SECOND,
                FIRST,
                Origin::Existing,
            ),
            (
                "the same machine",
                Some("machine-a\n"),
                SECOND,
                FIRST,
                Origin::Existing,
            ),
            ("not told: kept", None, SECOND, FIRST, Origin::Existing),
            (
                "another machine",
                Some("machine-b"),
                SECOND,
                SECOND,
                changed,
            ),
            (
                "settled",
                Some("machine-b"),
                FIRST,
                SECOND,
                Origin::Existing,
            ),
        ];
        for (step, machine, fresh, id, origin) in steps {
            let found = Installation::load_or_create(&path, machine, || fresh).unwrap();
            assert_eq!((found.id, found.origin), (id, origin), "{step}");
            assert_eq!(found.findings, [], "{step}");
        }
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("aco-installation 1\n"), "{text}");
        assert!(
            !text.contains("machine-b"),
            "the machine's id is written nowhere: {text}"
        );
    }

    #[test]
    fn a_damaged_file_is_kept_and_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("installation");
        assert_eq!(Installation::peek(&path).unwrap(), None);
        fs::write(&path, "garbage").unwrap();
        assert_eq!(Installation::peek(&path).unwrap(), None);
        let found = Installation::load_or_create(&path, None, || FIRST).unwrap();
        assert_eq!((found.id, found.origin), (FIRST, Origin::Created));
        assert!(matches!(&found.findings[..], [Finding::Damaged { .. }]));
        assert_eq!(Installation::peek(&path).unwrap(), Some(FIRST));
        let again = Installation::load_or_create(&path, None, || SECOND).unwrap();
        assert_eq!((again.id, again.findings.len()), (FIRST, 0));
    }
}

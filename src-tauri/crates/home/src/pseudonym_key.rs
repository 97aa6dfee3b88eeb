//! The key of this installation by which names become pseudonyms before they are shipped.

use crate::FileError;
use crate::versioned::{Finding, Format, Opened, VersionedFile};
use std::fmt;
use std::path::Path;

const FORMAT: Format = Format {
    magic: "aco-pseudonym-key",
    version: 1,
};

/// 32 random bytes. Without them nobody can tell a name from its pseudonym, nor try names.
#[derive(Clone, PartialEq, Eq)]
pub struct PseudonymKey([u8; 32]);

impl PseudonymKey {
    /// Reads the key, or keeps what `fresh` makes. Only for the holder of the home's lock. What is
    /// found about the file is to be told to the user: pseudonyms are others from then on.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn load_or_create(
        path: &Path,
        fresh: impl FnOnce() -> [u8; 32],
    ) -> Result<(Self, Vec<Finding>), FileError> {
        let Opened {
            file,
            content,
            findings,
        } = VersionedFile::<[u8; 32]>::open(path, FORMAT)?;
        let key = match content {
            Some(key) => key,
            None => {
                let key = fresh();
                file.save(&key)?;
                key
            }
        };
        Ok((Self(key), findings))
    }

    /// A key that is kept nowhere.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// The key itself, for a keyed hash.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A secret is in no log.
impl fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PseudonymKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_lasts_and_a_damaged_one_is_told_of() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pseudonym-key");
        let (first, findings) = PseudonymKey::load_or_create(&path, || [7; 32]).unwrap();
        assert_eq!(findings, []);
        let (again, _) = PseudonymKey::load_or_create(&path, || [8; 32]).unwrap();
        assert_eq!(first, again);
        assert!(!format!("{first:?}").contains('7'));
        std::fs::write(&path, "aco-pseudonym-key 1\n[1]").unwrap();
        let (other, findings) = PseudonymKey::load_or_create(&path, || [8; 32]).unwrap();
        assert_eq!((other.bytes(), findings.len()), (&[8; 32][..], 1));
    }
}

//! Identities for records without an id: what they say, and which of their like they are.
//!
//! Two equal records in one file are two calls; the same file read again, rewritten or copied gives
//! the same identities. So the n-th occurrence of a content in a file is one identity, wherever the
//! file lies. Occurrences are counted among the last few different contents: equal records carry the same
//! time, so they lie close together.

use std::collections::VecDeque;
use twox_hash::XxHash3_128;

const VERSION: u8 = 1;

/// How often each of the last `MOST` different contents has occurred in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Occurrences<const MOST: usize>(VecDeque<(u128, u32)>);

impl<const MOST: usize> Occurrences<MOST> {
    /// The identity of the next record with this content.
    pub(crate) fn next(&mut self, content: u128) -> u128 {
        let known = self.0.iter_mut().rev().find(|(known, _)| *known == content);
        let before = match known {
            Some((_, count)) => {
                *count = count.saturating_add(1);
                *count - 1
            }
            None => {
                if self.0.len() == MOST {
                    self.0.pop_front();
                }
                self.0.push_back((content, 1));
                0
            }
        };
        if before == 0 {
            return content;
        }
        let mut bytes = [0; 20];
        bytes[..16].copy_from_slice(&content.to_le_bytes());
        bytes[16..].copy_from_slice(&before.to_le_bytes());
        XxHash3_128::oneshot(&bytes)
    }

    /// As bytes; none for none.
    pub(crate) fn encode(&self) -> Vec<u8> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let mut bytes = vec![VERSION];
        for (content, count) in &self.0 {
            bytes.extend_from_slice(&content.to_le_bytes());
            bytes.extend_from_slice(&count.to_le_bytes());
        }
        bytes
    }

    /// From [`Self::encode`]; nothing for other bytes.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let Some((version, entries)) = bytes.split_first() else {
            return Some(Self::default());
        };
        if *version != VERSION || entries.len() % 20 != 0 || entries.len() / 20 > MOST {
            return None;
        }
        let entries = entries.chunks_exact(20).map(|entry| {
            let (content, count) = entry.split_at(16);
            Some((
                u128::from_le_bytes(content.try_into().ok()?),
                u32::from_le_bytes(count.try_into().ok()?),
            ))
        });
        entries.collect::<Option<_>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_contents_are_told_apart_by_their_number() {
        let read = |contents: &[u128]| {
            let mut occurrences = Occurrences::<8>::default();
            let mut identities = Vec::new();
            for content in contents {
                identities.push(occurrences.next(*content));
                occurrences = Occurrences::decode(&occurrences.encode()).unwrap();
            }
            identities
        };
        let first = read(&[1, 2, 1, 1]);
        assert_eq!(
            first.iter().collect::<std::collections::HashSet<_>>().len(),
            4
        );
        // A rewritten file that lost a line in between.
        assert_eq!(read(&[1, 1, 1]), [first[0], first[2], first[3]]);
    }

    #[test]
    fn memory_is_bounded_and_other_bytes_are_refused() {
        let mut occurrences = Occurrences::<8>::default();
        for content in 0..24 {
            occurrences.next(content);
        }
        assert_eq!(occurrences.encode().len(), 1 + 20 * 8);
        assert_eq!(Occurrences::<8>::decode(&[VERSION + 1]), None);
        assert_eq!(Occurrences::<8>::decode(&[VERSION, 1]), None);
    }
}

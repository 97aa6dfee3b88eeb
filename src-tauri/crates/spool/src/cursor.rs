//! The cursor file: how far records have been answered for, and the totals that survive them.
//!
//! Two slots of fixed size, written in place, so that a full disk can still be drained. Which one
//! is written next is the only policy here; when to write is the spool's.

use crate::file_system::{File, FileSystem, read_full, read_start};
use crate::format::{
    CURSOR_MAGIC, MAX_SEQ, PREAMBLE, Preamble, VERSION, judge_preamble, preamble, u32_at, u64_at,
};
use crate::state::Mark;
use aco_domain::{Counters, DropReason, UnixNanos};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// A slot has a sector of its own, so that no write can hurt the other one.
const SLOT_AT: [u64; 2] = [512, 1024];
const SLOT: usize = 8 * FIELDS + 4;
const FIELDS: usize = 14;
const FILE: usize = 1536;

/// What a slot holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Snapshot {
    /// Everything up to this number has been answered for, or counted as dropped.
    pub(crate) passed: u64,
    /// What had been written to segments.
    pub(crate) mark: Mark,
    /// Every record below this number was durable.
    pub(crate) durable_next: u64,
    pub(crate) counters: Counters,
}

impl Snapshot {
    /// Where a spool begins whose first record has the number `first`.
    pub(crate) fn before(first: u64) -> Self {
        Self {
            passed: first - 1,
            mark: Mark {
                next_seq: first,
                ..Mark::default()
            },
            ..Self::default()
        }
    }

    fn encode(&self, generation: u64) -> [u8; SLOT] {
        let Counters {
            spooled,
            shipped,
            dropped,
            quarantined,
        } = self.counters;
        let [quota, age, disk, damaged, refused] = DropReason::ALL.map(|why| dropped.get(why));
        let fields: [u64; FIELDS] = [
            generation,
            self.passed,
            self.mark.next_seq,
            self.mark.usage_seq,
            self.mark.time.0,
            self.durable_next,
            spooled,
            shipped,
            quarantined,
            quota,
            age,
            disk,
            damaged,
            refused,
        ];
        let mut bytes = [0; SLOT];
        for (into, field) in bytes.chunks_exact_mut(8).zip(fields) {
            into.copy_from_slice(&field.to_le_bytes());
        }
        let crc = crc32fast::hash(&bytes[..8 * FIELDS]);
        bytes[8 * FIELDS..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// The generation and content of a slot, when it is intact.
    fn decode(slot: &[u8]) -> Option<(u64, Self)> {
        let covered = slot.get(..8 * FIELDS)?;
        if u32_at(slot, 8 * FIELDS) != Some(crc32fast::hash(covered)) {
            return None;
        }
        let field = |n: usize| u64_at(covered, 8 * n);
        let mut snapshot = Self {
            passed: field(1)?,
            mark: Mark {
                next_seq: field(2)?,
                usage_seq: field(3)?,
                time: UnixNanos(field(4)?),
            },
            durable_next: field(5)?,
            counters: Counters {
                spooled: field(6)?,
                shipped: field(7)?,
                quarantined: field(8)?,
                ..Counters::default()
            },
        };
        for (n, why) in DropReason::ALL.into_iter().enumerate() {
            snapshot.counters.dropped.add(why, field(9 + n)?);
        }
        let believable =
            snapshot.passed < snapshot.mark.next_seq && snapshot.mark.next_seq <= MAX_SEQ;
        believable.then_some((field(0)?, snapshot))
    }
}

/// What was found where the cursor should be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Found {
    Intact,
    #[default]
    Absent,
    Damaged,
}

/// The cursor as it was read.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    pub(crate) path: PathBuf,
    pub(crate) found: Found,
    /// A cursor of a newer version, left alone in favour of `path`.
    pub(crate) newer: Option<PathBuf>,
    pub(crate) snapshot: Option<Snapshot>,
    generation: u64,
    slot: usize,
}

/// Reads the cursor of `dir`, changing nothing.
pub(crate) fn load(fs: &dyn FileSystem, dir: &Path) -> Loaded {
    let usual = dir.join("cursor");
    let bytes = read_start(fs, &usual, FILE);
    let is_newer = matches!(&bytes, Ok(bytes)
        if judge_preamble(bytes, CURSOR_MAGIC) == Preamble::Newer);
    if !is_newer {
        return judge(usual, bytes);
    }
    let path = dir.join(format!("cursor.v{VERSION}"));
    let bytes = read_start(fs, &path, FILE);
    Loaded {
        newer: Some(usual),
        ..judge(path, bytes)
    }
}

fn judge(path: PathBuf, bytes: io::Result<Vec<u8>>) -> Loaded {
    let mut loaded = Loaded {
        path,
        ..Loaded::default()
    };
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return loaded,
        Err(_) => Vec::new(),
    };
    loaded.found = Found::Damaged;
    for (slot, at) in [512, 1024].into_iter().enumerate() {
        let Some((generation, snapshot)) = bytes.get(at..).and_then(Snapshot::decode) else {
            continue;
        };
        if loaded.snapshot.is_none() || generation > loaded.generation {
            loaded.found = Found::Intact;
            loaded.snapshot = Some(snapshot);
            loaded.generation = generation;
            loaded.slot = slot;
        }
    }
    loaded
}

/// The cursor as the spool writes it.
pub(crate) struct Cursor {
    path: PathBuf,
    /// Missing while the disk refuses to create it.
    file: Option<Box<dyn File>>,
    generation: u64,
    /// The slot known to be durable. Only the other one is ever written, so that a torn write
    /// always leaves this one, however many writes there were since.
    durable: usize,
    unsynced: bool,
}

impl Cursor {
    /// Continues from what was loaded; nothing is opened yet.
    pub(crate) fn new(loaded: &Loaded) -> Self {
        Self {
            path: loaded.path.clone(),
            file: None,
            generation: loaded.generation,
            durable: loaded.slot,
            unsynced: false,
        }
    }

    /// Opens or creates the file. Called again by every write until it works.
    ///
    /// # Errors
    /// As the system says.
    pub(crate) fn open(&mut self, fs: &dyn FileSystem) -> io::Result<()> {
        if self.file.is_some() {
            return Ok(());
        }
        let file = match fs.open(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => fs.create_new(&self.path)?,
            opened => opened?,
        };
        let mut head = [0; PREAMBLE];
        let len = read_full(&*file, 0, &mut head)?;
        if judge_preamble(&head[..len], CURSOR_MAGIC) != Preamble::Ours {
            file.write_all_at(0, &preamble(CURSOR_MAGIC, VERSION))?;
            // The file has its full size from here on: later writes need no space.
            file.write_all_at(FILE as u64 - 1, &[0])?;
        }
        self.file = Some(file);
        Ok(())
    }

    /// Writes `snapshot`; a kill no longer loses it, a power cut may.
    ///
    /// # Errors
    /// As the system says; the previous content holds then.
    pub(crate) fn write(&mut self, fs: &dyn FileSystem, snapshot: &Snapshot) -> io::Result<()> {
        self.open(fs)?;
        let Some(file) = &self.file else {
            return Ok(());
        };
        self.unsynced = true;
        let slot = snapshot.encode(self.generation + 1);
        file.write_all_at(SLOT_AT[1 - self.durable], &slot)?;
        self.generation += 1;
        Ok(())
    }

    /// Makes the last written snapshot durable; does nothing when it is.
    ///
    /// # Errors
    /// As the system says.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        if let (true, Some(file)) = (self.unsynced, &self.file) {
            file.sync_data()?;
            self.unsynced = false;
            self.durable = 1 - self.durable;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::disk::Disk;

    fn snapshot(passed: u64) -> Snapshot {
        let mut counters = Counters {
            spooled: 1,
            shipped: 2,
            quarantined: 3,
            ..Counters::default()
        };
        counters.dropped.add(DropReason::Age, 4);
        Snapshot {
            passed,
            mark: Mark {
                next_seq: passed + 5,
                usage_seq: 6,
                time: UnixNanos(7),
            },
            durable_next: 8,
            counters,
        }
    }

    #[test]
    fn a_slot_survives_its_bytes_and_no_flip_passes() {
        let mut slot = snapshot(9).encode(8);
        assert_eq!(Snapshot::decode(&slot), Some((8, snapshot(9))));
        for at in 0..SLOT {
            slot[at] ^= 1;
            assert_eq!(Snapshot::decode(&slot), None, "a flip at {at} passed");
            slot[at] ^= 1;
        }
    }

    #[test]
    fn the_durable_slot_is_not_written_until_another_is_durable() {
        let disk = Disk::default();
        let dir = Path::new("s");
        disk.create_dir_all(dir).unwrap();
        let mut cursor = Cursor::new(&load(&disk, dir));
        cursor.write(&disk, &snapshot(1)).unwrap();
        cursor.sync().unwrap();
        disk.sync_dir(dir).unwrap();
        cursor.write(&disk, &snapshot(2)).unwrap();
        cursor.write(&disk, &snapshot(3)).unwrap();
        assert_eq!(load(&disk, dir).snapshot, Some(snapshot(3)));
        disk.power_cut(&mut |_| 0);
        assert_eq!(load(&disk, dir).snapshot, Some(snapshot(1)));
    }
}

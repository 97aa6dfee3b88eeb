//! What is never sent again by itself: records the endpoint refused, and damaged bytes.
//!
//! Files of their own beside the segments, bounded together; the format stands in the crate's
//! documentation. Which record goes here is the sender's decision; nothing here reads segments.

use crate::Quarantined;
use crate::file_system::{Entry, File, FileSystem, read_start, write_all};
use crate::format::{
    PREAMBLE, Preamble, QUARANTINE_MAGIC, SYNC, VERSION, judge_preamble, numbered_name,
    parse_numbered_name, preamble, u32_at, u64_at,
};
use crate::walk::find_sync;
use aco_domain::UnixNanos;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

const EXTENSION: &str = "q";
/// All files together; the oldest goes first.
const MAX_TOTAL: u64 = 16 * 1024 * 1024;
/// One file, unless a single entry is longer.
const MAX_FILE: u64 = 4 * 1024 * 1024;
/// Damaged bytes kept of one place.
pub(crate) const MAX_DAMAGE: usize = 1024 * 1024;
/// Bytes of an entry before its body: marker, length, checksum.
const ENTRY: usize = 12;
/// Bytes of a body before its reason.
const BODY: usize = 25;

const REFUSED: u8 = 1;
const DAMAGED: u8 = 2;

/// The writing side.
pub(crate) struct Quarantine {
    dir: PathBuf,
    open: Option<Open>,
    evicted: u64,
}

struct Open {
    file: Box<dyn File>,
    len: u64,
    next_entry: u64,
}

/// The folder beside the segments.
fn folder(spool: &Path) -> PathBuf {
    spool.join("quarantine")
}

/// The files in `dir`, oldest first.
fn files(fs: &dyn FileSystem, dir: &Path) -> io::Result<Vec<(u64, Entry)>> {
    let list = match fs.list(dir) {
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        list => list?,
    };
    let mut files: Vec<_> = list
        .into_iter()
        .filter_map(|file| Some((parse_numbered_name(&file.name, EXTENSION)?, file)))
        .collect();
    files.sort_unstable_by_key(|(first, _)| *first);
    Ok(files)
}

/// How many entries made room for later ones: a file's name is the number of its first entry.
pub(crate) fn evicted(fs: &dyn FileSystem, spool: &Path) -> u64 {
    files(fs, &folder(spool))
        .ok()
        .and_then(|files| Some(files.first()?.0 - 1))
        .unwrap_or(0)
}

impl Quarantine {
    pub(crate) fn new(fs: &dyn FileSystem, spool: &Path) -> Self {
        Self {
            dir: folder(spool),
            open: None,
            evicted: evicted(fs, spool),
        }
    }

    /// Entries that made room for later ones, ever.
    pub(crate) fn evicted(&self) -> u64 {
        self.evicted
    }

    /// Writes `entry` durably.
    ///
    /// # Errors
    /// As the system says; nothing was added then.
    pub(crate) fn add(&mut self, fs: &dyn FileSystem, entry: &Quarantined) -> io::Result<()> {
        let bytes = encode(entry);
        let room = |open: &Open| open.len + bytes.len() as u64 <= MAX_FILE;
        let mut open = match self.open.take().filter(room) {
            Some(open) => open,
            None => self.start_file(fs, bytes.len() as u64)?,
        };
        let added = write_all(&*open.file, &bytes).and_then(|()| open.file.sync_data());
        match added {
            Ok(()) => {
                open.len += bytes.len() as u64;
                open.next_entry += 1;
                self.open = Some(open);
            }
            // A file that cannot be repaired is left; the next entry starts another.
            Err(_) if open.file.cut(open.len).is_err() => {}
            Err(_) => self.open = Some(open),
        }
        added
    }

    /// Creates the next file, making room for it and `coming` bytes.
    fn start_file(&mut self, fs: &dyn FileSystem, coming: u64) -> io::Result<Open> {
        fs.create_dir_all(&self.dir)?;
        let mut files = files(fs, &self.dir)?;
        let next_entry = match files.last() {
            Some((first, file)) => first + entries_in(fs, &self.dir, file)?,
            None => self.evicted + 1,
        };
        let mut total: u64 = files.iter().map(|(_, file)| file.len).sum();
        while total + coming > MAX_TOTAL && !files.is_empty() {
            let (_, oldest) = files.remove(0);
            fs.remove(&self.dir.join(&oldest.name))?;
            total -= oldest.len;
            self.evicted = files.first().map_or(next_entry, |(first, _)| *first) - 1;
        }
        let path = self.dir.join(numbered_name(next_entry, EXTENSION));
        let file = match fs.create_new(&path) {
            // It holds no entry: the number would have gone on.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                fs.remove(&path)?;
                fs.create_new(&path)?
            }
            created => created?,
        };
        write_all(&*file, &preamble(QUARANTINE_MAGIC, VERSION))?;
        fs.sync_dir(&self.dir)?;
        Ok(Open {
            file,
            len: PREAMBLE as u64,
            next_entry,
        })
    }
}

/// How many numbers a file has used up. Of a newer version only its length is known, and an entry
/// takes more than a byte.
fn entries_in(fs: &dyn FileSystem, dir: &Path, file: &Entry) -> io::Result<u64> {
    let bytes = read_whole(fs, dir, file)?;
    Ok(match judge_preamble(&bytes, QUARANTINE_MAGIC) {
        Preamble::Newer => file.len,
        _ => decode_all(&bytes).len() as u64,
    })
}

/// Reads everything in the quarantine of the spool in `spool`, oldest first. Files of a newer
/// version and damaged entries are passed over.
///
/// # Errors
/// When a file cannot be read.
pub fn read_quarantine(fs: &dyn FileSystem, spool: &Path) -> io::Result<Vec<Quarantined>> {
    let dir = folder(spool);
    let mut all = Vec::new();
    for (_, file) in files(fs, &dir)? {
        let bytes = read_whole(fs, &dir, &file)?;
        if judge_preamble(&bytes, QUARANTINE_MAGIC) != Preamble::Newer {
            all.extend(decode_all(&bytes));
        }
    }
    Ok(all)
}

fn read_whole(fs: &dyn FileSystem, dir: &Path, file: &Entry) -> io::Result<Vec<u8>> {
    let len = usize::try_from(file.len).unwrap_or(usize::MAX);
    read_start(fs, &dir.join(&file.name), len)
}

fn encode(entry: &Quarantined) -> Vec<u8> {
    let (reason, header) = (entry.reason.as_bytes(), &entry.header[..]);
    let len = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes();
    let mut body = Vec::with_capacity(BODY + reason.len() + header.len() + entry.payload.len());
    body.push(if entry.damaged { DAMAGED } else { REFUSED });
    body.extend_from_slice(&entry.seq.to_le_bytes());
    body.extend_from_slice(&entry.time.0.to_le_bytes());
    body.extend_from_slice(&len(reason));
    body.extend_from_slice(&len(header));
    body.extend_from_slice(reason);
    body.extend_from_slice(header);
    body.extend_from_slice(&entry.payload);
    let mut bytes = Vec::with_capacity(ENTRY + body.len());
    bytes.extend_from_slice(&SYNC);
    bytes.extend_from_slice(&len(&body));
    bytes.extend_from_slice(&crc32fast::hash(&body).to_le_bytes());
    bytes.extend_from_slice(&body);
    bytes
}

/// The intact entries of a file.
fn decode_all(file: &[u8]) -> Vec<Quarantined> {
    let mut entries = Vec::new();
    let mut at = PREAMBLE;
    while let Some(found) = file.get(at..).and_then(find_sync) {
        at += found;
        match decode(&file[at..]) {
            Some((entry, len)) => {
                entries.push(entry);
                at += len;
            }
            None => at += 1,
        }
    }
    entries
}

/// The entry at the start of `bytes`, and its length there.
fn decode(bytes: &[u8]) -> Option<(Quarantined, usize)> {
    let len = usize::try_from(u32_at(bytes, 4)?).ok()?;
    let body = bytes.get(ENTRY..)?.get(..len)?;
    if u32_at(bytes, 8)? != crc32fast::hash(body) {
        return None;
    }
    let reason_len = usize::try_from(u32_at(body, 17)?).ok()?;
    let header_len = usize::try_from(u32_at(body, 21)?).ok()?;
    let (reason, rest) = body.get(BODY..)?.split_at_checked(reason_len)?;
    let (header, payload) = rest.split_at_checked(header_len)?;
    let entry = Quarantined {
        damaged: body[0] == DAMAGED,
        seq: u64_at(body, 1)?,
        time: UnixNanos(u64_at(body, 9)?),
        reason: String::from_utf8_lossy(reason).into_owned(),
        header: header.into(),
        payload: payload.to_vec(),
    };
    Some((entry, ENTRY + len))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::disk::Disk;

    fn entry(seq: u64, len: usize) -> Quarantined {
        Quarantined {
            seq,
            time: UnixNanos(7),
            damaged: false,
            reason: "entry too far behind".into(),
            header: (*b"resource").into(),
            payload: vec![1; len],
        }
    }

    #[test]
    fn entries_are_read_back_over_restarts_and_past_damage() {
        let (disk, spool) = (Disk::default(), Path::new("s"));
        for seq in 1..=3 {
            let mut quarantine = Quarantine::new(&disk, spool);
            quarantine.add(&disk, &entry(seq, 10)).unwrap();
            quarantine.add(&disk, &entry(seq + 10, 10)).unwrap();
        }
        let seqs = |disk: &Disk| {
            let all = read_quarantine(disk, spool).unwrap();
            all.iter().map(|entry| entry.seq).collect::<Vec<_>>()
        };
        assert_eq!(seqs(&disk), [1, 11, 2, 12, 3, 13]);
        assert_eq!(read_quarantine(&disk, spool).unwrap()[0], entry(1, 10));
        disk.flip(&folder(spool).join("00000000000000000003.q"), 40);
        assert_eq!(seqs(&disk), [1, 11, 12, 3, 13]);
    }

    #[test]
    fn the_oldest_entries_make_room_and_are_counted() {
        let (disk, spool) = (Disk::default(), Path::new("s"));
        let mut quarantine = Quarantine::new(&disk, spool);
        for seq in 1..=40 {
            quarantine.add(&disk, &entry(seq, 1024 * 1024)).unwrap();
        }
        let kept = read_quarantine(&disk, spool).unwrap();
        assert!(disk.used() <= MAX_TOTAL + MAX_FILE, "{}", disk.used());
        assert_eq!(quarantine.evicted() + kept.len() as u64, 40);
        assert!(kept.len() >= 10);
        assert_eq!(kept.last().unwrap().seq, 40);
        assert_eq!(evicted(&disk, spool), quarantine.evicted());
    }
}

//! Whether a file is still the one that a checkpoint speaks of, and how it is opened.
//!
//! A file is read on from its checkpoint only when nothing contradicts that: it is the same file by
//! the system's own name, it has grown, and the bytes before the offset are what they were. Else it
//! is read from its beginning, which costs time and changes no total: the same lines give the same
//! identities.

use crate::platform;
use crate::source::{FoundFile, ReadError};
use aco_domain::{Checkpoint, UnixNanos};
use ruzstd::decoding::StreamingDecoder;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Take};
use std::path::Path;
use twox_hash::XxHash3_64;

/// How much of the beginning of what was read, and of its end, the fingerprint covers. A rewritten
/// file differs at one of the two: tools rewrite to drop lines (which moves everything behind) or
/// to change their head.
const WINDOW: u64 = 4096;

/// Memory a compressed file may ask for. Encoders ask for at most 8 MiB unless told to do more.
const MOST_WINDOW: u64 = 16 << 20;

/// A file that is open, and where to begin in it.
pub(crate) struct OpenFile {
    pub(crate) bytes: Bytes,
    pub(crate) file_id: Option<(u64, u64)>,
    pub(crate) size: u64,
    pub(crate) modified: UnixNanos,
    /// 0, or the checkpoint's.
    pub(crate) offset: u64,
    /// Up to `offset`.
    pub(crate) skipped_lines: u64,
}

/// The contents, as the tool wrote them.
pub(crate) enum Bytes {
    /// Up to the size at opening: what comes later changes size and time, and is met by the next
    /// scan.
    Plain(Take<File>),
    Compressed(Box<StreamingDecoder<File, ruzstd::decoding::FrameDecoder>>),
}

impl Read for Bytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.read(buffer),
            Self::Compressed(decoder) => decoder.read(buffer),
        }
    }
}

impl Bytes {
    /// The fingerprint of what lies before `offset`. The position for reading stays.
    pub(crate) fn fingerprint(&mut self, offset: u64) -> io::Result<u64> {
        match self {
            Self::Plain(file) => {
                let file = file.get_mut();
                let position = file.stream_position()?;
                let fingerprint = fingerprint(file, offset)?;
                file.seek(SeekFrom::Start(position))?;
                Ok(fingerprint)
            }
            // Written once and never appended to: any change is another file.
            Self::Compressed(_) => Ok(0),
        }
    }
}

/// Opens `found`; nothing where it has gone.
pub(crate) fn open(
    found: &FoundFile,
    checkpoint: Option<&Checkpoint>,
) -> Result<Option<OpenFile>, ReadError> {
    let failed = |error| ReadError::new(&found.path, error);
    let mut file = match File::open(&found.path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let metadata = file.metadata().map_err(failed)?;
    let file_id = platform::opened_id(&file, &metadata);
    let (size, modified) = (metadata.len(), crate::listing::modified(&metadata));
    let (mut offset, mut skipped_lines) = (0, 0);
    let bytes = if is_compressed(&found.path) {
        let decoder = StreamingDecoder::new_with_max_window_size(file, MOST_WINDOW)
            .map_err(|error| failed(io::Error::new(ErrorKind::InvalidData, error.to_string())))?;
        Bytes::Compressed(Box::new(decoder))
    } else {
        if let Some(known) = checkpoint
            && continues(&mut file, known, file_id, size, modified).map_err(failed)?
        {
            (offset, skipped_lines) = (known.offset, known.skipped_lines);
        }
        file.seek(SeekFrom::Start(offset)).map_err(failed)?;
        Bytes::Plain(file.take(size.saturating_sub(offset)))
    };
    Ok(Some(OpenFile {
        bytes,
        file_id,
        size,
        modified,
        offset,
        skipped_lines,
    }))
}

pub(crate) fn is_compressed(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "zst")
}

/// Whether the file only grew since `known`.
fn continues(
    file: &mut File,
    known: &Checkpoint,
    file_id: Option<(u64, u64)>,
    size: u64,
    modified: UnixNanos,
) -> io::Result<bool> {
    let other_file = file_id.is_some() && known.file_id.is_some() && file_id != known.file_id;
    if other_file || size < known.offset || size < known.size {
        return Ok(false);
    }
    // Written to, and not longer: whatever changed lies in what was read.
    let ended = known.modified != MIDDLE;
    if ended && size == known.size && modified != known.modified {
        return Ok(false);
    }
    Ok(fingerprint(file, known.offset)? == known.fingerprint)
}

/// What a checkpoint in the middle of a file has as time of modification: no file is unchanged
/// since, so the rest is not forgotten when the program ends there.
pub const MIDDLE: UnixNanos = UnixNanos(0);

/// The hash of the first and the last bytes before `offset`; 0 where there are none.
fn fingerprint(file: &mut File, offset: u64) -> io::Result<u64> {
    if offset == 0 {
        return Ok(0);
    }
    let mut bytes = Vec::new();
    let head = offset.min(WINDOW);
    file.seek(SeekFrom::Start(0))?;
    file.take(head).read_to_end(&mut bytes)?;
    let tail = offset.saturating_sub(WINDOW).max(head);
    if tail < offset {
        file.seek(SeekFrom::Start(tail))?;
        file.take(offset - tail).read_to_end(&mut bytes)?;
    }
    Ok(XxHash3_64::oneshot(&bytes))
}

//! Reading: the oldest records, what became of them, and how damage is passed.
//!
//! A batch never spans two segments or a damaged place, so everything between the cursor and its
//! last record was delivered to the caller and an ack needs no list. No file stays open between
//! two calls. Nothing here changes a segment.

use crate::append::seal;
use crate::format::{PREAMBLE, SEGMENT_FIXED, parse_segment_header};
use crate::platform::is_medium_error;
use crate::quarantine::Quarantine;
use crate::spool::{Spool, lock};
use crate::state::{Oldest, State};
use crate::survey::{read_head, segment_path};
use crate::walk::{Frame, Step, Walk};
use crate::{AckOutcome, Batch, Quarantined};
use aco_domain::{DropReason, UnixNanos};
use std::io::{self, ErrorKind};
use std::ops::Range;
use std::sync::Arc;

/// So many failed readings of one place, each of its own peek, make its segment's rest lost if
/// the medium is what fails. With a sender's backoff that is minutes.
const READ_ATTEMPTS: u32 = 16;

/// What the reading side remembers between two calls.
pub(crate) struct Reader {
    pub(crate) quarantine: Quarantine,
    /// What the last peek handed out.
    handed: Option<Run>,
    /// Records of it that went to the quarantine and are not passed yet.
    quarantined: Vec<u64>,
    header: Option<SegmentHead>,
    failure: Option<(u64, u64, u32)>,
    /// Segments off the list whose files are still to be removed.
    pub(crate) leftover: Vec<u64>,
}

/// The header of the segment read last.
#[derive(Clone)]
struct SegmentHead {
    first_seq: u64,
    opaque: Arc<[u8]>,
    frames_at: u64,
}

/// Consecutive records of one segment, from the cursor on.
pub(crate) struct Run {
    segment: u64,
    pub(crate) first_seq: u64,
    pub(crate) places: Vec<Place>,
}

/// Where a record's frame lies in its segment, and its time.
pub(crate) struct Place {
    start: u64,
    pub(crate) end: u64,
    pub(crate) time: UnixNanos,
}

impl Run {
    pub(crate) fn last_seq(&self) -> u64 {
        self.first_seq + self.places.len() as u64 - 1
    }

    fn place(&self, seq: u64) -> Option<&Place> {
        let index = usize::try_from(seq.checked_sub(self.first_seq)?).ok()?;
        self.places.get(index)
    }
}

/// Where reading goes on.
struct Position {
    segment: u64,
    offset: u64,
    len: u64,
    seqs: Range<u64>,
    unread: bool,
}

impl Reader {
    pub(crate) fn new(quarantine: Quarantine) -> Self {
        Self {
            quarantine,
            handed: None,
            quarantined: Vec::new(),
            header: None,
            failure: None,
            leftover: Vec::new(),
        }
    }
}

impl Spool {
    /// The oldest records not yet answered for: at most `max_records` of them and `max_bytes` of
    /// payload, but at least one, and never across two segments. Peeking again without an ack
    /// gives the same records.
    ///
    /// Nothing may leave the machine before [`Spool::sync_through`] of the batch's last record.
    ///
    /// # Errors
    /// When a segment cannot be read; its records wait. After sixteen failures of the medium in a
    /// row at one place the rest of that segment is counted as damaged.
    pub fn peek(&self, max_records: usize, max_bytes: usize) -> io::Result<Option<Batch>> {
        let mut reader = lock(&self.reader);
        let read = self.next_run(&mut reader, max_records, max_bytes);
        self.save_if_stale();
        let Some((run, batch)) = read? else {
            return Ok(None);
        };
        reader.handed = Some(run);
        Ok(Some(batch))
    }

    /// Moves the cursor over everything up to and including `through_seq`: all of it was shipped,
    /// except what went to the quarantine and `outcome.refused` records. Segments with nothing
    /// left are removed, after the cursor is durable. Numbers not in the last batch are ignored,
    /// as are records that a limit dropped meanwhile: those are counted already.
    ///
    /// # Errors
    /// When the cursor cannot be written. The records count as answered all the same; after a
    /// crash they are sent again.
    pub fn ack(&self, through_seq: u64, outcome: AckOutcome) -> io::Result<()> {
        let mut reader = lock(&self.reader);
        let Some(handed) = &reader.handed else {
            return Ok(());
        };
        let through = through_seq.min(handed.last_seq());
        {
            let mut state = lock(&self.state);
            let is_front = state
                .segments
                .front()
                .is_some_and(|front| front.first_seq == handed.segment);
            let place = handed.place(through);
            let (true, true, Some(place)) = (is_front, through > state.passed, place) else {
                return Ok(());
            };
            let passed = through - state.passed;
            let quarantined = reader
                .quarantined
                .iter()
                .filter(|&&seq| seq > state.passed && seq <= through)
                .count() as u64;
            let refused = outcome.refused.min(passed - quarantined);
            state.counters.quarantined += quarantined;
            state.counters.dropped.add(DropReason::Refused, refused);
            state.counters.shipped += passed - quarantined - refused;
            state.passed = through;
            state.offset = place.end;
            state.oldest = match handed.place(through + 1) {
                Some(next) => Oldest::Known(next.time),
                None => Oldest::Unread,
            };
        }
        reader.quarantined.retain(|&seq| seq > through);
        let saved = self.save_cursor(false);
        self.retire(&mut reader);
        saved
    }

    /// Writes one record of the last batch into the quarantine, durably, with the endpoint's
    /// `reason`. It is counted when an ack passes it.
    ///
    /// # Errors
    /// When the record is not in the last batch, or reading or writing fails; the record then
    /// stays where it is.
    pub fn quarantine(&self, seq: u64, reason: &str) -> io::Result<()> {
        let mut reader = lock(&self.reader);
        if reader.quarantined.contains(&seq) {
            return Ok(());
        }
        let handed = reader.handed.as_ref();
        let Some((segment, place)) = handed.and_then(|run| Some((run.segment, run.place(seq)?)))
        else {
            let what = format!("record {seq} is not in the batch read last");
            return Err(io::Error::new(ErrorKind::InvalidInput, what));
        };
        let path = segment_path(&self.dir, segment);
        let mut walk = Walk::new(self.fs.open_read(&path)?, place.start, place.end);
        let Step::Frame(frame) = walk.step(&(seq..seq + 1))? else {
            let what = format!("record {seq} in {} is damaged", path.display());
            return Err(io::Error::new(ErrorKind::InvalidData, what));
        };
        let head = self.segment_head(&mut reader, segment)?;
        let entry = Quarantined {
            seq,
            time: frame.head.time,
            damaged: false,
            reason: reason.to_owned(),
            header: head.opaque,
            payload: walk.bytes()[frame.payload].to_vec(),
        };
        reader.quarantine.add(&*self.fs, &entry)?;
        reader.quarantined.push(seq);
        Ok(())
    }

    /// Reads the next records, passing and counting what is damaged or missing before them.
    pub(crate) fn next_run(
        &self,
        reader: &mut Reader,
        max_records: usize,
        max_bytes: usize,
    ) -> io::Result<Option<(Run, Batch)>> {
        while let Some(position) = self.position(reader) {
            let at = (position.segment, position.offset);
            let read = self.read_run(reader, &position, max_records, max_bytes);
            let error = match read {
                Ok(Some(read)) => {
                    reader.failure = None;
                    lock(&self.state).oldest = Oldest::Known(read.0.places[0].time);
                    return Ok(Some(read));
                }
                Ok(None) => continue,
                Err(error) => error,
            };
            let failures = match reader.failure {
                Some((segment, offset, failures)) if (segment, offset) == at => failures + 1,
                _ => 1,
            };
            reader.failure = Some((at.0, at.1, failures));
            let is_gone = error.kind() == ErrorKind::NotFound;
            let is_lost = is_medium_error(&error) && failures >= READ_ATTEMPTS;
            if !is_gone && !is_lost {
                return Err(error);
            }
            // Appends must not go on in a file nobody can read.
            let mut state = lock(&self.state);
            if !state.is_sealed(0) {
                seal(&mut state);
            }
            state.drop_through(position.seqs.end - 1, DropReason::Damaged);
        }
        Ok(None)
    }

    /// Where the next record is looked for; nothing when none waits in a file.
    fn position(&self, reader: &mut Reader) -> Option<Position> {
        loop {
            {
                let mut state = lock(&self.state);
                state.pass_gap();
                let front = *state.segments.front()?;
                let end = state.end_of(0);
                if front.newer {
                    state.pop_front();
                    continue;
                }
                if state.passed + 1 < end {
                    return Some(Position {
                        segment: front.first_seq,
                        offset: state.offset,
                        len: front.len,
                        seqs: state.passed + 1..end,
                        unread: front.unread,
                    });
                }
                if !state.is_sealed(0) {
                    return None;
                }
            }
            self.retire(reader);
        }
    }

    /// Reads at a position: the records there, or nothing when only damage was passed.
    fn read_run(
        &self,
        reader: &mut Reader,
        position: &Position,
        max_records: usize,
        max_bytes: usize,
    ) -> io::Result<Option<(Run, Batch)>> {
        let head = self.segment_head(reader, position.segment)?;
        let file = self
            .fs
            .open_read(&segment_path(&self.dir, position.segment))?;
        let offset = position.offset.max(head.frames_at);
        let mut walk = Walk::new(file, offset, position.len);
        let mut run = Run {
            segment: position.segment,
            first_seq: position.seqs.start,
            places: Vec::new(),
        };
        let mut payloads = Vec::new();
        let mut payload_bytes = 0;
        let mut seqs = position.seqs.clone();
        while run.places.len() < max_records.max(1) && !seqs.is_empty() {
            let start = walk.offset();
            let frame = match walk.step(&seqs) {
                Ok(Step::Frame(frame)) if frame.head.seq == seqs.start => frame,
                _ if !run.places.is_empty() => break,
                Ok(Step::Frame(frame)) => {
                    self.pass_damage(reader, start, frame.head.seq, &head, &[]);
                    return Ok(None);
                }
                Ok(Step::End) if position.unread => {
                    lock(&self.state).pass_unused(seqs.end - 1);
                    return Ok(None);
                }
                Ok(_) => {
                    self.skip_damage(reader, &mut walk, &seqs, &head)?;
                    return Ok(None);
                }
                Err(error) => return Err(error),
            };
            payload_bytes += frame.payload.len();
            if payload_bytes > max_bytes && !run.places.is_empty() {
                break;
            }
            let Frame { head, payload } = frame;
            run.places.push(Place {
                start,
                end: walk.offset(),
                time: head.time,
            });
            payloads.push(payload);
            seqs.start += 1;
        }
        let batch = Batch {
            header: head.opaque,
            first_seq: run.first_seq,
            times: run.places.iter().map(|place| place.time).collect(),
            payloads,
            bytes: walk.into_bytes(),
        };
        Ok(Some((run, batch)))
    }

    /// From damage to the next frame, or to the end of the segment.
    fn skip_damage(
        &self,
        reader: &mut Reader,
        walk: &mut Walk,
        seqs: &Range<u64>,
        head: &SegmentHead,
    ) -> io::Result<()> {
        let from = walk.at();
        let found = walk.at() < walk.bytes().len() && walk.resync(seqs)?;
        let (offset, to) = (walk.offset(), walk.at());
        let next_seq = match walk.step(seqs)? {
            Step::Frame(frame) if found => frame.head.seq,
            _ => seqs.end,
        };
        let skipped = &walk.bytes()[from..to];
        self.pass_damage(reader, offset, next_seq, head, skipped);
        Ok(())
    }

    /// Moves the cursor to `offset`, where `next_seq` stands, counting what is missing before it.
    fn pass_damage(
        &self,
        reader: &mut Reader,
        offset: u64,
        next_seq: u64,
        head: &SegmentHead,
        skipped: &[u8],
    ) {
        let passed = lock(&self.state).passed;
        if next_seq > passed + 1 && !skipped.is_empty() {
            // Evidence only: a disk that refuses it must not keep the records behind it waiting.
            let _ = self.quarantine_damage(reader, passed + 1, &head.opaque, skipped);
        }
        let mut state = lock(&self.state);
        state.drop_through(next_seq - 1, DropReason::Damaged);
        state.offset = offset;
    }

    /// Keeps damaged bytes found where record `seq` should be.
    pub(crate) fn quarantine_damage(
        &self,
        reader: &mut Reader,
        seq: u64,
        header: &[u8],
        bytes: &[u8],
    ) -> io::Result<()> {
        let kept = &bytes[..bytes.len().min(crate::quarantine::MAX_DAMAGE)];
        let entry = Quarantined {
            seq,
            time: self.clock.now(),
            damaged: true,
            reason: format!("{} bytes match no checksum", bytes.len()),
            header: header.into(),
            payload: kept.to_vec(),
        };
        reader.quarantine.add(&*self.fs, &entry)
    }

    /// The header of a segment; a damaged one is replaced by this program's own.
    fn segment_head(&self, reader: &mut Reader, first_seq: u64) -> io::Result<SegmentHead> {
        if let Some(head) = &reader.header
            && head.first_seq == first_seq
        {
            return Ok(head.clone());
        }
        let bytes = read_head(&*self.fs, &segment_path(&self.dir, first_seq))?;
        let (opaque, frames_at) = match parse_segment_header(&bytes) {
            Some(opaque) => (opaque, SEGMENT_FIXED + opaque.len()),
            None => (&self.header.opaque[..], PREAMBLE),
        };
        let head = SegmentHead {
            first_seq,
            opaque: opaque.into(),
            frames_at: frames_at as u64,
        };
        reader.header = Some(head.clone());
        Ok(head)
    }

    /// Finds out when the oldest record was appended.
    pub(crate) fn read_oldest(&self) {
        let mut reader = lock(&self.reader);
        // An error leaves the age unknown; the sender's own peek reports it.
        let _ = self.next_run(&mut reader, 1, 0);
        self.save_if_stale();
    }

    fn save_if_stale(&self) {
        let stale = |state: &State| state.cursor_stale;
        if stale(&lock(&self.state)) {
            // Stays stale on an error and is tried again.
            let _ = self.save_cursor(false);
        }
    }
}

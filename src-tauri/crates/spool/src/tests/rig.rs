//! A spool over the in-memory disk, and the few words the tests are written in.

use super::disk::Disk;
use crate::{AckOutcome, Appended, Batch, Header, Options, Recovery, Spool, Stamp, Stats};
use aco_domain::{Clock, UnixNanos};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) const SECOND: u64 = 1_000_000_000;

/// A clock that stands until it is moved.
pub(crate) struct TestClock(AtomicU64);

impl TestClock {
    pub(crate) fn set(&self, nanos: u64) {
        self.0.store(nanos, Ordering::SeqCst);
    }

    pub(crate) fn advance(&self, nanos: u64) {
        self.0.fetch_add(nanos, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> UnixNanos {
        UnixNanos(self.0.load(Ordering::SeqCst))
    }
}

/// Small enough that a handful of records fills a segment.
pub(crate) const SMALL: Options = Options {
    max_bytes: 1024 * 1024,
    max_age: std::time::Duration::from_secs(30 * 24 * 60 * 60),
    segment_bytes: 1000,
    held_bytes: 500,
};

pub(crate) fn dir() -> &'static Path {
    Path::new("spool")
}

pub(crate) fn segment(first_seq: u64) -> PathBuf {
    crate::survey::segment_path(dir(), first_seq)
}

pub(crate) fn header() -> Header {
    Header {
        installation: [7; 16],
        opaque: b"resource".to_vec(),
    }
}

/// Bytes before the first frame of a segment of ours.
pub(crate) fn frames_at() -> usize {
    crate::format::SEGMENT_FIXED + header().opaque.len()
}

/// A disk, a clock, and the spool on them.
pub(crate) struct Rig {
    pub(crate) disk: Disk,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) options: Options,
    pub(crate) spool: Arc<Spool>,
    pub(crate) recovery: Recovery,
}

impl Rig {
    pub(crate) fn new(options: Options) -> Self {
        Self::over(Disk::default(), options)
    }

    pub(crate) fn over(disk: Disk, options: Options) -> Self {
        let clock = Arc::new(TestClock(AtomicU64::new(1_000_000 * SECOND)));
        let (spool, recovery) = Spool::open(
            Arc::new(disk.clone()),
            clock.clone(),
            dir(),
            header(),
            options,
        )
        .unwrap();
        Self {
            disk,
            clock,
            options,
            spool: Arc::new(spool),
            recovery,
        }
    }

    /// What a kill -9 and a new start are: no farewell, the files as they are.
    pub(crate) fn reopen(&mut self) {
        let (spool, recovery) = Spool::open(
            Arc::new(self.disk.clone()),
            self.clock.clone(),
            dir(),
            header(),
            self.options,
        )
        .unwrap();
        self.spool = Arc::new(spool);
        self.recovery = recovery;
    }

    /// Appends `count` records of about 100 bytes; says the last stamp.
    pub(crate) fn append(&self, count: u64) -> Stamp {
        let mut last = None;
        for _ in 0..count {
            match self.spool.append(None, encode).unwrap() {
                Appended::Written(stamp) | Appended::Held(stamp) => last = Some(stamp),
                Appended::AlreadyTaken => unreachable!("no usage number was given"),
            }
        }
        last.unwrap()
    }

    pub(crate) fn peek(&self) -> Option<Batch> {
        self.spool.peek(512, 1024 * 1024).unwrap()
    }

    /// Delivers everything; says the numbers in the order they came.
    pub(crate) fn drain(&self) -> Vec<u64> {
        let mut seqs = Vec::new();
        while let Some(batch) = self.peek() {
            for record in batch.records() {
                assert_eq!(record.payload, payload(record.seq, record.time));
                seqs.push(record.seq);
            }
            self.spool.sync_through(batch.last_seq()).unwrap();
            self.spool
                .ack(batch.last_seq(), AckOutcome::default())
                .unwrap();
        }
        seqs
    }

    pub(crate) fn stats(&self) -> Stats {
        let stats = self.spool.stats();
        let counters = stats.counters;
        assert_eq!(
            counters.spooled + counters.dropped.disk,
            counters.shipped
                + counters.quarantined
                + counters.dropped.total()
                + stats.backlog.records,
            "records unaccounted for: {stats:?}"
        );
        stats
    }
}

pub(crate) fn payload(seq: u64, time: UnixNanos) -> Vec<u8> {
    let mut payload = format!("record {seq} at {} ", time.0).into_bytes();
    payload.resize(60 + usize::try_from(seq % 40).unwrap(), b'x');
    payload
}

pub(crate) fn encode(stamp: Stamp, into: &mut Vec<u8>) {
    into.extend_from_slice(&payload(stamp.seq, stamp.time));
}

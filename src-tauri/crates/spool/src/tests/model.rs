//! Random histories of a spool, judged by a model that is a list of records.
//!
//! The model knows what was acknowledged, what is durable and what may have been sent; it knows
//! no format. After every step the spool must account for each record, and whatever it hands out
//! must be what was appended under that number.

use super::rig::{Rig, SECOND, dir};
use crate::{AckOutcome, AppendError, Appended, Options, Stamp};
use aco_domain::{Clock, UnixNanos};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::Duration;

#[derive(Clone, Debug)]
enum Action {
    Append {
        len: usize,
    },
    Burst {
        count: usize,
        len: usize,
    },
    Usage {
        ahead: u64,
    },
    /// Peek, send, and answer for this share (of 100) of the batch.
    Deliver {
        max: usize,
        share: usize,
        refused: u64,
    },
    /// Peek and crash before the answer counts: what was sent must be sent the same again.
    SendOnly {
        max: usize,
    },
    Quarantine,
    Sync,
    Maintain,
    Clock {
        step: i64,
    },
    Expire,
    DiskFull {
        room: u64,
    },
    DiskFreed,
    Kill,
    PowerCut {
        seed: u64,
    },
    Flip {
        file: usize,
        at: usize,
    },
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        6 => (0..400_usize).prop_map(|len| Action::Append { len }),
        1 => (1500..3000_usize).prop_map(|len| Action::Append { len }),
        4 => (1..30_usize, 0..200_usize).prop_map(|(count, len)| Action::Burst { count, len }),
        2 => (0..3_u64).prop_map(|ahead| Action::Usage { ahead }),
        5 => (1..20_usize, 1..=100_usize, 0..2_u64)
            .prop_map(|(max, share, refused)| Action::Deliver { max, share, refused }),
        1 => (1..20_usize).prop_map(|max| Action::SendOnly { max }),
        1 => Just(Action::Quarantine),
        2 => Just(Action::Sync),
        1 => Just(Action::Maintain),
        2 => (-3_000_000_000..3_000_000_000_i64).prop_map(|step| Action::Clock { step }),
        1 => Just(Action::Expire),
        2 => (0..600_u64).prop_map(|room| Action::DiskFull { room }),
        3 => Just(Action::DiskFreed),
        3 => Just(Action::Kill),
        3 => any::<u64>().prop_map(|seed| Action::PowerCut { seed }),
        1 => (any::<usize>(), any::<usize>()).prop_map(|(file, at)| Action::Flip { file, at }),
    ]
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Record {
    time: UnixNanos,
    payload: Vec<u8>,
    usage: u64,
}

struct Model {
    rig: Rig,
    /// What the files must hold, by number; kept after delivery, to compare resends with.
    written: BTreeMap<u64, Record>,
    held: Vec<(u64, Record)>,
    sent: BTreeMap<u64, Record>,
    next: u64,
    passed: u64,
    /// Numbers up to here were synced.
    durable: u64,
    usage: u64,
    written_usage: u64,
    durable_usage: u64,
    last_time: UnixNanos,
    /// How many records may have been damaged so far.
    may_be_damaged: u64,
    flips: u64,
    is_full: bool,
    /// Since the last start.
    was_full: bool,
    /// Makes payloads differ even under one number.
    salt: u64,
}

impl Model {
    fn new(max_bytes: u64) -> Self {
        Self {
            rig: Rig::new(Options {
                max_bytes,
                max_age: Duration::from_secs(3600),
                segment_bytes: 1000,
                held_bytes: 800,
            }),
            written: BTreeMap::new(),
            held: Vec::new(),
            sent: BTreeMap::new(),
            next: 1,
            passed: 0,
            durable: 0,
            usage: 0,
            written_usage: 0,
            durable_usage: 0,
            last_time: UnixNanos(0),
            may_be_damaged: 0,
            flips: 0,
            is_full: false,
            was_full: false,
            salt: 0,
        }
    }

    fn act(&mut self, action: &Action) {
        match *action {
            Action::Append { len } => self.append(0, len),
            Action::Burst { count, len } => (0..count).for_each(|_| self.append(0, len)),
            Action::Usage { ahead } => self.append((self.usage + ahead).max(1), 50),
            Action::Deliver {
                max,
                share,
                refused,
            } => self.deliver(max, share, refused),
            Action::SendOnly { max } => {
                self.send(max);
            }
            Action::Quarantine => self.quarantine(),
            Action::Sync => {
                self.rig.spool.sync().unwrap();
                self.durable = self.last_written();
                self.durable_usage = self.written_usage;
            }
            Action::Maintain => self.rig.spool.maintain(),
            Action::Clock { step } => {
                let now = self.rig.clock.now().0;
                self.rig.clock.set(now.saturating_add_signed(step));
            }
            Action::Expire => {
                self.rig.clock.advance(3601 * SECOND);
                self.rig.spool.maintain();
            }
            Action::DiskFull { room } => {
                let capacity = self.rig.disk.used() + room;
                self.rig.disk.set_capacity(Some(capacity));
                (self.is_full, self.was_full) = (true, true);
            }
            Action::DiskFreed => {
                self.rig.disk.set_capacity(None);
                self.is_full = false;
            }
            Action::Kill => self.kill(),
            Action::PowerCut { seed } => self.power_cut(seed),
            Action::Flip { file, at } => self.flip(file, at),
        }
        self.settle();
    }

    fn append(&mut self, usage: u64, len: usize) {
        self.salt += 1;
        let now = self.rig.clock.now();
        let mut record = None;
        let salt = self.salt;
        let encode = |stamp: Stamp, into: &mut Vec<u8>| {
            into.extend_from_slice(&[stamp.seq.to_le_bytes(), salt.to_le_bytes()].concat());
            into.resize(16 + len, 0x55);
            record = Some(Record {
                time: stamp.time,
                payload: into.clone(),
                usage,
            });
        };
        let number = (usage != 0).then_some(usage);
        let outcome = self.rig.spool.append(number, encode);
        let stamp = match outcome {
            Ok(Appended::AlreadyTaken) => {
                assert!(usage != 0 && usage <= self.usage, "{usage} is new");
                return;
            }
            Err(AppendError::DiskRefused { .. }) => return self.written_was_held(),
            Err(error @ AppendError::TooLarge { .. }) => panic!("{error}"),
            Ok(Appended::Written(stamp) | Appended::Held(stamp)) => stamp,
        };
        assert!(usage == 0 || usage > self.usage, "{usage} was taken");
        assert_eq!(stamp.seq, self.next, "numbers have a gap");
        assert!(!self.sent.contains_key(&stamp.seq), "a number given twice");
        if now <= self.last_time && self.last_time.since(now) < Duration::from_secs(1) {
            assert_eq!(stamp.time.0, self.last_time.0 + 1);
        } else {
            assert_eq!(stamp.time, now);
        }
        self.next += 1;
        self.usage = self.usage.max(usage);
        self.last_time = stamp.time;
        self.held.push((stamp.seq, record.unwrap()));
        self.written_was_held();
        if let Ok(Appended::Written(_)) = outcome {
            assert!(self.held.is_empty(), "a record passed one that waits");
        }
    }

    /// Takes over what the spool no longer holds: it is in the files.
    fn written_was_held(&mut self) {
        let held = self.rig.spool.stats().held;
        let written = self.held.len() - held;
        for (seq, record) in self.held.drain(..written) {
            self.written_usage = self.written_usage.max(record.usage);
            self.written.insert(seq, record);
        }
    }

    /// Peeks and sends: everything must be as it was appended.
    fn send(&mut self, max: usize) -> Option<(u64, u64)> {
        let batch = self.rig.spool.peek(max, 2000).unwrap()?;
        self.rig.spool.sync_through(batch.last_seq()).unwrap();
        self.durable = self.durable.max(batch.last_seq());
        for record in batch.records() {
            let expected = &self.written[&record.seq];
            assert_eq!(record.payload, expected.payload, "record {}", record.seq);
            assert_eq!(record.time, expected.time);
            let before = self.sent.insert(record.seq, expected.clone());
            assert!(before.is_none_or(|before| before == *expected));
        }
        Some((batch.first_seq(), batch.last_seq()))
    }

    fn deliver(&mut self, max: usize, share: usize, refused: u64) {
        let Some((first, last)) = self.send(max) else {
            return;
        };
        let through = first + (last - first) * share as u64 / 100;
        let before = self.rig.stats().counters;
        self.rig.spool.ack(through, AckOutcome { refused }).unwrap();
        let after = self.rig.stats().counters;
        let count = through + 1 - first;
        assert_eq!(after.dropped.refused - before.dropped.refused, refused);
        assert_eq!(after.shipped - before.shipped, count - refused);
    }

    fn quarantine(&mut self) {
        let Some((first, _)) = self.send(1) else {
            return;
        };
        // A full disk refuses it; the record then stays.
        if self.rig.spool.quarantine(first, "refused").is_ok() {
            self.rig.spool.ack(first, AckOutcome::default()).unwrap();
            let kept = crate::read_quarantine(&self.rig.disk, dir()).unwrap();
            let kept = kept.iter().rfind(|entry| !entry.damaged).unwrap();
            assert_eq!(kept.payload, self.written[&first].payload);
        }
    }

    fn kill(&mut self) {
        let last_written = self.last_written();
        self.rig.reopen();
        let stats = self.rig.stats();
        // A flip in the torn remains of an earlier power cut makes them look like a record; two
        // may hide the last two records, one of which is then not known to have been.
        assert!(stats.last_seq <= last_written + self.flips);
        if self.flips < 2 {
            assert!(stats.last_seq >= last_written, "a kill lost records");
        }
        if self.flips == 0 {
            assert_eq!(stats.usage_seq, self.written_usage);
        }
        assert!(stats.passed_seq >= self.passed, "a kill lost an answer");
        self.restart();
    }

    fn power_cut(&mut self, seed: u64) {
        let mut random = seed;
        self.rig.disk.power_cut(&mut |below| {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(random >> 33).unwrap() % below.max(1)
        });
        self.rig.reopen();
        let stats = self.rig.stats();
        if self.flips == 0 {
            assert!(stats.last_seq >= self.durable, "a durable record is gone");
            assert!(stats.usage_seq >= self.durable_usage);
        }
        // The remains of a refused write, which the cut brought back, look like a damaged record.
        let remains = u64::from(self.was_full);
        assert!(stats.last_seq <= self.last_written() + remains);
        self.may_be_damaged += remains;
        let durable = self.durable;
        self.may_be_damaged += self.written.range(durable + 1..).count() as u64;
        if self.flips >= 2 {
            // Two damaged places can hide a record in its segment, and the cut the cursor that
            // knew of it: then nothing is left to know the number by.
            self.sent.retain(|&seq, _| seq <= stats.last_seq);
        }
        self.restart();
    }

    /// Goes on from what a new start found.
    fn restart(&mut self) {
        let stats = self.rig.stats();
        // Frames in memory are gone with the process.
        self.held.clear();
        self.next = stats.last_seq + 1;
        let gone = self.written.split_off(&self.next);
        for seq in gone.keys() {
            assert!(!self.sent.contains_key(seq), "a sent number is free again");
        }
        self.durable = self.durable.min(stats.last_seq);
        self.passed = stats.passed_seq;
        self.usage = stats.usage_seq;
        self.written_usage = stats.usage_seq;
        self.durable_usage = self.durable_usage.min(stats.usage_seq);
        self.last_time = self.rig.spool.last_time();
        self.flips = 0;
        self.was_full = self.is_full;
    }

    fn flip(&mut self, file: usize, at: usize) {
        let mut paths = self.rig.disk.paths();
        paths.retain(|path| path.extension().is_some_and(|it| it == "seg"));
        if paths.is_empty() {
            return;
        }
        let path = &paths[file % paths.len()];
        let len = self.rig.disk.content(path).len();
        if len > 0 {
            self.rig.disk.flip(path, at % len);
            self.flips += 1;
            self.may_be_damaged += 1;
        }
    }

    fn last_written(&self) -> u64 {
        self.next - 1 - self.held.len() as u64
    }

    /// What must hold after every step.
    fn settle(&mut self) {
        self.written_was_held();
        // Checks that every record is accounted for.
        let stats = self.rig.stats();
        assert!(stats.passed_seq >= self.passed);
        self.passed = stats.passed_seq;
        assert_eq!(stats.last_seq, self.next - 1);
        assert!(
            stats.counters.dropped.damaged <= self.may_be_damaged,
            "undamaged records were given up: {stats:?}"
        );
        assert_eq!(stats.backlog.records, self.last_written() - self.passed);
    }

    /// Delivers the rest: nothing may be left over, and nothing lost that was not counted.
    fn finish(&mut self) {
        self.rig.disk.set_capacity(None);
        self.act(&Action::Maintain);
        assert_eq!(self.rig.stats().held, 0);
        while self.rig.stats().backlog.records > 0 {
            self.act(&Action::Deliver {
                max: 512,
                share: 100,
                refused: 0,
            });
        }
        assert_eq!(self.passed, self.last_written());
    }
}

fn replay(max_bytes: u64, actions: &[Action]) {
    let mut model = Model::new(max_bytes);
    for action in actions {
        model.act(action);
    }
    model.finish();
}

/// Written out, because a saved seed means another history once the strategy changes.
#[test]
fn histories_that_once_went_wrong() {
    let append = |len| Action::Append { len };
    // The cut kept a later segment than the cursor knew of, and took the ones before it.
    let burst = |count, len| Action::Burst { count, len };
    let cut = |seed| Action::PowerCut { seed };
    replay(4_000, &[burst(18, 62), cut(9_538_022_921_664_823_071)]);
    // Removing an empty newest segment made the one before it the newest, at the next start.
    let emptied = cut(6_595_324_985_264_608_898);
    replay(
        1_000_000,
        &[
            append(0),
            append(0),
            append(116),
            burst(24, 76),
            emptied,
            Action::Kill,
        ],
    );
    // The damaged header of an empty segment passed for a record.
    let deliver = Action::Deliver {
        max: 1,
        share: 1,
        refused: 0,
    };
    let flip = Action::Flip {
        file: 969_944_436_037_875_271,
        at: 234_411_793_672_247_256,
    };
    replay(
        4_000,
        &[
            append(0),
            append(0),
            Action::Kill,
            deliver.clone(),
            Action::DiskFull { room: 56 },
            append(0),
            flip,
            Action::Kill,
        ],
    );
    // An answered segment waited for its removal unsynced, and the cursor that passed it was lost.
    let usage = Action::Usage { ahead: 0 };
    let lost = cut(2_694_565_233_567_117_094);
    let history = [
        append(162),
        usage,
        append(1500),
        Action::Expire,
        append(0),
        deliver,
        lost,
    ];
    replay(4_000, &history);
    // Two damaged places hid the only record, which had been sent, and the cut took the cursor.
    let flip = |at| Action::Flip { file: 0, at };
    replay(
        4_000,
        &[
            Action::Usage { ahead: 0 },
            Action::Sync,
            Action::Deliver {
                max: 1,
                share: 1,
                refused: 0,
            },
            flip(448_541_416_102_952_162),
            flip(290_602_673_817_871_068),
            cut(466_441_091_018_995_540),
        ],
    );
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 500,
        max_shrink_iters: 20_000,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_record_is_delivered_or_counted(
        max_bytes in prop_oneof![Just(4_000_u64), Just(1_000_000)],
        actions in prop::collection::vec(action(), 1..60),
    ) {
        replay(max_bytes, &actions);
    }
}

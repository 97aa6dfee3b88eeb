//! What an append and a drain cost on the real file system, beside the bare system calls. Run by
//! hand: `cargo test -p aco-spool --release -- --ignored --nocapture measure`.

use super::rig::header;
use crate::format::HEAD;
use crate::{AckOutcome, Flusher, Options, OsFileSystem, Spool};
use aco_domain::{Clock, UnixNanos};
use std::fs::File;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

struct Machine;

impl Clock for Machine {
    fn now(&self) -> UnixNanos {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        UnixNanos(u64::try_from(since.as_nanos()).unwrap())
    }
}

const RECORDS: u32 = 200_000;
const PAYLOAD: usize = 300;

#[test]
#[ignore = "prints timings, which only a quiet machine and a reader can judge"]
fn measure() {
    let home = tempfile::tempdir().unwrap();
    for round in 0..3 {
        let bare = bare_writes(&home.path().join(format!("bare{round}")));
        let dir = home.path().join(format!("spool{round}"));
        let open = Spool::open(
            Arc::new(OsFileSystem),
            Arc::new(Machine),
            &dir,
            header(),
            Options::default(),
        );
        let spool = Arc::new(open.unwrap().0);
        let payload = [0x55; PAYLOAD];
        let start = Instant::now();
        for _ in 0..RECORDS {
            spool
                .append(None, |_, into| into.extend_from_slice(&payload))
                .unwrap();
        }
        let append = start.elapsed() / RECORDS;
        let flusher = Flusher::spawn(&spool).unwrap();
        let start = Instant::now();
        let mut drained = 0;
        while let Some(batch) = spool.peek(512, 1024 * 1024).unwrap() {
            spool.sync_through(batch.last_seq()).unwrap();
            drained += batch.records().len();
            spool.ack(batch.last_seq(), AckOutcome::default()).unwrap();
        }
        let drain = start.elapsed() / RECORDS;
        drop(flusher);
        assert_eq!(drained, RECORDS as usize);
        println!(
            "append {append:?}, bare write {bare:?}, ratio {:.2}; drain {drain:?} a record",
            append.as_secs_f64() / bare.as_secs_f64()
        );
    }
}

fn bare_writes(path: &std::path::Path) -> Duration {
    let mut file = File::create(path).unwrap();
    let bytes = [0x55; HEAD + PAYLOAD];
    let start = Instant::now();
    for _ in 0..RECORDS {
        file.write_all(&bytes).unwrap();
    }
    start.elapsed() / RECORDS
}

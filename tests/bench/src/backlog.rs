//! A spool with something in it.

use aco_domain::{Clock, UnixNanos};
use aco_spool::{Flusher, Header, Options, OsFileSystem, Spool};
use aco_telemetry::bridge::{ResourceAttributes, SpoolProcessor, appender, encode_resource};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

/// The wall clock.
pub(crate) struct MachineClock;

impl Clock for MachineClock {
    fn now(&self) -> UnixNanos {
        let since = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap();
        UnixNanos(u64::try_from(since.as_nanos()).unwrap())
    }
}

pub(crate) fn open(folder: &Path) -> (Arc<Spool>, Flusher) {
    let resource = ResourceAttributes::default()
        .with("service.name", aco_domain::SERVICE_NAME)
        .with("host.name", "bench");
    let header = Header {
        installation: [1; 16],
        opaque: encode_resource(&resource),
    };
    let options = Options {
        max_bytes: 4 << 30,
        ..Options::default()
    };
    let clock = Arc::new(MachineClock);
    let (spool, _) = Spool::open(Arc::new(OsFileSystem), clock, folder, header, options).unwrap();
    let spool = Arc::new(spool);
    let flusher = Flusher::spawn(&spool).unwrap();
    (spool, flusher)
}

/// Appends `records` with a body of about `bytes`, through the bridge.
pub(crate) fn fill(folder: &Path, records: u64, bytes: usize) {
    let (spool, flusher) = open(folder);
    let log = appender(SpoolProcessor::new(spool, uuid::Uuid::from_u128(1)));
    // Digits that differ: a body of one letter would compress to nothing.
    let noise: String = (0..bytes as u64)
        .map(|n| char::from(b'0' + (n * n % 7) as u8))
        .collect();
    for n in 0..records {
        log.log(
            &log::Record::builder()
                .level(log::Level::Info)
                .target("aco::bench")
                .args(format_args!("{n} {}", &noise[..bytes.saturating_sub(180)]))
                .build(),
        );
    }
    drop(flusher);
}

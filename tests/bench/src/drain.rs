//! A backlog on its way out: our shipper, and a bare tonic client with the same bytes.

use crate::backlog;
use aco_spool::AckOutcome;
use aco_telemetry::bridge::Payload;
use aco_telemetry::ship::request::encode_request;
use aco_telemetry::ship::{Connection, Destination, Orders, Reply, Shipper, ShipperParts};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Prints the seconds it took and the peak of resident memory in MiB.
pub(crate) fn ours(folder: &Path, url: &str) {
    let (spool, _flusher) = backlog::open(folder);
    let records = spool.stats().backlog.records;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let start = Instant::now();
    let orders = Orders::new(Some(Arc::new(Destination::new(url))), false);
    let clock = Arc::new(backlog::MachineClock);
    let shipper = Shipper::spawn(ShipperParts::new(Arc::clone(&spool), clock, orders)).unwrap();
    runtime.block_on(shipper.stop(Duration::from_secs(600)));
    let seconds = start.elapsed().as_secs_f64();
    let stats = spool.stats();
    assert_eq!(
        (stats.backlog.records, stats.counters.shipped),
        (0, records)
    );
    println!("{seconds:.3} {}", peak_mib());
}

/// Prints the seconds it took. Requests are built beforehand, in pieces that fit in memory, with
/// the clock stopped: what is measured is the client alone.
pub(crate) fn bare(folder: &Path, url: &str) {
    let copy = tempfile::tempdir_in(folder.parent().unwrap()).unwrap();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
        }
    }
    let (spool, _flusher) = backlog::open(copy.path());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut spent = Duration::ZERO;
    runtime.block_on(async {
        let mut connection = Connection::open(&Destination::new(url)).await.unwrap();
        loop {
            let mut requests = Vec::new();
            while requests.len() < 64 {
                let Some(batch) = spool.peek(512, 1024 * 1024).unwrap() else {
                    break;
                };
                let payloads: Vec<_> = batch
                    .records()
                    .map(|r| Payload::parse(r.payload).unwrap())
                    .collect();
                requests.push(encode_request(&batch.header, &payloads));
                spool.ack(batch.last_seq(), AckOutcome::default()).unwrap();
            }
            if requests.is_empty() {
                break;
            }
            let start = Instant::now();
            for request in requests {
                let reply = connection.export(request).await;
                assert!(matches!(reply, Reply::Ok { .. }), "{reply:?}");
            }
            spent += start.elapsed();
        }
    });
    println!("{:.3}", spent.as_secs_f64());
}

/// The most this process ever had resident (`VmHWM` in proc(5)).
fn peak_mib() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
    kib.map_or_else(
        || "unknown (no /proc)".to_owned(),
        |kib| format!("{:.1}", kib / 1024.0),
    )
}

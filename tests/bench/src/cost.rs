//! The cost of one log call, seen from the thread that makes it.

use crate::backlog;
use aco_bench::stats::quantile;
use aco_telemetry::bridge::{SpoolProcessor, appender};
use aco_telemetry::dispatch::{FileLimits, LocalSinks, LogFile, Masker, TargetLevels, build};
use aco_telemetry::ship::{Destination, Orders, Shipper, ShipperParts};
use log::{LevelFilter, Log};
use opentelemetry_appender_log::OpenTelemetryLogBridge;
use opentelemetry_otlp::{WithExportConfig as _, WithTonicConfig as _};
use opentelemetry_sdk::logs::SdkLoggerProvider;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(crate) const KINDS: [&str; 3] = ["file", "stock", "ours"];

/// A call every so often: a busy program, and room for the pipelines behind it to keep up.
const PERIOD: Duration = Duration::from_micros(50);

pub(crate) fn describe(kind: &str) -> &str {
    match kind {
        "file" => "fern → file",
        "stock" => "… + stock batch pipeline",
        _ => "… + ours (spool)",
    }
}

/// Prints p50 and p99 in microseconds.
pub(crate) fn measure(kind: &str, url: &str, calls: u64) {
    let folder = tempfile::tempdir().unwrap();
    // Behind each pipeline runs what runs behind it in earnest: something that sends.
    let mut keep: Vec<Box<dyn std::any::Any>> = Vec::new();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let bridge: Option<Box<dyn Log>> = match kind {
        "file" => None,
        "stock" => {
            let _inside = runtime.enter();
            let exporter = opentelemetry_otlp::LogExporter::builder()
                .with_tonic()
                .with_endpoint(url)
                .with_compression(opentelemetry_otlp::Compression::Gzip)
                .build()
                .unwrap();
            let provider = SdkLoggerProvider::builder()
                .with_batch_exporter(exporter)
                .build();
            let bridge = OpenTelemetryLogBridge::new(&provider);
            keep.push(Box::new(provider));
            Some(Box::new(bridge))
        }
        "ours" => {
            let (spool, flusher) = backlog::open(&folder.path().join("spool"));
            let orders = Orders::new(Some(Arc::new(Destination::new(url))), false);
            let clock = Arc::new(backlog::MachineClock);
            let parts = ShipperParts::new(Arc::clone(&spool), clock, orders);
            keep.push(Box::new((Shipper::spawn(parts).unwrap(), flusher)));
            Some(appender(SpoolProcessor::new(
                spool,
                uuid::Uuid::from_u128(1),
            )))
        }
        other => panic!("no such kind: {other}"),
    };
    let local = LocalSinks {
        file: Some(LogFile::open(&folder.path().join("a.log"), FileLimits::default()).unwrap()),
        terminal: None,
        ring: None,
        levels: TargetLevels::new(LevelFilter::Info),
        clock: Arc::new(backlog::MachineClock),
    };
    let shipping = TargetLevels::shipping(LevelFilter::Info);
    let (_, log) = build(
        Masker::new().unwrap(),
        local,
        bridge.map(|bridge| (bridge, shipping)),
    )
    .into_log();

    for n in 0..1_000 {
        call(&*log, n);
    }
    let mut samples = Vec::with_capacity(usize::try_from(calls).unwrap());
    let mut due = Instant::now();
    for n in 0..calls {
        due += PERIOD;
        while Instant::now() < due {
            std::hint::spin_loop();
        }
        call(&*log, n);
        samples.push(u64::try_from(due.elapsed().as_nanos()).unwrap());
    }
    samples.sort_unstable();
    #[expect(clippy::cast_precision_loss, reason = "microseconds for people")]
    let micros = |q| quantile(&samples, q) as f64 / 1_000.0;
    println!("{:.3} {:.3}", micros(0.5), micros(0.99));
}

fn call(log: &dyn Log, n: u64) {
    let pairs: [(&str, log::kv::Value<'_>); 3] = [
        ("tool.name", "ollama".into()),
        ("process.pid", n.into()),
        ("ratio", 0.5.into()),
    ];
    log.log(
        &log::Record::builder()
            .level(log::Level::Info)
            .target("aco::bench")
            .args(format_args!(
                "tool {n} started on this machine and was noticed"
            ))
            .key_values(&pairs)
            .build(),
    );
}

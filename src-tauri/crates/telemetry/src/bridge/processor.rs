//! The synchronous processor between the OpenTelemetry appender and the spool.

use super::payload::put_scope;
use super::wire::{put_record, put_stamp};
use crate::sequence;
use aco_domain::{RecordUid, UnixNanos};
use aco_spool::Appended;
use opentelemetry::InstrumentationScope;
use opentelemetry::logs::AnyValue;
use opentelemetry_appender_log::OpenTelemetryLogBridge;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::{LogProcessor, SdkLogRecord, SdkLoggerProvider};
use std::cell::Cell;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// Where records go: the spool, or a double of it in a test.
pub trait RecordStore: Send + Sync + 'static {
    /// Takes one record. `stamp` must be called once, with the record's number and time, on the
    /// buffer the payload is copied into. Returns that number; nothing for a record that was not
    /// taken. Failures are the store's to count: nobody up here may log about logging.
    fn append(&self, usage_seq: Option<u64>, payload: &[u8], stamp: Stamper) -> Option<u64>;

    /// Makes everything taken so far survive a power cut, as far as the disk allows.
    fn sync(&self);
}

impl RecordStore for aco_spool::Spool {
    fn append(&self, usage_seq: Option<u64>, payload: &[u8], stamper: Stamper) -> Option<u64> {
        // Dropped or held records are counted in the spool's own statistics, and shown.
        let appended = Self::append(self, usage_seq, |stamp, into| {
            into.extend_from_slice(payload);
            stamper.stamp(stamp.seq, stamp.time, into);
        });
        match appended {
            Ok(Appended::Written(stamp) | Appended::Held(stamp)) => Some(stamp.seq),
            Ok(Appended::AlreadyTaken) | Err(_) => None,
        }
    }

    fn sync(&self) {
        // What the disk refuses is in the statistics too.
        let _ = Self::sync(self);
    }
}

/// Appends what a record learns from its place in the store.
#[derive(Clone, Copy, Debug)]
pub struct Stamper {
    installation: Uuid,
}

impl Stamper {
    /// Appends the time and the uid of record `sequence`.
    pub fn stamp(self, sequence: u64, time: UnixNanos, into: &mut Vec<u8>) {
        put_stamp(
            time,
            RecordUid {
                installation: self.installation,
                sequence,
            },
            into,
        );
    }
}

/// Encodes each record and appends it to the store before `emit` returns.
pub struct SpoolProcessor {
    store: Arc<dyn RecordStore>,
    stamper: Stamper,
}

impl SpoolProcessor {
    /// Writes to `store`, with uids of `installation`.
    #[must_use]
    pub fn new(store: Arc<dyn RecordStore>, installation: Uuid) -> Self {
        Self {
            store,
            stamper: Stamper { installation },
        }
    }
}

impl fmt::Debug for SpoolProcessor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpoolProcessor").finish_non_exhaustive()
    }
}

thread_local! {
    /// Each emitting thread encodes into a buffer of its own, outside the store's lock.
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

impl LogProcessor for SpoolProcessor {
    fn emit(&self, record: &mut SdkLogRecord, scope: &InstrumentationScope) {
        // The appender leaves `time_unix_nano` at 0; the store's stamp is the only time there is.
        // Whatever below this would log (it should not) must not come back in here.
        let _suppressed = opentelemetry::Context::enter_telemetry_suppressed_scope();
        let mut buffer = BUFFER.take();
        buffer.clear();
        let name = record
            .target()
            .map_or_else(|| scope.name(), |target| target.as_ref());
        put_scope(name, &mut buffer);
        put_record(record, &mut buffer);
        sequence::note(self.store.append(usage_seq(record), &buffer, self.stamper));
        buffer.shrink_to(64 * 1024);
        BUFFER.set(buffer);
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.store.sync();
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        self.store.sync();
        Ok(())
    }
}

/// `usage.seq` of an `ai.usage` record: the ledger's row number, taken once and never again.
fn usage_seq(record: &SdkLogRecord) -> Option<u64> {
    record
        .attributes_iter()
        .find(|(key, _)| key.as_str() == "usage.seq")
        .and_then(|(_, value)| match value {
            AnyValue::Int(seq) => u64::try_from(*seq).ok(),
            _ => None,
        })
}

/// The stock appender over this processor, as a `log` sink for the dispatch tree.
#[must_use]
pub fn appender(processor: SpoolProcessor) -> Box<dyn log::Log> {
    let provider = SdkLoggerProvider::builder()
        .with_log_processor(processor)
        .build();
    Box::new(Appender {
        bridge: OpenTelemetryLogBridge::new(&provider),
        _provider: provider,
    })
}

/// Keeps the provider alive beside the bridge: a provider that is dropped shuts its processors down.
struct Appender<L: log::Log> {
    bridge: L,
    _provider: SdkLoggerProvider,
}

impl<L: log::Log> log::Log for Appender<L> {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        self.bridge.enabled(metadata)
    }

    fn log(&self, record: &log::Record<'_>) {
        self.bridge.log(record);
    }

    fn flush(&self) {
        self.bridge.flush();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridge::Payload;
    use opentelemetry_proto::tonic::common::v1 as proto;
    use opentelemetry_proto::tonic::logs::v1::LogRecord;
    use prost::Message as _;
    use std::sync::Mutex;

    #[derive(Default)]
    struct Store(Mutex<Vec<(Option<u64>, Vec<u8>)>>);

    impl RecordStore for Store {
        fn append(&self, usage_seq: Option<u64>, payload: &[u8], stamp: Stamper) -> Option<u64> {
            let mut records = self.0.lock().unwrap();
            let mut bytes = payload.to_vec();
            let number = records.len() as u64 + 1;
            stamp.stamp(number, UnixNanos(42), &mut bytes);
            records.push((usage_seq, bytes));
            Some(number)
        }

        fn sync(&self) {}
    }

    #[test]
    fn a_log_record_arrives_whole() {
        let store = Arc::new(Store::default());
        let log = appender(SpoolProcessor::new(
            Arc::clone(&store) as _,
            Uuid::from_u128(3),
        ));
        let pairs: [(&str, log::kv::Value<'_>); 4] = [
            ("tool.name", "ollama".into()),
            ("process.pid", 7.into()),
            ("ratio", 0.5.into()),
            ("usage.seq", 11.into()),
        ];
        log.log(
            &log::Record::builder()
                .level(log::Level::Warn)
                .target("aco::agent")
                .args(format_args!("started"))
                .key_values(&pairs)
                .build(),
        );
        let (usage_seq, bytes) = store.0.lock().unwrap().remove(0);
        assert_eq!(usage_seq, Some(11));
        let payload = Payload::parse(&bytes).unwrap();
        assert_eq!(payload.scope, b"aco::agent");
        let record = LogRecord::decode(payload.record).unwrap();
        assert_eq!(
            (record.severity_number, record.severity_text.as_str()),
            (13, "WARN")
        );
        assert_eq!(record.time_unix_nano, 42);
        assert_ne!(record.observed_time_unix_nano, 0);
        let text = |kv: &proto::KeyValue| {
            format!("{}={:?}", kv.key, kv.value.clone().unwrap().value.unwrap())
        };
        let attributes: Vec<_> = record.attributes.iter().map(text).collect();
        assert_eq!(
            attributes,
            [
                "tool.name=StringValue(\"ollama\")",
                "process.pid=IntValue(7)",
                "ratio=DoubleValue(0.5)",
                "usage.seq=IntValue(11)",
                "log.record.uid=StringValue(\"00000000-0000-0000-0000-000000000003-1\")",
            ]
        );
        assert_eq!(
            record.body.unwrap().value,
            Some(proto::any_value::Value::StringValue("started".into()))
        );
    }

    #[test]
    fn logging_inside_the_store_does_not_come_back() {
        struct Chatty(Mutex<Option<Box<dyn log::Log>>>, Mutex<u32>);
        impl RecordStore for Chatty {
            fn append(&self, _: Option<u64>, _: &[u8], _: Stamper) -> Option<u64> {
                *self.1.lock().unwrap() += 1;
                if let Some(log) = self.0.lock().unwrap().take() {
                    log.log(&log::Record::builder().args(format_args!("again")).build());
                }
                None
            }
            fn sync(&self) {}
        }
        let store = Arc::new(Chatty(Mutex::new(None), Mutex::new(0)));
        let sink = || appender(SpoolProcessor::new(Arc::clone(&store) as _, Uuid::nil()));
        *store.0.lock().unwrap() = Some(sink());
        sink().log(&log::Record::builder().args(format_args!("once")).build());
        assert_eq!(*store.1.lock().unwrap(), 1);
    }
}

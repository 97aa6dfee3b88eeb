//! An SDK record to protobuf, straight into a buffer: this runs inside `log!`, and the detour over
//! opentelemetry-proto's structs (whose conversion may panic besides) clones every string.
//!
//! Field numbers: opentelemetry/proto/logs/v1/logs.proto and …/common/v1/common.proto. A test holds
//! the result against prost's own decoding.

use aco_domain::{RecordUid, UnixNanos};
use opentelemetry::logs::AnyValue;
use opentelemetry_sdk::logs::SdkLogRecord;
use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint};
use std::borrow::Cow;
use std::io::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

mod log_record {
    pub(super) const TIME: u32 = 1;
    pub(super) const SEVERITY_NUMBER: u32 = 2;
    pub(super) const SEVERITY_TEXT: u32 = 3;
    pub(super) const BODY: u32 = 5;
    pub(super) const ATTRIBUTES: u32 = 6;
    pub(super) const OBSERVED_TIME: u32 = 11;
}

mod key_value {
    pub(super) const KEY: u32 = 1;
    pub(super) const VALUE: u32 = 2;
}

mod any_value {
    pub(super) const STRING: u32 = 1;
    pub(super) const BOOL: u32 = 2;
    pub(super) const INT: u32 = 3;
    pub(super) const DOUBLE: u32 = 4;
}

/// Appends everything of a `LogRecord` that does not depend on its place in the spool.
pub(super) fn put_record(record: &SdkLogRecord, into: &mut Vec<u8>) {
    if let Some(severity) = record.severity_number() {
        // The SDK numbers severities as the protocol does (1 TRACE … 24 FATAL4).
        put_varint(log_record::SEVERITY_NUMBER, severity as u64, into);
    }
    put_text(
        log_record::SEVERITY_TEXT,
        record.severity_text().unwrap_or_default(),
        into,
    );
    if let Some(body) = record.body() {
        put_value(log_record::BODY, &Value::of(body), into);
    }
    for (key, value) in record.attributes_iter() {
        put_attribute(key.as_str(), &Value::of(value), into);
    }
    let observed = record.observed_timestamp().and_then(nanos);
    put_fixed64(
        log_record::OBSERVED_TIME,
        observed.unwrap_or_default(),
        into,
    );
}

/// Appends the time and the uid, which only the spool knows.
pub(super) fn put_stamp(time: UnixNanos, uid: RecordUid, into: &mut Vec<u8>) {
    put_fixed64(log_record::TIME, time.0, into);
    // 36 of the installation, a hyphen, at most 20 digits.
    let mut text = [0; 57];
    let mut rest = &mut text[..];
    let left = write!(rest, "{uid}").map_or(0, |()| rest.len());
    let written = text.len() - left;
    let uid = str::from_utf8(&text[..written]).unwrap_or_default();
    put_attribute("log.record.uid", &Value::Text(Cow::Borrowed(uid)), into);
}

/// An `AnyValue`, as far as the `log` appender makes them.
enum Value<'a> {
    Text(Cow<'a, str>),
    Bool(bool),
    Int(i64),
    Double(f64),
}

impl<'a> Value<'a> {
    fn of(value: &'a AnyValue) -> Self {
        match value {
            AnyValue::String(text) => Self::Text(Cow::Borrowed(text.as_str())),
            AnyValue::Boolean(value) => Self::Bool(*value),
            AnyValue::Int(value) => Self::Int(*value),
            AnyValue::Double(value) => Self::Double(*value),
            // The appender makes none of the others without its `with-serde` feature.
            other => Self::Text(Cow::Owned(format!("{other:?}"))),
        }
    }

    /// Length of the `AnyValue` message. All its keys are one byte. Unlike a plain field, a value
    /// that is empty or zero is written: the field says which kind it is.
    fn len(&self) -> usize {
        match self {
            Self::Text(text) => 1 + delimited(text.len()),
            Self::Bool(_) => 2,
            Self::Int(value) => 1 + encoded_len_varint(value.cast_unsigned()),
            Self::Double(_) => 9,
        }
    }

    fn put(&self, into: &mut Vec<u8>) {
        match self {
            Self::Text(text) => {
                put_length(any_value::STRING, text.len(), into);
                into.extend_from_slice(text.as_bytes());
            }
            Self::Bool(value) => put_varint(any_value::BOOL, u64::from(*value), into),
            Self::Int(value) => put_varint(any_value::INT, value.cast_unsigned(), into),
            Self::Double(value) => put_fixed64(any_value::DOUBLE, value.to_bits(), into),
        }
    }
}

fn put_attribute(key: &str, value: &Value<'_>, into: &mut Vec<u8>) {
    let length = 1 + delimited(key.len()) + 1 + delimited(value.len());
    put_length(log_record::ATTRIBUTES, length, into);
    put_length(key_value::KEY, key.len(), into);
    into.extend_from_slice(key.as_bytes());
    put_value(key_value::VALUE, value, into);
}

fn put_value(field: u32, value: &Value<'_>, into: &mut Vec<u8>) {
    put_length(field, value.len(), into);
    value.put(into);
}

fn put_text(field: u32, text: &str, into: &mut Vec<u8>) {
    put_length(field, text.len(), into);
    into.extend_from_slice(text.as_bytes());
}

fn put_length(field: u32, length: usize, into: &mut Vec<u8>) {
    encode_key(field, WireType::LengthDelimited, into);
    encode_varint(length as u64, into);
}

fn put_varint(field: u32, value: u64, into: &mut Vec<u8>) {
    encode_key(field, WireType::Varint, into);
    encode_varint(value, into);
}

fn put_fixed64(field: u32, value: u64, into: &mut Vec<u8>) {
    encode_key(field, WireType::SixtyFourBit, into);
    into.extend_from_slice(&value.to_le_bytes());
}

/// Length of a length-delimited field without its key.
fn delimited(content: usize) -> usize {
    encoded_len_varint(content as u64) + content
}

fn nanos(time: SystemTime) -> Option<u64> {
    u64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_nanos()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry::logs::{LogRecord as _, Logger as _, LoggerProvider as _, Severity};
    use opentelemetry_proto::tonic::common::v1::{self as proto, any_value::Value as Decoded};
    use opentelemetry_proto::tonic::logs::v1::LogRecord;
    use opentelemetry_sdk::logs::SdkLoggerProvider;
    use proptest::prelude::*;
    use prost::Message as _;

    fn value() -> impl Strategy<Value = (AnyValue, Decoded)> {
        prop_oneof![
            ".{0,300}".prop_map(|s| (AnyValue::from(s.clone()), Decoded::StringValue(s))),
            any::<bool>().prop_map(|b| (AnyValue::Boolean(b), Decoded::BoolValue(b))),
            any::<i64>().prop_map(|n| (AnyValue::Int(n), Decoded::IntValue(n))),
            (-1e300..1e300f64).prop_map(|n| (AnyValue::Double(n), Decoded::DoubleValue(n))),
        ]
    }

    fn attribute(key: &str, value: Decoded) -> proto::KeyValue {
        let value = Some(proto::AnyValue { value: Some(value) });
        proto::KeyValue {
            key: key.to_owned(),
            value,
            ..proto::KeyValue::default()
        }
    }

    proptest! {
        #[test]
        fn decodes_to_what_was_logged(
            body in value(),
            attributes in prop::collection::vec((".{0,40}", value()), 0..9),
            time in any::<u64>(),
            sequence in any::<u64>(),
        ) {
            let logger = SdkLoggerProvider::builder().build().logger("");
            let mut record = logger.create_log_record();
            record.set_severity_number(Severity::Warn);
            record.set_severity_text("WARN");
            record.set_body(body.0);
            // Windows' clock counts hundreds of nanoseconds.
            let observed = (time >> 8) / 100 * 100;
            record.set_observed_timestamp(
                UNIX_EPOCH + std::time::Duration::from_nanos(observed),
            );
            for (key, (value, _)) in &attributes {
                record.add_attribute(key.clone(), value.clone());
            }
            let uid = RecordUid { installation: uuid::Uuid::from_u128(9), sequence };
            let mut bytes = Vec::new();
            put_record(&record, &mut bytes);
            put_stamp(UnixNanos(time), uid, &mut bytes);

            let mut expected: Vec<_> =
                attributes.into_iter().map(|(key, (_, value))| attribute(&key, value)).collect();
            let uid = Decoded::StringValue(uid.to_string());
            expected.push(attribute("log.record.uid", uid));
            prop_assert_eq!(LogRecord::decode(bytes.as_slice()), Ok(LogRecord {
                time_unix_nano: time,
                observed_time_unix_nano: observed,
                severity_number: 13,
                severity_text: "WARN".to_owned(),
                body: Some(proto::AnyValue { value: Some(body.1) }),
                attributes: expected,
                ..LogRecord::default()
            }));
        }
    }
}

//! What one spool frame holds: the scope's name and the record as it will stand on the wire.
//!
//! ```text
//! u16 little-endian  length of the scope name
//! …                  scope name, UTF-8 (the log target, cut at 65,535 bytes)
//! …                  opentelemetry.proto.logs.v1.LogRecord, encoded
//! ```
//!
//! The record is encoded before the spool hands out a number; the two fields that depend on it, the
//! time and `log.record.uid`, are appended. Protobuf lets fields stand in any order, and a resend
//! copies these bytes, so a record is byte-identical however often it is sent.

/// A frame's payload taken apart. Nothing is decoded; both parts are borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payload<'a> {
    /// The instrumentation scope's name: the log target.
    pub scope: &'a [u8],
    /// An encoded `LogRecord`.
    pub record: &'a [u8],
}

impl<'a> Payload<'a> {
    /// A record that says nothing.
    pub const EMPTY: Self = Self {
        scope: b"",
        record: b"",
    };

    /// Takes a payload apart; nothing when it is not one of ours.
    #[must_use]
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk::<2>()?;
        let (scope, record) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
        Some(Self { scope, record })
    }
}

/// Begins a payload: what follows is the record.
pub fn put_scope(scope: &str, into: &mut Vec<u8>) {
    let length = scope.floor_char_boundary(usize::from(u16::MAX));
    // The boundary is at most u16::MAX, so the conversion holds.
    into.extend_from_slice(&u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes());
    into.extend_from_slice(&scope.as_bytes()[..length]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endless_scope_is_cut_and_a_foreign_payload_refused() {
        let mut bytes = Vec::new();
        put_scope(&"é".repeat(60_000), &mut bytes);
        bytes.push(7);
        let payload = Payload::parse(&bytes).unwrap();
        assert_eq!((payload.scope.len(), payload.record), (65_534, &[7][..]));
        assert_eq!(Payload::parse(&[9, 0, 1]), None);
        assert_eq!(Payload::parse(&[9]), None);
    }
}

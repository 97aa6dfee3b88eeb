//! Times as transcripts write them.

use aco_domain::UnixNanos;
use jiff::Timestamp;

fn timestamp(at: UnixNanos) -> Timestamp {
    Timestamp::from_nanosecond(i128::from(at.0)).unwrap_or(Timestamp::MAX)
}

/// `2025-11-03T09:15:27.042Z`
pub(crate) fn rfc3339(at: UnixNanos) -> String {
    format!("{:.3}", timestamp(at))
}

/// `2025-11-03T09-15-27`, as in the names of Codex' files.
pub(crate) fn in_file_names(at: UnixNanos) -> String {
    timestamp(at).strftime("%Y-%m-%dT%H-%M-%S").to_string()
}

/// `2025/11/03`, as its folders.
pub(crate) fn as_folders(at: UnixNanos) -> String {
    timestamp(at).strftime("%Y/%m/%d").to_string()
}

/// The day in UTC: `2025-11-03`.
#[must_use]
pub fn utc_day(at: UnixNanos) -> String {
    timestamp(at).strftime("%F").to_string()
}

/// So many milliseconds later. Transcripts know no finer time.
pub(crate) fn later(at: UnixNanos, millis: u64) -> UnixNanos {
    UnixNanos(at.0 + millis * 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_in_each_way() {
        let at = UnixNanos(1_762_161_327_042_000_000);
        assert_eq!(rfc3339(at), "2025-11-03T09:15:27.042Z");
        assert_eq!(in_file_names(at), "2025-11-03T09-15-27");
        assert_eq!(as_folders(at), "2025/11/03");
        assert_eq!(utc_day(at), "2025-11-03");
    }
}

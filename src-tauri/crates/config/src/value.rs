//! How single values are written: sizes, durations, money, levels.
//!
//! Each has a reader that says what it would have taken, and a writer whose text the reader takes
//! back.

use crate::Wrong;
use aco_domain::NanoUsd;
use log::LevelFilter;
use std::time::Duration;

/// Reads a decimal number such as `20` or `0.015`. More than nine decimals are refused, for they
/// could not be kept.
pub(crate) fn parse_dollars(text: &str) -> Result<NanoUsd, Wrong> {
    let wrong = || {
        let what = format!("{text} is not an amount of dollars");
        Wrong::new(
            what,
            "write a number that is not negative, such as 20 or 12.50",
        )
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > 9 {
        return Err(wrong());
    }
    let whole: i64 = whole.parse().map_err(|_| wrong())?;
    let nanos: i64 = format!("{fraction:0<9}").parse().map_err(|_| wrong())?;
    let total = whole
        .checked_mul(NanoUsd::DOLLAR.0)
        .and_then(|total| total.checked_add(nanos));
    total.map(NanoUsd).ok_or_else(wrong)
}

/// Units of memory, the largest first.
const BYTES: [(&str, u64); 4] = [
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("B", 1),
];

pub(crate) fn parse_bytes(text: &str) -> Result<u64, Wrong> {
    number_and_unit(text, &BYTES).ok_or_else(|| {
        let what = format!("{text:?} is not a size");
        Wrong::new(
            what,
            "write a whole number with B, KiB, MiB or GiB, such as \"512 MiB\"",
        )
    })
}

pub(crate) fn show_bytes(bytes: u64) -> String {
    largest_whole(bytes, &BYTES, " ")
}

/// Units of time in milliseconds, the largest first.
const TIMES: [(&str, u64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

pub(crate) fn parse_duration(text: &str) -> Result<Duration, Wrong> {
    number_and_unit(text, &TIMES)
        .map(Duration::from_millis)
        .ok_or_else(|| {
            let what = format!("{text:?} is not a duration");
            Wrong::new(
                what,
                "write a whole number with ms, s, m, h or d, such as \"30d\"",
            )
        })
}

pub(crate) fn show_duration(duration: Duration) -> String {
    let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    largest_whole(millis, &TIMES, "")
}

fn number_and_unit(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let unit = text[end..].trim_start();
    let (_, factor) = units
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(unit))?;
    text[..end].parse::<u64>().ok()?.checked_mul(*factor)
}

/// The text with the largest unit that loses nothing.
fn largest_whole(value: u64, units: &[(&str, u64)], space: &str) -> String {
    let whole = |factor: u64| value >= factor && value.is_multiple_of(factor);
    let fitting = units.iter().find(|(_, factor)| whole(*factor));
    let (unit, factor) = fitting.or(units.last()).copied().unwrap_or(("", 1));
    format!("{}{space}{unit}", value / factor)
}

pub(crate) fn parse_level(text: &str) -> Result<LevelFilter, Wrong> {
    text.parse().map_err(|_| {
        let what = format!("{text:?} is not a level");
        Wrong::new(
            what,
            "write \"error\", \"warn\", \"info\", \"debug\", \"trace\" or \"off\"",
        )
    })
}

pub(crate) fn show_level(level: LevelFilter) -> String {
    level.as_str().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_exact_both_ways() {
        for text in ["0", "20", "12.5", "0.000000001", "9223372036.854775807"] {
            assert_eq!(parse_dollars(text).unwrap().to_string(), text);
        }
        assert_eq!(parse_dollars("12.50").unwrap(), NanoUsd(12_500_000_000));
        for text in [
            "",
            ".",
            "-1",
            "1e3",
            "nan",
            "0.0000000001",
            "9223372037",
            "1,5",
        ] {
            assert!(parse_dollars(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_and_durations_survive_their_text() {
        for (text, bytes) in [("512 MiB", 512 << 20), ("1 GiB", 1 << 30), ("1500 B", 1500)] {
            assert_eq!(parse_bytes(text).unwrap(), bytes);
            assert_eq!(show_bytes(bytes), text);
        }
        assert_eq!(parse_bytes("2mib").unwrap(), 2 << 20);
        for (text, seconds) in [("30d", 2_592_000), ("1h", 3_600), ("90s", 90), ("15s", 15)] {
            assert_eq!(parse_duration(text).unwrap().as_secs(), seconds);
            assert_eq!(show_duration(Duration::from_secs(seconds)), text);
        }
        assert_eq!(show_duration(Duration::ZERO), "0ms");
        for text in [
            "",
            "512",
            "MiB",
            "-1 MiB",
            "1.5 GiB",
            "99999999999999999999 B",
            "1 d",
        ] {
            assert!(parse_bytes(text).is_err(), "{text}");
        }
        for text in ["", "30", "d", "1w", "99999999999999999d"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }
}

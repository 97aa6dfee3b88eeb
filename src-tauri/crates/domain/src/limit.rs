//! How much of a plan's limit is used, as a tool recorded it. Never inferred.

use crate::{ToolId, UnixNanos};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Percent in hundredths, so that two readings can be compared. In JSON a number of percent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(u32);

impl Percent {
    /// So many percent, rounded to hundredths. Nothing for what is no number, less than none or more
    /// than ten thousand times the whole: no tool means that.
    #[must_use]
    pub fn new(percent: f64) -> Option<Self> {
        if !(0.0..=1e6).contains(&percent) {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and 10⁸"
        )]
        let hundredths = (percent * 100.0).round() as u32;
        Some(Self(hundredths))
    }

    /// Whole percent, as a threshold is configured.
    #[must_use]
    pub fn whole(percent: u32) -> Self {
        Self(percent.saturating_mul(100))
    }

    /// As a number.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

/// `42`, `42.5`.
impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_f64().fmt(f)
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(self.as_f64())
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let percent = f64::deserialize(from)?;
        Self::new(percent).ok_or_else(|| serde::de::Error::custom("this is no percentage"))
    }
}

/// A limit of a plan, as a tool recorded how much of it is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitReading {
    /// Which tool recorded it.
    pub tool: ToolId,
    /// Which of the tool's windows, in its own word: `five_hour`, `primary`.
    pub window: String,
    /// How much of it is used.
    pub used_percent: Percent,
    /// How long the window is, where the tool says.
    pub minutes: Option<u64>,
    /// When it begins anew, where the tool says.
    pub resets_at: Option<UnixNanos>,
    /// When the tool recorded it.
    pub at: UnixNanos,
}

impl LimitReading {
    /// When the window that was read is over for certain; nothing where the tool does not say.
    #[must_use]
    pub fn ends(&self) -> Option<UnixNanos> {
        let length = self
            .minutes
            .map(|minutes| std::time::Duration::from_secs(minutes.saturating_mul(60)));
        self.resets_at.or(length.map(|length| self.at.plus(length)))
    }

    /// The window's name for people: `5-hour window`, `weekly window`.
    #[must_use]
    pub fn window_name(&self) -> String {
        const HOUR: u64 = 60;
        const DAY: u64 = 24 * HOUR;
        let kind = match self.minutes {
            Some(minutes) if minutes == 7 * DAY => "weekly".to_owned(),
            Some(DAY) => "daily".to_owned(),
            Some(minutes) if minutes > 0 && minutes.is_multiple_of(DAY) => {
                format!("{}-day", minutes / DAY)
            }
            Some(minutes) if minutes > 0 && minutes.is_multiple_of(HOUR) => {
                format!("{}-hour", minutes / HOUR)
            }
            Some(minutes) if minutes > 0 => format!("{minutes}-minute"),
            _ => self.window.replace('_', " "),
        };
        // The tool may have several of one length, for one model each.
        match self.window.split_once(' ') {
            Some((of, _)) => format!("{kind} window ({of})"),
            None => format!("{kind} window"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_one_or_nothing() {
        let table = [
            (0.0, Some("0")),
            (42.0, Some("42")),
            (42.5, Some("42.5")),
            (99.999, Some("100")),
            (120.0, Some("120")),
            (-0.1, None),
            (1e7, None),
            (f64::NAN, None),
            (f64::INFINITY, None),
        ];
        for (number, text) in table {
            let found = Percent::new(number).map(|percent| percent.to_string());
            assert_eq!(found.as_deref(), text, "{number}");
        }
        assert!(Percent::new(80.0) >= Some(Percent::whole(80)));
    }

    #[test]
    fn windows_are_called_what_people_call_them() {
        let name = |window: &str, minutes| {
            let reading = LimitReading {
                tool: ToolId::new("codex").unwrap(),
                window: window.to_owned(),
                used_percent: Percent::default(),
                minutes,
                resets_at: None,
                at: UnixNanos(0),
            };
            reading.window_name()
        };
        let table = [
            ("primary", Some(300), "5-hour window"),
            ("secondary", Some(10_080), "weekly window"),
            ("primary", Some(1_440), "daily window"),
            ("primary", Some(43_200), "30-day window"),
            ("primary", Some(299), "299-minute window"),
            ("secondary", None, "secondary window"),
            ("seven_day", Some(0), "seven day window"),
            ("spark primary", Some(300), "5-hour window (spark)"),
        ];
        for (window, minutes, expected) in table {
            assert_eq!(name(window, minutes), expected);
        }
    }
}

//! Times as people read them, from one moment and in one zone, both handed in.

use aco_domain::UnixNanos;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use std::path::{Path, PathBuf};

/// The moment and the place a view is drawn for.
#[derive(Clone, Debug)]
pub struct Now {
    /// The wall clock.
    pub at: UnixNanos,
    /// Whose days and clock faces are meant.
    pub zone: TimeZone,
    /// The user's own folder, written `~` in paths.
    pub home: Option<PathBuf>,
}

impl Now {
    /// An instant in the zone.
    pub(crate) fn zoned(&self, at: UnixNanos) -> Zoned {
        let nanos = i128::from(at.0);
        // An instant in nanoseconds that fits 64 bits lies within jiff's years.
        let instant = Timestamp::from_nanosecond(nanos).unwrap_or(Timestamp::UNIX_EPOCH);
        instant.to_zoned(self.zone.clone())
    }

    fn days_ago(&self, at: &Zoned) -> i64 {
        let (today, day) = (self.zoned(self.at).date(), at.date());
        day.until(today)
            .map_or(i64::MAX, |span| i64::from(span.get_days()))
    }

    fn is_this_year(&self, at: &Zoned) -> bool {
        at.year() == self.zoned(self.at).year()
    }

    /// `14:32` today, else the day: `yesterday`, `19 Sep`, `19 Sep 2025`.
    pub(crate) fn short(&self, at: UnixNanos) -> String {
        let zoned = self.zoned(at);
        match self.days_ago(&zoned) {
            0 => zoned.strftime("%H:%M").to_string(),
            1 => "yesterday".to_owned(),
            _ => self.day(&zoned),
        }
    }

    /// The day with its month: `19 Sep`, `19 Sep 2025`.
    pub(crate) fn day(&self, at: &Zoned) -> String {
        let format = if self.is_this_year(at) {
            "%-d %b"
        } else {
            "%-d %b %Y"
        };
        at.strftime(format).to_string()
    }

    /// `14:32:07` today, else `19 Sep, 14:32`.
    pub(crate) fn precise(&self, at: UnixNanos) -> String {
        let zoned = self.zoned(at);
        match self.days_ago(&zoned) {
            0 => zoned.strftime("%H:%M:%S").to_string(),
            _ => format!("{}, {}", self.day(&zoned), zoned.strftime("%H:%M")),
        }
    }

    /// `Thu 24 Sep, 14:31:58.102`.
    pub(crate) fn exact(&self, at: UnixNanos) -> String {
        let zoned = self.zoned(at);
        format!(
            "{} {}, {}",
            zoned.strftime("%a"),
            self.day(&zoned),
            zoned.strftime("%H:%M:%S%.3f")
        )
    }

    /// `today at 16:00`, `tomorrow at 09:00`, `on 27 Sep at 09:00`: a moment to come.
    pub(crate) fn until(&self, at: UnixNanos) -> String {
        let zoned = self.zoned(at);
        let face = zoned.strftime("%H:%M");
        match self.days_ago(&zoned) {
            0 => format!("{face}"),
            -1 => format!("tomorrow, {face}"),
            _ => format!("{}, {face}", self.day(&zoned)),
        }
    }

    /// A path, the user's own folder written `~`.
    pub(crate) fn path(&self, path: &Path) -> String {
        let within = self
            .home
            .as_deref()
            .and_then(|home| path.strip_prefix(home).ok());
        match within {
            Some(rest) if rest.as_os_str().is_empty() => "~".to_owned(),
            Some(rest) => format!("~{}{}", std::path::MAIN_SEPARATOR, rest.display()),
            None => path.display().to_string(),
        }
    }
}

/// The largest unit of a span: `12 s`, `4 min`, `3 h`, `2 d`.
pub(crate) fn span(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// Bytes in decimal units, as file managers have them: `188 kB`, `1.1 MB`.
pub(crate) fn bytes(count: u64) -> String {
    const UNITS: [(u64, &str); 4] = [
        (1_000_000_000_000, "TB"),
        (1_000_000_000, "GB"),
        (1_000_000, "MB"),
        (1_000, "kB"),
    ];
    let Some((scale, unit)) = UNITS.into_iter().find(|(scale, _)| count >= *scale) else {
        return format!("{count} bytes");
    };
    let tenths = count / (scale / 10);
    match tenths {
        0..1_000 if unit != "kB" => format!("{}.{} {unit}", tenths / 10, tenths % 10),
        _ => format!("{} {unit}", tenths / 10),
    }
}

/// A sentence of its own: the first letter large, unless it begins with a name (`otel.example`,
/// `config.toml`), and a full stop at its end.
pub(crate) fn sentence(text: &str) -> String {
    let text = text.trim();
    let first_word = text.split_whitespace().next().unwrap_or_default();
    let is_word = first_word
        .trim_end_matches([',', '.', ':', ';'])
        .chars()
        .all(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '-'));
    let mut letters = text.chars();
    let mut sentence = match letters.next() {
        None => return String::new(),
        Some(first) if is_word => first.to_uppercase().chain(letters).collect(),
        Some(_) => text.to_owned(),
    };
    if !sentence.ends_with(['.', '!', '?', '…']) {
        sentence.push('.');
    }
    sentence
}

/// The same, with a time behind it: `The token was refused, since 13:47.`
pub(crate) fn sentence_since(text: &str, since: &str) -> String {
    let sentence = sentence(text);
    format!("{}, since {since}.", sentence.trim_end_matches('.'))
}

#[cfg(test)]
#[path = "now_tests.rs"]
mod tests;

//! Which level a target may speak at.

use log::{LevelFilter, Metadata};

/// A level for every target: the longest matching prefix decides, else the default.
///
/// A prefix matches whole path segments: `tonic` covers `tonic::transport`, never `tonic_types`.
#[derive(Clone, Debug)]
pub struct TargetLevels {
    default: LevelFilter,
    /// Longest first, so the first match is the most specific one.
    prefixes: Vec<(String, LevelFilter)>,
}

impl TargetLevels {
    /// Every target at `default`.
    #[must_use]
    pub fn new(default: LevelFilter) -> Self {
        Self {
            default,
            prefixes: Vec::new(),
        }
    }

    /// Gives the targets at and below `prefix` a level of their own; a later call wins.
    #[must_use]
    pub fn with(mut self, prefix: impl Into<String>, level: LevelFilter) -> Self {
        let prefix = prefix.into();
        self.prefixes.retain(|(known, _)| *known != prefix);
        self.prefixes.push((prefix, level));
        self.prefixes
            .sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.0.cmp(&b.0)));
        self
    }

    /// The level of `target`.
    #[must_use]
    pub fn of(&self, target: &str) -> LevelFilter {
        self.prefixes
            .iter()
            .find(|(prefix, _)| covers(prefix, target))
            .map_or(self.default, |(_, level)| *level)
    }

    /// Whether a record with this metadata passes.
    #[must_use]
    pub fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= self.of(metadata.target())
    }

    /// The most talkative level any target has: what `log::set_max_level` needs.
    #[must_use]
    pub fn max(&self) -> LevelFilter {
        self.prefixes
            .iter()
            .map(|(_, level)| *level)
            .fold(self.default, Ord::max)
    }

    /// Every target at `default`, but for the shipper and what it runs on.
    #[must_use]
    pub fn shipping(default: LevelFilter) -> Self {
        Self::new(default).never_the_shipper()
    }

    /// Silences the shipper and what it runs on, whatever was said about them before.
    ///
    /// OpenTelemetry's suppression is thread-local and does not reach tokio's workers under h2,
    /// hyper and tonic: unfiltered, one record at TRACE became 598,187 exported ones in six
    /// seconds. The filter and the suppression are both needed.
    #[must_use]
    pub fn never_the_shipper(mut self) -> Self {
        self.prefixes
            .retain(|(prefix, _)| !SHIPPERS.iter().any(|shipper| covers(shipper, prefix)));
        SHIPPERS
            .into_iter()
            .fold(self, |levels, target| levels.with(target, LevelFilter::Off))
    }
}

/// Targets that speak while something is shipped.
const SHIPPERS: [&str; 19] = [
    crate::SHIP_TARGET,
    "opentelemetry",
    "opentelemetry_sdk",
    "opentelemetry-otlp",
    "opentelemetry_otlp",
    "tonic",
    "h2",
    "hyper",
    "hyper_util",
    "tower",
    "rustls",
    "rustls_native_certs",
    "tokio",
    "tokio_rustls",
    "tokio_util",
    "tracing",
    "reqwest",
    "mio",
    "want",
];

fn covers(prefix: &str, target: &str) -> bool {
    target
        .strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::") || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_whole_segment_decides() {
        let levels = TargetLevels::new(LevelFilter::Warn)
            .with("aco", LevelFilter::Debug)
            .with("aco::scan", LevelFilter::Off);
        for (target, level) in [
            ("aco", LevelFilter::Debug),
            ("aco::agent", LevelFilter::Debug),
            ("aco::scan", LevelFilter::Off),
            ("aco::scan::table", LevelFilter::Off),
            ("acorn", LevelFilter::Warn),
            ("h2", LevelFilter::Warn),
        ] {
            assert_eq!(levels.of(target), level, "{target}");
        }
        assert_eq!(levels.max(), LevelFilter::Debug);
    }

    #[test]
    fn the_shipper_never_ships_itself() {
        let levels = TargetLevels::shipping(LevelFilter::Trace);
        for target in [
            "ship",
            "ship::sender",
            "h2::codec",
            "tonic::transport",
            "opentelemetry_sdk",
        ] {
            assert_eq!(levels.of(target), LevelFilter::Off, "{target}");
        }
        assert_eq!(levels.of("aco::agent"), LevelFilter::Trace);
        let insisted = TargetLevels::new(LevelFilter::Info)
            .with("h2::codec", LevelFilter::Trace)
            .never_the_shipper();
        assert_eq!(insisted.of("h2::codec"), LevelFilter::Off);
    }
}

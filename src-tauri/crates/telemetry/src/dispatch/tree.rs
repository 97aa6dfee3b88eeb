//! The tree itself.

use super::{LogFile, Masker, MaskingLog, Ring, TargetLevels, format_message};
use aco_domain::Clock;
use log::{LevelFilter, Log};
use std::io::Write;
use std::sync::Arc;

/// The sinks on this machine. Each may be missing; the others go on without it.
pub struct LocalSinks {
    /// The rotating file.
    pub file: Option<LogFile>,
    /// A terminal, when there is one to write to.
    pub terminal: Option<Box<dyn Write + Send>>,
    /// The lines in memory.
    pub ring: Option<Ring>,
    /// What the three may hear.
    pub levels: TargetLevels,
    /// Stamps the text lines.
    pub clock: Arc<dyn Clock>,
}

/// A built tree. Nothing is global until [`Logging::install`].
pub struct Logging {
    level: LevelFilter,
    log: Box<dyn Log>,
}

/// Builds the tree: masking at the root, then `bridge` (the OpenTelemetry appender, unformatted) for
/// what `shipping` lets through, then the local sinks.
#[must_use]
pub fn build(
    masker: Masker,
    local: LocalSinks,
    bridge: Option<(Box<dyn Log>, TargetLevels)>,
) -> Logging {
    let LocalSinks {
        file,
        terminal,
        ring,
        levels,
        clock,
    } = local;
    let mut level = levels.max();
    let mut root = fern::Dispatch::new();

    let mut text = fern::Dispatch::new().format({
        let clock = Arc::clone(&clock);
        move |out, _, record| {
            out.finish(format_args!(
                "{} {:<5} {} {}",
                timestamp(clock.now()),
                record.level(),
                record.target(),
                format_message(record),
            ));
        }
    });
    let has_text = file.is_some() || terminal.is_some();
    if let Some(file) = file {
        text = text.chain(Box::new(file) as Box<dyn Write + Send>);
    }
    if let Some(terminal) = terminal {
        text = text.chain(terminal);
    }

    let mut here = fern::Dispatch::new().filter({
        let levels = levels.clone();
        move |metadata| levels.enabled(metadata)
    });
    if has_text {
        here = here.chain(text);
    }
    if let Some(ring) = ring {
        here = here.chain(Box::new(ring) as Box<dyn Log>);
    }
    if let Some((bridge, shipping)) = bridge {
        level = level.max(shipping.max());
        root = root.chain(
            fern::Dispatch::new()
                .filter(move |metadata| shipping.enabled(metadata))
                .chain(bridge),
        );
    }
    // After the bridge: the lines in memory know what became of the record.
    root = root.chain(here);

    let (_, log) = root.into_log();
    Logging {
        level,
        log: Box::new(MaskingLog::new(masker, log)),
    }
}

impl Logging {
    /// Makes this the process's logger.
    ///
    /// # Errors
    /// When one was installed before; only `main` may install one.
    pub fn install(self) -> Result<(), log::SetLoggerError> {
        log::set_boxed_logger(self.log)?;
        log::set_max_level(self.level);
        Ok(())
    }

    /// The tree as a logger of its own, for tests and benches.
    #[must_use]
    pub fn into_log(self) -> (LevelFilter, Box<dyn Log>) {
        (self.level, self.log)
    }
}

/// RFC 3339 in UTC with microseconds: lines of machines in different zones sort together.
fn timestamp(at: aco_domain::UnixNanos) -> jiff::Timestamp {
    let micros = i64::try_from(at.0 / 1_000).unwrap_or(i64::MAX);
    jiff::Timestamp::from_microsecond(micros).unwrap_or(jiff::Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aco_domain::{LineLevel, UnixNanos};
    use std::sync::Mutex;

    struct Fixed;
    impl Clock for Fixed {
        fn now(&self) -> UnixNanos {
            UnixNanos(1_767_225_600_123_456_789)
        }
    }

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);
    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// Numbers records from 8, as the spool behind the real one does.
    #[derive(Clone, Default)]
    struct Bridge(Arc<Mutex<Vec<(String, usize)>>>);
    impl Log for Bridge {
        fn enabled(&self, _: &log::Metadata<'_>) -> bool {
            true
        }
        fn log(&self, record: &log::Record<'_>) {
            let seen = (record.args().to_string(), record.key_values().count());
            let mut all = self.0.lock().unwrap();
            all.push(seen);
            crate::sequence::note(Some(7 + all.len() as u64));
        }
        fn flush(&self) {}
    }

    #[test]
    fn text_is_formatted_and_the_bridge_sees_the_record_as_written() {
        let (terminal, bridge) = (Shared::default(), Bridge::default());
        let ring = Ring::new(10, Arc::new(Fixed));
        let local = LocalSinks {
            file: None,
            terminal: Some(Box::new(terminal.clone())),
            ring: Some(ring.clone()),
            levels: TargetLevels::new(LevelFilter::Warn).with("aco", LevelFilter::Debug),
            clock: Arc::new(Fixed),
        };
        let shipping = TargetLevels::shipping(LevelFilter::Info);
        let bridged = Some((Box::new(bridge.clone()) as Box<dyn Log>, shipping));
        let (level, log) = build(Masker::new().unwrap(), local, bridged).into_log();
        assert_eq!(level, LevelFilter::Debug);

        let pairs: &[(&str, i32)] = &[("k", 1)];
        let say = |level, target| {
            let metadata = log::Metadata::builder().level(level).target(target).build();
            log.log(
                &log::Record::builder()
                    .metadata(metadata)
                    .args(format_args!("hello"))
                    .key_values(&pairs)
                    .build(),
            );
        };
        say(log::Level::Info, "aco::agent");
        say(log::Level::Debug, "aco::agent");
        say(log::Level::Error, "ship");

        let text = String::from_utf8(terminal.0.lock().unwrap().clone()).unwrap();
        assert_eq!(
            text,
            "2026-01-01T00:00:00.123456Z INFO  aco::agent hello k=1\n\
             2026-01-01T00:00:00.123456Z DEBUG aco::agent hello k=1\n\
             2026-01-01T00:00:00.123456Z ERROR ship hello k=1\n"
        );
        let lines = ring.last(9, LineLevel::Trace);
        let numbers: Vec<_> = lines.iter().map(|line| line.seq).collect();
        assert_eq!(numbers, [Some(8), None, None], "only the first one ships");
        assert_eq!(lines[0].attributes, [("k".to_owned(), "1".to_owned())]);
        assert_eq!(*bridge.0.lock().unwrap(), [("hello".to_owned(), 1)]);
    }
}

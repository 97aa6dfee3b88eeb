//! `aco logs`

use crate::arguments::Logs;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{complain, say};
use aco_domain::{LineLevel, LogLine, UnixNanos};
use aco_ipc::LogEvent;
use serde_json::json;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub(crate) async fn logs(context: &Context, arguments: &Logs) -> Result<ExitCode, Failure> {
    let Some(agent) = context.agent().await? else {
        if arguments.follow {
            return Err(Failure::failed(
                "no agent is running to follow; start one with: aco run",
            ));
        }
        return from_file(&context.home.log_file(), arguments);
    };
    if let Some(refusal) = agent.upgrade_needed() {
        return Err(Failure::failed(refusal.to_string()));
    }
    let mut lines = agent
        .logs(arguments.last, arguments.level, arguments.follow)
        .await?;
    while let Some(event) = lines.next().await? {
        match event {
            LogEvent::Line(line) => print(&line, arguments.json)?,
            LogEvent::Missed(count) => complain(&format!("aco: {count} lines came too fast")),
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn print(line: &LogLine, json: bool) -> Result<(), Failure> {
    if json {
        // The documented fields: what the window shows beside them is the message's own text here.
        say(&serde_json::to_string(&json!({
            "number": line.number,
            "at": line.at,
            "level": line.level,
            "target": line.target,
            "message": line.text(),
        }))?);
    } else {
        let (level, target, message) = (line.level.as_str(), &line.target, line.text());
        say(&format!(
            "{} {level:<5} {target} {message}",
            timestamp(line.at)
        ));
    }
    Ok(())
}

/// As the local file has it.
fn timestamp(at: UnixNanos) -> jiff::Timestamp {
    let micros = i64::try_from(at.0 / 1_000).unwrap_or(i64::MAX);
    jiff::Timestamp::from_microsecond(micros).unwrap_or(jiff::Timestamp::MAX)
}

/// Without an agent the ring is gone; the file has the same lines.
fn from_file(path: &Path, arguments: &Logs) -> Result<ExitCode, Failure> {
    let level = arguments.level.unwrap_or(LineLevel::Trace);
    let lines = last_lines(path, arguments.last, level).map_err(|(path, error)| {
        Failure::failed(format!(
            "no agent is running, and {} cannot be read: {error}; check that it belongs to you",
            path.display()
        ))
    })?;
    for line in &lines {
        print(line, arguments.json)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The last `count` lines at `level` or more urgent of the file and, where it has too few, of the
/// one rotated last; numbered from 1.
fn last_lines(
    path: &Path,
    count: usize,
    level: LineLevel,
) -> Result<Vec<LogLine>, (PathBuf, io::Error)> {
    let wanted = |path: PathBuf| {
        let text = tail(&path).map_err(|error| (path, error))?;
        let lines = text.lines().filter_map(parse);
        Ok(lines.filter(|line| line.level <= level).collect::<Vec<_>>())
    };
    let mut lines = wanted(path.to_owned())?;
    if lines.len() < count {
        let mut rotated = path.as_os_str().to_owned();
        rotated.push(".1");
        let mut older = wanted(rotated.into())?;
        older.append(&mut lines);
        lines = older;
    }
    lines.drain(..lines.len().saturating_sub(count));
    for (number, line) in (1..).zip(&mut lines) {
        line.number = number;
    }
    Ok(lines)
}

/// The end of the file, from a line's beginning; nothing when there is no file yet.
fn tail(path: &Path) -> io::Result<String> {
    const MOST: u64 = 4 * 1024 * 1024;
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
        Err(error) => return Err(error),
    };
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(MOST)))?;
    let mut bytes = Vec::new();
    file.take(MOST).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let whole = if length > MOST {
        text.split_once('\n').map_or("", |(_, rest)| rest)
    } else {
        &text
    };
    Ok(whole.to_owned())
}

/// `<time> <LEVEL> <target> <message>`, as the dispatch tree writes it.
fn parse(line: &str) -> Option<LogLine> {
    let (time, rest) = line.split_once(' ')?;
    let (level, rest) = rest.trim_start().split_once(' ')?;
    let (target, message) = rest.trim_start().split_once(' ').unwrap_or((rest, ""));
    let time: jiff::Timestamp = time.parse().ok()?;
    Some(LogLine {
        number: 0,
        at: UnixNanos(u64::try_from(time.as_nanosecond()).ok()?),
        level: level.parse().ok()?,
        target: target.to_owned(),
        message: message.to_owned(),
        attributes: Vec::new(),
        seq: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_file_is_read_back() {
        let line = parse("2026-01-01T00:00:00.000001Z INFO  aco::agent agent started k=1").unwrap();
        assert_eq!(line.level, LineLevel::Info);
        assert_eq!(
            (line.target.as_str(), line.message.as_str()),
            ("aco::agent", "agent started k=1")
        );
        assert_eq!(
            timestamp(line.at).to_string(),
            "2026-01-01T00:00:00.000001Z"
        );
        assert_eq!(parse("half a li"), None);
    }

    #[test]
    fn a_young_file_is_preceded_by_the_rotated_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        let write = |name: &str, words: &[&str]| {
            let line = |word: &&str| format!("2026-01-01T00:00:00Z {word} aco x\n");
            let text: String = words.iter().map(line).collect();
            std::fs::write(folder.path().join(name), text).unwrap();
        };
        let levels = |count, level| -> Vec<_> {
            let lines = last_lines(&path, count, level).unwrap();
            lines.iter().map(|line| (line.number, line.level)).collect()
        };
        use LineLevel::{Error, Info, Warn};
        assert_eq!(levels(9, Info), []);
        write("a.log.1", &["INFO", "ERROR", "WARN"]);
        assert_eq!(levels(2, Info), [(1, Error), (2, Warn)]);
        write("a.log", &["INFO", "WARN"]);
        assert_eq!(levels(2, Info), [(1, Info), (2, Warn)]);
        assert_eq!(levels(3, Warn), [(1, Error), (2, Warn), (3, Warn)]);
        assert_eq!(levels(0, Info), []);
    }

    #[test]
    fn a_long_file_is_read_from_a_whole_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        assert_eq!(tail(&path).unwrap(), "");
        std::fs::write(&path, "x".repeat(5 * 1024 * 1024) + "\nlast\n").unwrap();
        assert_eq!(tail(&path).unwrap(), "last\n");
    }
}

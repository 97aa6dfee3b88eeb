//! `aco logs`

use crate::arguments::Logs;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{complain, say};
use aco_agent::history::{self, Wanted};
use aco_domain::{LineLevel, LogLine, UnixNanos};
use aco_ipc::LogEvent;
use serde_json::json;
use std::io;
use std::path::Path;
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

/// Without an agent the ring is gone; the files have the same lines, and older ones.
fn from_file(path: &Path, arguments: &Logs) -> Result<ExitCode, Failure> {
    let lines = last_lines(path, arguments.last, arguments.level).map_err(|error| {
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

/// The last `count` lines at `level` or more urgent, numbered from 1.
fn last_lines(path: &Path, count: usize, level: Option<LineLevel>) -> io::Result<Vec<LogLine>> {
    let wanted = Wanted { level, text: None };
    let (mut lines, mut before) = (Vec::new(), None);
    while lines.len() < count {
        let page = history::page(path, before.as_ref(), count - lines.len(), &wanted)?;
        lines.extend(page.lines);
        before = page.before;
        if before.is_none() {
            break;
        }
    }
    lines.reverse();
    for (number, line) in (1..).zip(&mut lines) {
        line.number = number;
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_several_pages_and_files_are_one_list_in_their_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        assert_eq!(last_lines(&path, 9, None).unwrap(), []);
        let write = |name: &str, numbers: std::ops::Range<u32>| {
            let line = |n| format!("2026-01-01T00:00:00.000001Z INFO  aco::agent n={n}\n");
            let text: String = numbers.map(line).collect();
            std::fs::write(folder.path().join(name), text).unwrap();
        };
        write("a.log.1", 0..400);
        write("a.log", 400..700);
        let lines = last_lines(&path, 600, None).unwrap();
        assert_eq!(lines.len(), 600);
        for (n, line) in (100..).zip(&lines) {
            assert_eq!(line.message, format!("n={n}"));
            assert_eq!(line.number, n - 99);
        }
        assert_eq!(
            timestamp(lines[0].at).to_string(),
            "2026-01-01T00:00:00.000001Z"
        );
        assert_eq!(last_lines(&path, 9, Some(LineLevel::Warn)).unwrap(), []);
    }
}

//! A status for people: one thing a row, names in a column, nothing that is zero and means nothing.

use super::spending;
use aco_domain::{AnswerKind, Answerer, DropReason, PauseUntil, Status, UnixNanos};
use std::path::Path;

/// Rows of a name and a value. A row without a name goes on with the one above.
#[derive(Default)]
struct Table(String);

impl Table {
    fn row(&mut self, name: &str, value: &str) {
        for (n, line) in value.lines().enumerate() {
            let name = if n == 0 { name } else { "" };
            self.0.push_str(&format!("{name:<13}{line}\n"));
        }
    }

    fn more(&mut self, value: &str) {
        self.row("", value);
    }
}

/// The whole status. `quarantine` is the folder refused records are kept in.
pub(super) fn in_words(
    status: &Status,
    now: UnixNanos,
    quarantine: &Path,
    clock_face: &dyn Fn(UnixNanos) -> String,
) -> String {
    let mut table = Table::default();
    table.row("State", &status.summary);
    for attention in &status.attention {
        table.more(&attention.what);
        table.more(&format!("→ {}", attention.remedy));
    }
    match status.paused {
        Some(PauseUntil::At(at)) => {
            let until = clock_face(at);
            table.row("Paused", &format!("until {until}; `aco resume` ends it"));
        }
        Some(PauseUntil::Resumed) => table.row("Paused", "until you say `aco resume`"),
        None => {}
    }
    table.row("Agent", &agent(status));
    endpoint(&mut table, status);
    if let Some(answer) = &status.last_answer {
        let at = clock_face(answer.at);
        table.row("Last answer", &format!("{} ({at})", answer.message));
        if let Some(next) = answer.next_attempt {
            let wait = age(next.since(now).as_secs());
            table.more(&format!("next attempt in {wait}"));
        }
        if answer.kind != AnswerKind::Accepted
            && let Some(accepted) = status.last_accepted
        {
            table.more(&format!(
                "a record was last accepted {}",
                clock_face(accepted)
            ));
        }
    }
    if let Some(answers) = &status.answers {
        let whose = match answers.by {
            Answerer::Loki => "Loki's own",
            Answerer::Collector => "accepted by the Collector, which holds what it took",
        };
        let found_at = clock_face(answers.found_at);
        table.row("Answers", &format!("{whose} (as of {found_at})"));
    }
    records(&mut table, status, quarantine);
    for (n, tool) in status.tools.iter().enumerate() {
        let running = match tool.running {
            0 => "not running now".to_owned(),
            count => format!("{count} running"),
        };
        let name = if n == 0 { "Tools" } else { "" };
        let ran = tool.ran_s.map_or_else(String::new, |seconds| {
            format!(", ran {} on this machine: $0", age(seconds))
        });
        let value = format!("{:<20} {running}{ran}", tool.display_name);
        table.row(name, &value);
    }
    for (name, line) in spending::lines(status, clock_face) {
        table.row(name, &line);
    }
    table.row("Home", &status.home.display().to_string());
    if !status.installation.is_empty() {
        table.more(&format!("installation {}", status.installation));
    }
    table.0
}

fn agent(status: &Status) -> String {
    match (status.pid, status.role) {
        (Some(pid), Some(role)) => format!(
            "run by {} (pid {pid}, version {})",
            role.as_str(),
            status.version
        ),
        _ => "not running; start it with: aco run".to_owned(),
    }
}

fn endpoint(table: &mut Table, status: &Status) {
    let Some(endpoint) = &status.endpoint else {
        let unknown = status.attention.iter().any(|a| a.code == "config_invalid");
        let value = if unknown {
            "unknown until the configuration is corrected"
        } else {
            "none; everything stays on this machine"
        };
        return table.row("Endpoint", value);
    };
    let tls = if endpoint.tls { "TLS" } else { "no TLS" };
    table.row(
        "Endpoint",
        &format!("{} ({tls}), from {}", endpoint.url, endpoint.origin),
    );
    match &endpoint.token {
        Some(origin) => table.row("Token", &format!("from {origin}")),
        None => table.row("Token", "none"),
    }
}

fn records(table: &mut Table, status: &Status, quarantine: &Path) {
    let backlog = &status.backlog;
    let mut waiting = match backlog.records {
        0 => "nothing".to_owned(),
        count => format!("{}, {}", plural(count, "record"), bytes(backlog.bytes)),
    };
    if let Some(oldest) = backlog.oldest_age_s {
        waiting.push_str(&format!(", the oldest for {}", age(oldest)));
    }
    table.row("Waiting", &waiting);
    let records = &status.records;
    let (spooled, shipped) = (grouped(records.spooled), grouped(records.shipped));
    table.row("Records", &format!("{spooled} recorded, {shipped} shipped"));
    for reason in DropReason::ALL {
        let count = records.dropped.get(reason);
        if count > 0 {
            table.more(&format!("{} dropped ({})", grouped(count), reason.as_str()));
        }
    }
    if records.quarantined > 0 {
        let (count, folder) = (grouped(records.quarantined), quarantine.display());
        table.more(&format!("{count} quarantined in {folder}"));
    }
}

fn plural(count: u64, one: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{} {one}{s}", grouped(count))
}

/// Digits in threes.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn bytes(count: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match UNITS.into_iter().find(|(size, _)| count >= *size) {
        Some((size, unit)) => {
            let tenths = count.saturating_mul(10) / size;
            format!("{}.{} {unit}", tenths / 10, tenths % 10)
        }
        None => format!("{count} bytes"),
    }
}

/// The two largest units.
pub(in crate::commands) fn age(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{minutes} min {} s", seconds % 60),
        3600..86_400 => format!("{hours} h {} min", minutes % 60),
        _ => format!("{days} d {} h", hours % 24),
    }
}

#[cfg(test)]
#[path = "words_tests.rs"]
pub(super) mod tests;

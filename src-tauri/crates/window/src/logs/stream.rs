//! The live lines on their way to the view: gathered into batches, bounded, marked.
//!
//! A view that does not keep up must cost no memory: what it has not taken yet is kept up to a
//! number of rows, beyond which the oldest are lost, and said to be.

use super::{LogBatch, LogFilter, LogLine, LogRow, Mark, Marked, Remark};
use crate::FirstLine;
use crate::now::Now;
use aco_domain::figures::{grouped, plural};
use aco_domain::{Answerer, LineLevel, UnixNanos};
use std::collections::VecDeque;
use std::time::Duration;

/// Rows kept for a view that has not taken the last batch yet.
pub(crate) const MOST_ROWS: usize = 1_000;

/// Lines whose record still waits, of which the view is told when it has left. Of older ones it is
/// not.
const MOST_WAITING: usize = 10_000;

/// Errors and warnings of the last hour that are counted.
const MOST_TROUBLES: usize = 10_000;

const AN_HOUR: Duration = Duration::from_secs(3_600);

/// A record that waits longer is late.
const LATE: Duration = Duration::from_secs(60);

/// The lines of one `follow_logs`.
#[derive(Debug)]
pub struct LogStream {
    follow: u32,
    filter: LogFilter,
    answerer: Option<Answerer>,
    shipped_through: u64,
    /// Whether there is an endpoint: without one nothing waits for anything.
    ships: bool,
    rows: VecDeque<LogRow>,
    lost: u64,
    marks: Vec<Remark>,
    waiting: VecDeque<Waiting>,
    troubles: VecDeque<(UnixNanos, LineLevel)>,
    next_id: u64,
    first_at: Option<UnixNanos>,
    said: Option<FirstLine>,
    afresh: bool,
}

#[derive(Debug)]
struct Waiting {
    id: String,
    seq: u64,
    at: UnixNanos,
    late: bool,
}

impl LogStream {
    /// A stream of the lines that `filter` takes; its batches bear `follow`.
    #[must_use]
    pub fn new(follow: u32, filter: LogFilter) -> Self {
        Self {
            follow,
            filter,
            answerer: None,
            shipped_through: 0,
            ships: false,
            rows: VecDeque::new(),
            lost: 0,
            marks: Vec::new(),
            waiting: VecDeque::new(),
            troubles: VecDeque::new(),
            next_id: 0,
            first_at: None,
            said: None,
            afresh: true,
        }
    }

    /// Begins again: the agent is another one.
    pub fn restart(&mut self) {
        let filter = self.filter.clone();
        *self = Self::new(self.follow, filter);
    }

    /// When the first line of this stream was written: older ones are in the file.
    #[must_use]
    pub fn first_at(&self) -> Option<UnixNanos> {
        self.first_at
    }

    /// Takes a line.
    pub fn take(&mut self, line: &aco_domain::LogLine, now: &Now) {
        self.first_at.get_or_insert(line.at);
        if line.level <= LineLevel::Warn {
            self.troubles.push_back((line.at, line.level));
            if self.troubles.len() > MOST_TROUBLES {
                self.troubles.pop_front();
            }
        }
        if !self.filter.takes(line) {
            return;
        }
        let id = self.id();
        let mark = self.mark(line, now);
        if let (Mark::Waiting | Mark::Late, Some(seq)) = (mark, line.seq) {
            self.waiting.push_back(Waiting {
                id: id.clone(),
                seq,
                at: line.at,
                late: mark == Mark::Late,
            });
            if self.waiting.len() > MOST_WAITING {
                self.waiting.pop_front();
            }
        }
        let marked = marked(mark, self.answerer);
        let row = LogLine::of(line, id, Some(marked), now);
        self.push(LogRow::Line(Box::new(row)));
    }

    /// The agent had to leave lines out.
    pub fn missed(&mut self, count: u64) {
        let id = self.id();
        let text = lost(count);
        self.push(LogRow::Lost { id, text });
    }

    /// What the agent says of shipping.
    pub fn note(&mut self, status: &aco_domain::Status, now: &Now) {
        self.answerer = status.answers.map(|answers| answers.by);
        self.shipped_through = status.shipped_through;
        self.ships = status.endpoint.is_some();
        self.remark(now);
    }

    /// What there is to tell the view; nothing when it knows it all. Once asked for, it is told.
    pub fn batch(&mut self, now: &Now) -> Option<LogBatch> {
        self.remark(now);
        let first = self.first_line(now);
        let is_news = self.afresh
            || !self.rows.is_empty()
            || !self.marks.is_empty()
            || self.said.as_ref() != Some(&first);
        if !is_news {
            return None;
        }
        self.said = Some(first.clone());
        let mut rows: Vec<LogRow> = Vec::with_capacity(self.rows.len() + 1);
        if self.lost > 0 {
            rows.push(LogRow::Lost {
                id: self.id(),
                text: lost(std::mem::take(&mut self.lost)),
            });
        }
        rows.extend(self.rows.drain(..));
        Some(LogBatch {
            follow: self.follow,
            afresh: std::mem::take(&mut self.afresh),
            first,
            rows,
            marks: std::mem::take(&mut self.marks),
        })
    }

    fn id(&mut self) -> String {
        self.next_id += 1;
        format!("l{}.{}", self.follow, self.next_id)
    }

    fn push(&mut self, row: LogRow) {
        self.rows.push_back(row);
        if self.rows.len() > MOST_ROWS {
            self.rows.pop_front();
            self.lost += 1;
        }
    }

    fn mark(&self, line: &aco_domain::LogLine, now: &Now) -> Mark {
        match line.seq {
            Some(seq) if seq <= self.shipped_through => Mark::Shipped,
            Some(_) if !self.ships => Mark::Local,
            Some(_) if now.at.since(line.at) > LATE => Mark::Late,
            Some(_) => Mark::Waiting,
            None => Mark::Local,
        }
    }

    /// Looks for lines whose mark is another one now.
    fn remark(&mut self, now: &Now) {
        let (shipped_through, answerer) = (self.shipped_through, self.answerer);
        let marks = &mut self.marks;
        let mut remark = |id: &str, mark: Mark| {
            let marked = marked(mark, answerer);
            marks.push(Remark {
                id: id.to_owned(),
                marked,
            });
        };
        self.waiting.retain_mut(|line| {
            if line.seq <= shipped_through {
                remark(&line.id, Mark::Shipped);
                return false;
            }
            if !line.late && now.at.since(line.at) > LATE {
                line.late = true;
                remark(&line.id, Mark::Late);
            }
            true
        });
        // A view that takes nothing: older remarks are of rows it may have forgotten.
        let excess = self.marks.len().saturating_sub(MOST_WAITING);
        self.marks.drain(..excess);
    }

    fn first_line(&mut self, now: &Now) -> FirstLine {
        let since = now.at.minus(AN_HOUR);
        while self.troubles.front().is_some_and(|(at, _)| *at < since) {
            self.troubles.pop_front();
        }
        let count = |wanted: LineLevel| {
            let found = self.troubles.iter().filter(|(_, level)| *level == wanted);
            found.count() as u64
        };
        let errors = count(LineLevel::Error);
        let warnings = count(LineLevel::Warn);
        let detail = match (errors, warnings) {
            (0, 0) => "no errors or warnings in the last hour".to_owned(),
            (0, _) => format!(
                "{} in the last hour",
                plural(warnings, "warning", "warnings")
            ),
            (_, 0) => format!("{} in the last hour", plural(errors, "error", "errors")),
            _ => format!(
                "{}, {} in the last hour",
                plural(errors, "error", "errors"),
                plural(warnings, "warning", "warnings")
            ),
        };
        FirstLine::word("Live").dot(detail)
    }
}

fn lost(count: u64) -> String {
    let number = grouped(i64::try_from(count).unwrap_or(i64::MAX));
    match count {
        1 => "1 line is missing here: the window was too slow. It is in the log file.".to_owned(),
        _ => format!(
            "{number} lines are missing here: the window was too slow. They are in the log file."
        ),
    }
}

fn marked(mark: Mark, answerer: Option<Answerer>) -> Marked {
    let (word, sentence) = match mark {
        Mark::Shipped => (
            "shipped",
            match answerer {
                Some(Answerer::Loki) => "in Loki",
                Some(Answerer::Collector) => "accepted by the Collector",
                None => "accepted by the endpoint",
            },
        ),
        Mark::Waiting | Mark::Late => ("waiting", "waiting here to be shipped"),
        Mark::Local => ("local", "on this machine only"),
    };
    Marked {
        mark,
        word: word.to_owned(),
        sentence: sentence.to_owned(),
    }
}

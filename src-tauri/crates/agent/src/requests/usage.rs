//! Requests about usage: to read what is new, to price it again, and what there is.

use super::failed;
use crate::agent::{Agent, ScanAsker};
use crate::usage::{ImportFailure, Job, Keeper, import_cursor, report};
use aco_budget::Day;
use aco_config::Config;
use aco_domain::{Progress, ReportQuery, SourceFolder, SourceStatus, Sources, ToolId};
use aco_home::Home;
use aco_ipc::{News, Refusal, Reply, Response, code};
use aco_ledger::report::{Period, Query, Report};
use aco_ledger::{Filter, History, Repriced, SourceSeen};
use aco_sources::{Catalogue, Os, ScanError};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::path::{Path, PathBuf};
use tokio::sync::{oneshot, watch};

/// Bytes of a report's rows in an answer: what is around them has room beside it in a frame.
const ROWS_BYTES: usize = 768 * 1024;

impl Agent {
    /// Looks at the machine and reads what is new; the first of each that begins from now on must
    /// have been through before there is an answer.
    pub(super) fn scan(&mut self, answer: Box<dyn FnOnce(Response) + Send>) {
        self.scan_askers.push(ScanAsker {
            scan: Some(self.scans.ask()),
            round: Some(self.rounds.ask()),
            trouble: None,
            answer,
        });
    }

    pub(super) fn scan_now(&mut self, reply: Reply) {
        let (answer, answered) = oneshot::channel();
        self.scan(Box::new(|response| drop(answer.send(response))));
        let told = tell_progress(reply.news(), self.reading.clone(), answered);
        self.tasks.spawn(told);
    }

    /// Prices calls again, on the keeper's thread: it alone writes the ledger.
    pub(super) fn reprice(&mut self, filter: Filter, reply: Reply) {
        let (answer, answered) = oneshot::channel();
        self.rounds.submit(repricing(filter, answer));
        let told = tell_progress(reply.news(), self.reading.clone(), answered);
        self.tasks.spawn(told);
    }

    /// Takes an export of Cursor's dashboard in, on the keeper's thread: it alone writes the ledger.
    pub(super) fn import_cursor(&mut self, file: PathBuf, reply: Reply) {
        let zone = (self.usage.zone)();
        self.rounds.submit(Box::new(move |keeper| {
            let done = match keeper {
                Ok((keeper, config)) => keeper.work(config, |ledger, book| {
                    match import_cursor(ledger, &file, book, &zone, &mut |_| {}) {
                        Err(ImportFailure::Ledger(error)) => Err(error),
                        imported => Ok(imported),
                    }
                }),
                Err(trouble) => Err(trouble.to_owned()),
            };
            reply.send(match done {
                Ok(Ok(imported)) => Response::Imported(imported),
                Ok(Err(failure)) => failed(
                    failure.to_string(),
                    "nothing has changed; import the right file",
                ),
                Err(trouble) => failed(
                    trouble,
                    "what was taken before stays; import the file again when that is mended",
                ),
            });
        }));
    }

    pub(super) fn report_usage(&mut self, query: ReportQuery, reply: Reply) {
        let zone = (self.usage.zone)();
        let query = match meant(query, zone, self.foundation.clock.now()) {
            Ok(query) => query,
            Err(refusal) => return reply.send(Response::Error(refusal)),
        };
        let path = self.foundation.home.ledger_file();
        let config = self.settings.config.clone();
        let today = Day::at(self.foundation.clock.now(), &query.zone).date;
        self.tasks.spawn(async move {
            let read = move || bounded(&path, &query, &config, today);
            let reading = tokio::task::spawn_blocking(read);
            // A panic drops the reply, which tells the asker.
            if let Ok(answer) = reading.await {
                reply.send(answer);
            }
        });
    }

    pub(super) fn sources(&mut self, reply: Reply) {
        let (home, usage) = (self.foundation.home.clone(), self.usage.clone());
        let reading = *self.reading.borrow();
        self.tasks.spawn(async move {
            let looking = tokio::task::spawn_blocking(move || {
                let roots = usage.roots();
                sources(&home, roots, reading)
            });
            if let Ok(answer) = looking.await {
                reply.send(answer);
            }
        });
    }

    /// Notes that scan `number` is through.
    pub(crate) fn scan_done(&mut self, number: u64, failed: Option<&ScanError>) {
        for asker in &mut self.scan_askers {
            if asker.scan.is_some_and(|asked| asked <= number) {
                asker.scan = None;
                asker.trouble = asker.trouble.take().or(failed.map(ToString::to_string));
            }
        }
        self.answer_who_asked();
    }

    /// Answers those for whom everything is through.
    pub(crate) fn answer_who_asked(&mut self) {
        let through = |asker: &mut ScanAsker| asker.scan.is_none() && asker.round.is_none();
        let running = self.tracker.running().count();
        for asker in self.scan_askers.extract_if(.., through) {
            (asker.answer)(match asker.trouble {
                None => Response::Done {
                    message: match running {
                        1 => "1 tool runs".to_owned(),
                        count => format!("{count} tools run"),
                    },
                },
                Some(trouble) => Response::Error(Refusal::new(
                    "scan_failed",
                    trouble,
                    "see `aco logs`; the agent goes on trying",
                )),
            });
        }
    }
}

/// Tells how far the reading is that is under way, until the answer comes.
async fn tell_progress(
    news: News,
    mut reading: watch::Receiver<Option<Progress>>,
    mut answered: oneshot::Receiver<Response>,
) {
    reading.mark_changed();
    loop {
        tokio::select! {
            biased;
            answer = &mut answered => {
                // Dropped unanswered, the asker is told that the request was lost.
                if let Ok(answer) = answer {
                    news.answer(answer);
                }
                return;
            }
            Ok(()) = reading.changed() => {
                let progress = *reading.borrow_and_update();
                if let Some(progress) = progress {
                    news.tell(Response::Progress(progress));
                }
            }
        }
    }
}

fn repricing(filter: Filter, answer: oneshot::Sender<Response>) -> Job {
    let reprice = move |keeper: &mut Keeper, config: &Config| {
        keeper.work(config, |ledger, book| ledger.reprice(book, &filter))
    };
    Box::new(move |keeper| {
        let done = match keeper {
            Ok((keeper, config)) => reprice(keeper, config),
            Err(trouble) => Err(trouble.to_owned()),
        };
        let response = match done {
            Ok(Repriced {
                examined,
                filled,
                changed,
                before,
                after,
            }) => Response::Repriced {
                examined,
                filled,
                changed,
                before,
                after,
            },
            Err(trouble) => failed(
                trouble,
                "no price has changed; try again when that is mended",
            ),
        };
        drop(answer.send(response));
    })
}

/// The days and the zone that were written, as `aco report` takes them.
fn meant(
    query: ReportQuery,
    local: TimeZone,
    now: aco_domain::UnixNanos,
) -> Result<Query, Refusal> {
    let wrong = |what: String, remedy: &str| Refusal::new(code::BAD_VALUE, what, remedy);
    let zone = match query.timezone.as_deref() {
        None | Some("local") => local,
        Some(name) => zone_named(name).ok_or_else(|| {
            let what = format!("{name:?} is no time zone");
            wrong(what, "write it like Europe/Berlin, UTC or +05:45")
        })?,
    };
    let now = jiff::Timestamp::from_nanosecond(i128::from(now.0));
    let today = zone.to_datetime(now.unwrap_or(jiff::Timestamp::MAX)).date();
    type Read = fn(&str, Date) -> Result<Date, aco_ledger::report::PeriodError>;
    let read = |text: Option<&str>, read: Read| match text {
        None => Ok(None),
        Some(text) => read(text, today)
            .map(Some)
            .map_err(|error| wrong(format!("{text:?} is no day"), &error.to_string())),
    };
    let period = Period {
        since: read(query.since.as_deref(), Period::first_day)?,
        until: read(query.until.as_deref(), Period::last_day)?,
    };
    if let (Some(since), Some(until)) = (period.since, period.until)
        && until < since
    {
        let what = format!("{until} is before {since}");
        return Err(wrong(what, "exchange them"));
    }
    Ok(Query {
        period,
        tool: query.tool,
        then: query.then,
        top: query.top,
        ..Query::by(query.by, zone)
    })
}

fn zone_named(name: &str) -> Option<TimeZone> {
    if name.starts_with(['+', '-']) {
        let parser = jiff::fmt::temporal::DateTimeParser::new();
        return parser.parse_time_zone(name).ok();
    }
    TimeZone::get(name).ok()
}

/// A report of which all rows fit a frame.
fn bounded(ledger: &Path, query: &Query, config: &Config, today: Date) -> Response {
    let report =
        History::open(ledger).and_then(|history| report(history.as_ref(), query, config, today));
    match report {
        Ok(mut report) => {
            report.keep(that_fit(&report, ROWS_BYTES));
            report.unpriced_models.truncate(MODELS);
            Response::Report(Box::new(report))
        }
        Err(error) => failed(
            error.to_string(),
            "see `aco logs` for what is done about it",
        ),
    }
}

/// Models without a price that are named in an answer.
const MODELS: usize = 64;

/// How many rows fit, of those that are kept first.
fn that_fit(report: &Report, bytes: usize) -> usize {
    let size = |row| serde_json::to_vec(row).map_or(bytes, |json| json.len() + 1);
    let fits = |left: &mut usize, row| {
        *left = left.checked_sub(size(row))?;
        Some(())
    };
    if report.by.is_time() {
        report.rows.iter().rev().scan(bytes, fits).count()
    } else {
        report.rows.iter().scan(bytes, fits).count()
    }
}

/// A tool and where its files would be.
type Roots = Vec<(&'static str, Vec<std::path::PathBuf>)>;

fn sources(home: &Home, roots: Roots, reading: Option<Progress>) -> Response {
    let seen = match History::open(&home.ledger_file()) {
        Ok(Some(history)) => history.sources(),
        Ok(None) => Ok(Vec::new()),
        Err(error) => Err(error),
    };
    let mut seen = match seen {
        Ok(seen) => seen,
        Err(error) => {
            return failed(
                error.to_string(),
                "see `aco logs` for what is done about it",
            );
        }
    };
    let names = Catalogue::embedded(Os::current());
    let name = |tool: &ToolId| {
        let mut known = names.iter().flat_map(Catalogue::tools);
        let known = known.find(|known| known.id == *tool);
        known.map_or_else(|| tool.to_string(), |known| known.display_name.clone())
    };
    let folder = |path: std::path::PathBuf| SourceFolder {
        exists: path.exists(),
        path,
    };
    let mut sources = Vec::new();
    for (tool, roots) in roots {
        let Ok(tool) = ToolId::new(tool) else {
            continue;
        };
        let index = seen.iter().position(|seen| &*seen.tool == tool.as_str());
        let known = index.map(|index| seen.swap_remove(index));
        let folders = roots.into_iter().map(folder).collect();
        sources.push(source(name(&tool), tool, folders, known.as_ref()));
    }
    // What was imported, or read by a program that knew more.
    for known in &seen {
        if let Ok(tool) = ToolId::new(&*known.tool) {
            sources.push(source(name(&tool), tool, Vec::new(), Some(known)));
        }
    }
    sources.sort_by_cached_key(|source| (!source.is_found(), source.display_name.to_lowercase()));
    Response::Sources(Sources { sources, reading })
}

fn source(
    display_name: String,
    tool: ToolId,
    folders: Vec<SourceFolder>,
    seen: Option<&SourceSeen>,
) -> SourceStatus {
    SourceStatus {
        tool,
        display_name,
        folders,
        files: seen.map_or(0, |seen| seen.files),
        calls: seen.map_or(0, |seen| seen.sums.calls.unsigned_abs()),
        last_call: seen.and_then(|seen| Some(seen.first_and_last?.1)),
        skipped_lines: seen.map_or(0, |seen| seen.skipped_lines),
    }
}

#[cfg(test)]
#[path = "usage_tests.rs"]
mod tests;

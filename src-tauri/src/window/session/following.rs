//! The log: live lines in batches the view has room for, and pages of older ones.

use super::{Session, unexpected};
use aco_domain::UnixNanos;
use aco_ipc::{ClientError, LogEvent, Logs, Request, Response};
use aco_window::{LogFilter, LogPage, LogStream, Problem};
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, timeout};

/// At most ten batches a second.
const BATCH_EVERY: Duration = Duration::from_millis(100);

/// The agent keeps no more of them in memory.
const RING: usize = 1_000;

/// The first lines of a view come within this, where there are any.
const FIRST_WITHIN: Duration = Duration::from_secs(1);

/// Lines of a page.
const PAGE: usize = 200;

/// A page may hold nothing that is wanted; then the next one is asked for, but not for ever.
const PAGES_AT_ONCE: usize = 64;

/// In front of the agent's own name of a place, so that no moment is taken for one.
const PLACE: &str = "place:";

pub(super) struct Follow {
    id: u32,
    took: mpsc::Sender<()>,
    /// When the first line was written that the view has been sent.
    first_at: watch::Receiver<Option<UnixNanos>>,
    task: JoinHandle<()>,
}

impl Drop for Follow {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Session {
    pub(crate) fn follow_logs(self: &Arc<Self>, filter: LogFilter) -> u32 {
        let mut state = self.lock();
        state.follows += 1;
        let id = state.follows;
        let (took, taken) = mpsc::channel(1);
        let (first, first_at) = watch::channel(None);
        let stream = LogStream::new(id, filter);
        let task = tokio::spawn(Arc::clone(self).follow(stream, taken, first));
        state.follow = Some(Follow {
            id,
            took,
            first_at,
            task,
        });
        id
    }

    pub(crate) fn took_logs(&self, follow: u32) {
        let state = self.lock();
        if let Some(current) = state.follow.as_ref().filter(|current| current.id == follow) {
            // One word that waits is enough.
            let _ = current.took.try_send(());
        }
    }

    pub(crate) fn stop_logs(&self) {
        self.lock().follow = None;
    }

    async fn follow(
        self: Arc<Self>,
        mut stream: LogStream,
        mut taken: mpsc::Receiver<()>,
        first_at: watch::Sender<Option<UnixNanos>>,
    ) {
        let mut statuses = self.statuses.subscribe();
        statuses.mark_changed();
        let mut ticks = interval(BATCH_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut lines: Option<Logs> = None;
        let mut was_connected = false;
        // Whether the view has drawn what it was sent.
        let mut has_room = true;
        loop {
            tokio::select! {
                // A flood of lines must not keep a batch from leaving.
                biased;
                word = taken.recv() => match word {
                    Some(()) => has_room = true,
                    None => return,
                },
                changed = statuses.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    let status = statuses.borrow_and_update().clone();
                    if let Some(status) = status {
                        stream.note(&status, &self.now());
                    }
                    if lines.is_none() && let Some(begun) = self.lines().await {
                        if was_connected {
                            stream.restart();
                        }
                        was_connected = true;
                        lines = Some(begun);
                    }
                }
                _ = ticks.tick() => {
                    if has_room && let Some(batch) = stream.batch(&self.now()) {
                        has_room = false;
                        first_at.send_replace(stream.first_at());
                        self.tell("logs", &batch);
                    }
                }
                event = next(&mut lines) => match event {
                    Ok(Some(LogEvent::Line(line))) => stream.take(&line, &self.now()),
                    Ok(Some(LogEvent::Missed(count))) => stream.missed(count),
                    // The agent has gone; the state of the next one begins again.
                    Ok(None) | Err(_) => lines = None,
                },
            }
        }
    }

    async fn lines(&self) -> Option<Logs> {
        // The filter is applied here: the first line counts errors whatever is shown.
        let client = self.connect().await.ok()?;
        client.logs(RING, None, true).await.ok()
    }

    /// `before` is where a page said that older lines are, or the moment of a line that is shown.
    pub(crate) async fn older_logs(
        &self,
        filter: LogFilter,
        before: Option<String>,
    ) -> Result<LogPage, Problem> {
        let mut place = None;
        let mut shown_since = self.first_shown().await;
        if let Some(before) = before {
            match before.strip_prefix(PLACE) {
                Some(at) => {
                    place = Some(at.to_owned());
                    shown_since = None;
                }
                None => shown_since = before.parse().ok().map(UnixNanos).or(shown_since),
            }
        }
        let mut client = self.connect().await?;
        let mut page = None;
        for _ in 0..PAGES_AT_ONCE {
            let request = Request::History {
                before: place.take(),
                count: PAGE,
                level: Some(filter.level.into()),
                text: Some(filter.text.trim().to_owned()).filter(|text| !text.is_empty()),
            };
            let answer = client.request(&request).await;
            let answer = answer.map_err(|error| super::problem(&error))?;
            let Response::History { lines, before } = answer else {
                return Err(unexpected());
            };
            let number = {
                let mut state = self.lock();
                state.pages = state.pages.wrapping_add(1);
                state.pages
            };
            place.clone_from(&before);
            let named = before.map(|place| format!("{PLACE}{place}"));
            let found = LogPage::of(&lines, named, number, shown_since, &self.now());
            let is_enough = !found.rows.is_empty() || found.before.is_none();
            page = Some(found);
            if is_enough {
                break;
            }
        }
        page.ok_or_else(unexpected)
    }

    /// When the first line was written that is shown. A view asks for older ones as soon as it
    /// opens; without waiting for its first lines, it would get them twice.
    async fn first_shown(&self) -> Option<UnixNanos> {
        let mut first_at = self.lock().follow.as_ref()?.first_at.clone();
        let shown = timeout(FIRST_WITHIN, first_at.wait_for(Option::is_some)).await;
        *shown.ok()?.ok()?
    }
}

async fn next(lines: &mut Option<Logs>) -> Result<Option<LogEvent>, ClientError> {
    match lines {
        Some(lines) => lines.next().await,
        None => pending().await,
    }
}

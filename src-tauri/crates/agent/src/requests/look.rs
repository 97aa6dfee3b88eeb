//! Requests that only look: into the log, the way to the endpoint, and where Grafana shows it.

use super::failed;
use crate::agent::Agent;
use crate::doctor::{Examination, Patient};
use crate::explore::{Range, link, of_host};
use crate::history::{self, Page, Place, Wanted};
use crate::supervise::ordered_to_end;
use aco_config::Config;
use aco_domain::{Outcome, PauseUntil, Status, UnixNanos};
use aco_ipc::{News, Refusal, Reply, Response, code};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// What a link shows when no moment is meant.
const LATELY: Duration = Duration::from_secs(3600);

impl Agent {
    pub(super) fn history(
        &mut self,
        before: Option<String>,
        count: usize,
        wanted: Wanted,
        reply: Reply,
    ) {
        let before = match before.as_deref().map(str::parse::<Place>).transpose() {
            Ok(before) => before,
            Err(wrong) => {
                let remedy = "begin again without `before`";
                let refusal = Refusal::new(code::BAD_VALUE, wrong, remedy);
                return reply.send(Response::Error(refusal));
            }
        };
        let file = self.foundation.home.log_file();
        self.tasks.spawn(async move {
            let path = file.clone();
            let reading = tokio::task::spawn_blocking(move || {
                history::page(&path, before.as_ref(), count, &wanted)
            });
            match reading.await {
                Ok(Ok(Page { lines, before })) => reply.send(Response::History {
                    lines,
                    before: before.map(|place| place.to_string()),
                }),
                Ok(Err(error)) => {
                    let what = format!("{} cannot be read: {error}", file.display());
                    reply.send(failed(what, "check that it and its folder belong to you"));
                }
                // It panicked: the reply is dropped, which tells the asker.
                Err(_) => {}
            }
        });
    }

    pub(super) fn link(&self, at: Option<UnixNanos>, query: Option<String>) -> Response {
        let host = shipped_host(&self.settings.config, &self.foundation.identity.host_name);
        let query = query.unwrap_or_else(|| of_host(host));
        let now = self.foundation.clock.now();
        let range = at.map_or(
            Range {
                from: now.minus(LATELY),
                to: now,
            },
            Range::around,
        );
        match link(&self.settings.config.grafana, &query, range) {
            Some(url) => Response::Link { url },
            None => Response::Error(Refusal::new(
                code::NO_GRAFANA,
                "no Grafana is configured",
                "write its address: grafana.url",
            )),
        }
    }

    /// Examines in a task of its own. A pause holds from the moment it is asked for: what the loop
    /// shows is looked at before each step that sends.
    pub(super) fn examine(&mut self, send: bool, reply: Reply) {
        let loaded = self.source.load(Some(&self.foundation.masker));
        let examination = Examination::new(&Patient {
            settings: loaded.as_ref(),
            identity: &self.foundation.identity,
            installation: self.foundation.installation.id,
            clock: Arc::clone(&self.foundation.clock),
        });
        let examined = examined(
            examination,
            send,
            self.states.subscribe(),
            Arc::clone(&self.clock_face),
            reply.news(),
        );
        let stopped = self.stopped.clone();
        let found = self.found.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                answers = examined => if let Some(answers) = answers {
                    // The loop keeps it: it owns the state.
                    let _ = found.send(answers).await;
                },
                () = ordered_to_end(stopped) => {}
            }
        });
    }
}

/// `host.name` in the records, which the environment may have changed.
pub(crate) fn shipped_host<'a>(config: &'a Config, host: &'a str) -> &'a str {
    let mut named = config.ship.resource.iter().rev();
    let named = named.find(|attribute| attribute.value.0 == "host.name");
    named.map_or(host, |attribute| &attribute.value.1)
}

/// Does step after step and tells each; what was found out about whose answers come, by endpoint.
async fn examined(
    mut examination: Examination,
    send: bool,
    states: watch::Receiver<Option<Status>>,
    clock_face: Arc<dyn Fn(UnixNanos) -> String + Send + Sync>,
    news: News,
) -> Option<(String, aco_domain::Answers)> {
    let mut healthy = true;
    loop {
        if examination.sends_next() {
            if !send {
                break;
            }
            let paused = states.borrow().as_ref().and_then(|status| status.paused);
            if let Some(pause) = paused {
                let until = match pause {
                    PauseUntil::At(at) => clock_face(at),
                    PauseUntil::Resumed => String::new(),
                };
                examination.pause(pause, &until);
            }
        }
        let Some(check) = examination.upcoming() else {
            break;
        };
        // Nobody listens any more: then nothing more is sent either.
        if !news.tell(Response::Upcoming { check }) {
            return None;
        }
        let Some(step) = examination.next().await else {
            break;
        };
        healthy &= step.outcome != Outcome::Failed;
        news.tell(Response::Step(step));
    }
    let endpoint = examination.endpoint().map(str::to_owned);
    let answers = examination.answers();
    news.answer(Response::Examined {
        endpoint: endpoint.clone(),
        healthy,
        answers,
    });
    endpoint.zip(answers)
}

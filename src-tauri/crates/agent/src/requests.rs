//! What each request does.

use crate::Agent;
use crate::emit::{Emission, emit};
use aco_domain::{LineLevel, PauseUntil};
use aco_ipc::{Incoming, Refusal, Reply, Request, Response};
use aco_spool::Spool;
use aco_telemetry::ship::ShipReport;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

impl Agent {
    /// Answers, at once or from a task of its own. Never waits.
    pub(crate) fn answer(&mut self, incoming: Incoming) {
        let Incoming { request, reply } = incoming;
        match request {
            Request::Status => reply.send(Response::Status(Box::new(self.status()))),
            Request::Pause { until } => {
                let words = match until {
                    PauseUntil::Resumed => "shipping is paused until you resume it",
                    PauseUntil::At(_) => "shipping is paused; it goes on by itself",
                };
                reply.send(done(self.set_pause(Some(until)), words));
            }
            Request::Resume => reply.send(done(self.set_pause(None), "shipping is resumed")),
            Request::Logs {
                last,
                level,
                follow,
            } => self.lines(last, level, follow, reply),
            Request::Emit {
                count,
                rate,
                message,
                grace_ms,
            } => {
                let emission = Emission {
                    count,
                    rate,
                    message,
                };
                self.emit(emission, Duration::from_millis(grace_ms), reply);
            }
            Request::Reload => {
                self.reload();
                reply.send(match self.invalid() {
                    None => Response::Done {
                        message: "the settings were read again".into(),
                    },
                    Some(invalid) => Response::Error(Refusal::new(
                        invalid.code.clone(),
                        invalid.what.clone(),
                        invalid.remedy.clone(),
                    )),
                });
            }
            Request::Scan => {
                self.scan_replies.push(reply);
                self.scan_now();
            }
            Request::AcknowledgeDropped => {
                let total = self.foundation.spool.stats().counters.dropped.total();
                let saved = self.foundation.store.acknowledge_dropped(total);
                let message = format!("{total} dropped records are acknowledged");
                reply.send(done(saved.map_err(|error| error.to_string()), &message));
            }
        }
    }

    fn lines(&self, last: usize, level: Option<LineLevel>, follow: bool, reply: Reply) {
        let level = level.unwrap_or(LineLevel::Trace);
        let sink = reply.lines();
        if follow {
            self.foundation.ring.follow(last, level, move |line| {
                sink.push(line.clone());
                !sink.is_closed()
            });
        } else {
            for line in self.foundation.ring.last(last, level) {
                sink.push(line);
            }
        }
    }

    /// Emits on a thread that may block, then waits for the backlog within `grace`.
    fn emit(&self, emission: Emission, grace: Duration, reply: Reply) {
        let spool = Arc::clone(&self.foundation.spool);
        let report = self.shipper.report();
        let shipping = self.is_shipping();
        tokio::spawn(async move {
            let emitting = Arc::clone(&spool);
            let count = emission.count;
            let emitted = tokio::task::spawn_blocking(move || emit(&emission, &emitting)).await;
            let Ok((first_seq, last_seq)) = emitted else {
                // The reply is dropped, which tells the asker.
                return;
            };
            if shipping {
                let _ = tokio::time::timeout(grace, answered_for(&spool, report, last_seq)).await;
            }
            reply.send(Response::Emitted {
                count,
                first_seq,
                last_seq,
            });
        });
    }
}

/// Resolves when everything up to `seq` has left the spool.
async fn answered_for(spool: &Spool, mut report: watch::Receiver<ShipReport>, seq: u64) {
    while spool.stats().passed_seq < seq {
        if report.changed().await.is_err() {
            return;
        }
    }
}

fn done(result: Result<(), String>, message: &str) -> Response {
    match result {
        Ok(()) => Response::Done {
            message: message.to_owned(),
        },
        Err(what) => Response::Error(Refusal::new(
            "not_saved",
            what,
            "it holds now, but will not survive a restart of the agent",
        )),
    }
}

//! What each request does.

mod look;
mod settings;
mod usage;

use crate::Agent;
use crate::emit::{Emission, Emitted, emit};
use crate::events::TARGET;
use crate::history::Wanted;
use crate::supervise::{Stopped, ordered_to_end};
use aco_domain::{LineLevel, PauseUntil};
use aco_ipc::{Incoming, Refusal, Reply, Request, Response, States, code};
use aco_ledger::Filter;
use aco_spool::Spool;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::time::{interval, timeout};

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
                let (saved, heeded) = self.set_pause(Some(until));
                // "Paused" is a promise that nothing leaves any more.
                tokio::spawn(async move {
                    heeded.wait().await;
                    reply.send(done(saved, words));
                });
            }
            Request::Resume => reply.send(done(self.set_pause(None).0, "shipping is resumed")),
            Request::Logs {
                last,
                level,
                follow,
            } => self.lines(last, level, follow, reply),
            Request::Watch { tray } => reply.states(States {
                states: self.states.subscribe(),
                shows: tray.then(|| self.shows.subscribe()),
            }),
            Request::ShowWindow => reply.send(self.show_window()),
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
            Request::Scan => self.scan(Box::new(|response| reply.send(response))),
            Request::ScanNow => self.scan_now(reply),
            Request::Reprice {
                since,
                until,
                tool,
                model,
            } => {
                let filter = Filter {
                    since,
                    until,
                    tool,
                    model,
                };
                self.reprice(filter, reply);
            }
            Request::Report(query) => self.report_usage(query, reply),
            Request::Sources => self.sources(reply),
            Request::History {
                before,
                count,
                level,
                text,
            } => self.history(before, count, Wanted { level, text }, reply),
            Request::Link { at, query } => reply.send(self.link(at, query)),
            Request::Examine { send } => self.examine(send, reply),
            Request::Settings => reply.send(self.settings_sheet()),
            Request::CheckSettings { changes } => reply.send(self.check_settings(&changes)),
            Request::ChangeSettings { changes } => reply.send(self.change_settings(&changes)),
            Request::SetToken { token } => reply.send(self.set_token(&token)),
            Request::ClearToken => reply.send(self.clear_token()),
            Request::SendKept { send } => reply.send(self.send_kept(send)),
            Request::TryNow => {
                self.shipper.wake();
                reply.send(Response::Done {
                    message: "the endpoint is tried now".into(),
                });
            }
            Request::AcknowledgeDropped => {
                let dropped = self.foundation.spool.stats().counters.dropped;
                let saved = self.foundation.store.acknowledge_dropped(dropped);
                reply.send(match saved {
                    Ok(()) => Response::Done {
                        message: format!("{} dropped records are acknowledged", dropped.total()),
                    },
                    Err(error) => Response::Error(Refusal::new(
                        "not_saved",
                        error.to_string(),
                        "acknowledge again when that works",
                    )),
                });
            }
            Request::NoteLimits { readings } => {
                self.tally.standing().hand_in(readings);
                reply.send(Response::Done {
                    message: "the limits are noted".to_owned(),
                });
            }
            Request::OfferPrices => self.offer_prices(reply),
            Request::TakePrices { version } => self.take_prices(&version, reply),
            Request::NoteAnswers { endpoint, answers } => {
                let saved = self.foundation.store.note_answers(&endpoint, answers);
                reply.send(match saved {
                    Ok(()) => Response::Done {
                        message: format!("whose answers {endpoint} gives is noted"),
                    },
                    Err(error) => Response::Error(Refusal::new(
                        "not_saved",
                        error.to_string(),
                        "run `aco doctor` again when that works",
                    )),
                });
            }
            Request::ImportCursor { file } => self.import_cursor(file, reply),
        }
    }

    fn show_window(&self) -> Response {
        // Each tray that watches holds a receiver, and nobody else does.
        if self.shows.receiver_count() == 0 {
            return Response::Error(Refusal::new(
                code::NO_TRAY,
                "no tray application runs that could show a window",
                "start AI Cost Observer",
            ));
        }
        self.shows.send_modify(|asked| *asked += 1);
        Response::Done {
            message: "the window is shown".to_owned(),
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

    /// Emits on a thread that may block, then waits for the backlog within `grace`. The order to
    /// end cuts both short.
    fn emit(&mut self, emission: Emission, grace: Duration, reply: Reply) {
        let spool = Arc::clone(&self.foundation.spool);
        let (is_shipping, stopped) = (self.is_shipping(), self.stopped.clone());
        self.tasks.spawn(async move {
            let Some(emitted) = emit_patiently(emission, &spool, stopped.clone()).await else {
                // The reply is dropped, which tells the asker.
                return;
            };
            if is_shipping {
                tokio::select! {
                    () = answered_for(&spool, emitted.last_seq) => {}
                    () = tokio::time::sleep(grace) => {}
                    () = ordered_to_end(stopped) => {}
                }
            }
            reply.send(Response::Emitted {
                count: emitted.count,
                first_seq: emitted.first_seq,
                last_seq: emitted.last_seq,
            });
        });
    }
}

/// Emits until the end or the order to end. Nothing when it panicked.
async fn emit_patiently(
    emission: Emission,
    spool: &Arc<Spool>,
    mut stopped: Stopped,
) -> Option<Emitted> {
    let (runtime, spool) = (Handle::current(), Arc::clone(spool));
    let wait = move |wait: Duration| {
        if wait.is_zero() {
            return stopped.has_changed().is_ok();
        }
        runtime.block_on(timeout(wait, stopped.changed())).is_err()
    };
    let emitting = tokio::task::spawn_blocking(move || emit(&emission, &spool, wait));
    match emitting.await {
        Ok(emitted) => Some(emitted),
        Err(panic) => {
            log::error!(target: TARGET, "emitting test records failed: {panic}");
            None
        }
    }
}

/// Resolves when everything up to `seq` has left the spool. Looks again and again, because the
/// shipper's report comes a moment before the spool's books.
async fn answered_for(spool: &Spool, seq: u64) {
    let mut look = interval(Duration::from_millis(50));
    while spool.stats().passed_seq < seq {
        look.tick().await;
    }
}

/// What a request is told that came too late.
pub(crate) fn stopping() -> Response {
    Response::Error(Refusal::new(
        code::STOPPING,
        "the agent is shutting down",
        "try again when it runs",
    ))
}

/// Something that could not be done, in words that say what to do.
pub(crate) fn failed(what: impl Into<String>, remedy: &str) -> Response {
    Response::Error(Refusal::new(code::FAILED, what, remedy))
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

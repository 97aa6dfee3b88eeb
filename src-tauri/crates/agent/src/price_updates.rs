//! Price data that is fetched: weekly where that is configured, and when a user interface asks. It
//! waits until somebody has seen what it changes. Paused, nothing is fetched: it would leave the
//! machine.

use crate::agent::Agent;
use crate::events::TARGET;
use crate::usage::{Offer, fetch_prices};
use aco_config::PriceUpdate;
use aco_domain::{PriceChanges, UnixNanos};
use aco_ipc::{Refusal, Reply, Response};
use std::time::Duration;
use uuid::Uuid;

/// Between two attempts, whatever came of the first.
const WEEK: Duration = Duration::from_secs(7 * 86_400);

/// All installations of a company must not come in one moment.
const SPREAD: u64 = 24 * 3_600;

impl Agent {
    /// Fetches prices when a week is over. Asked with each look at the machine.
    pub(crate) fn fetch_prices_when_due(&mut self) {
        let now = self.foundation.clock.now();
        let tried = self.foundation.store.state().prices_tried_at;
        let wanted = self.settings.config.price_updates.update.value == PriceUpdate::Weekly;
        let may_leave = self.invalid().is_none() && self.paused().is_none();
        if !wanted || !may_leave || !is_due(tried, self.foundation.installation.id, now) {
            return;
        }
        // Before it is tried: an agent that dies of it must not try again at once.
        if let Err(error) = self.foundation.store.note_prices_tried(now) {
            log::warn!(target: TARGET, "newer prices are not fetched: {error}");
            return;
        }
        let (home, config) = (self.foundation.home.clone(), self.settings.config.clone());
        self.tasks.spawn(async move {
            match fetch_prices(aco_prices::PUBLIC_DATA, home, config, now).await {
                Ok(Some(offer)) => log::info!(
                    target: TARGET,
                    "newer prices wait ({}): see what they change and take them with `aco prices \
                     update`", in_words(&offer.changes)
                ),
                Ok(None) => log::info!(target: TARGET, "prices were fetched, and are the same"),
                Err(error) => log::warn!(
                    target: TARGET,
                    "newer prices are not taken, and tried again in a week: {error}"
                ),
            }
        });
    }

    /// Says what newer prices would change: those that wait, else freshly fetched ones.
    pub(crate) fn offer_prices(&mut self, reply: Reply) {
        let paused = self.paused().is_some();
        let now = self.foundation.clock.now();
        let (home, config) = (self.foundation.home.clone(), self.settings.config.clone());
        self.tasks.spawn(async move {
            let waiting = {
                let (home, config) = (home.clone(), config.clone());
                tokio::task::spawn_blocking(move || Offer::waiting(&home, &config, now)).await
            };
            let offer = match waiting {
                Ok(Ok(Some(offer))) => Ok(Some(offer)),
                _ if paused => Err("shipping is paused, and nothing may leave the machine".into()),
                _ => fetch_prices(aco_prices::PUBLIC_DATA, home, config, now).await,
            };
            reply.send(match offer {
                Ok(Some(offer)) => Response::PriceChanges(Box::new(offer.changes)),
                Ok(None) => Response::Done {
                    message: "the prices are the newest".to_owned(),
                },
                Err(what) => refused(what),
            });
        });
    }

    /// Takes the prices that wait, if they are those that were shown.
    pub(crate) fn take_prices(&mut self, version: &str, reply: Reply) {
        let now = self.foundation.clock.now();
        let (home, config) = (&self.foundation.home, &self.settings.config);
        let taken = match Offer::waiting(home, config, now) {
            Ok(Some(offer)) if offer.changes.to == version => {
                offer.take(home).map_err(|error| error.to_string())
            }
            Ok(_) => Err(format!("no prices wait that are called {version}")),
            Err(error) => Err(error),
        };
        reply.send(match taken {
            Ok(()) => {
                self.rounds.ask();
                Response::Done {
                    message: "the prices are in force; calls without one get theirs now".to_owned(),
                }
            }
            Err(what) => refused(what),
        });
    }
}

fn refused(what: String) -> Response {
    Response::Error(Refusal::new(
        "prices_not_taken",
        what,
        "prices are as they were; try again, or give a file to `aco prices update`",
    ))
}

/// A week after the last attempt, and up to a day more, the same for an installation each time.
fn is_due(tried: Option<UnixNanos>, installation: Uuid, now: UnixNanos) -> bool {
    let spread = Duration::from_secs(installation.as_u64_pair().1 % SPREAD);
    // A clock that was far ahead once must not put it off for years.
    tried.is_none_or(|tried| now >= tried.plus(WEEK + spread) || tried > now.plus(WEEK))
}

fn in_words(changes: &PriceChanges) -> String {
    format!(
        "{}: {} of your models get a price, {} another one",
        changes.to,
        changes.filled.len(),
        changes.repriced.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_tried_once_a_week_at_an_installations_own_time() {
        let tried = UnixNanos(1_000 * 86_400_000_000_000);
        let due = |low: u64, after: Duration| {
            is_due(Some(tried), Uuid::from_u64_pair(0, low), tried.plus(after))
        };
        assert!(is_due(None, Uuid::nil(), tried));
        assert!(!due(0, WEEK - Duration::from_secs(1)) && due(0, WEEK));
        let late = Duration::from_secs(SPREAD - 1);
        assert!(!due(SPREAD - 1, WEEK) && due(SPREAD - 1, WEEK + late));
        let ahead = tried.plus(WEEK + WEEK);
        assert!(is_due(Some(ahead), Uuid::nil(), tried));
    }
}

//! The agent's states, as long as there is an agent; and the look for one while there is none.

use super::{Connection, Session};
use crate::VERSION;
use aco_domain::Status;
use aco_ipc::{Client, ClientError, Request, Response, WatchEvent, code};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

/// A new agent is found within this, and then within twice as long up to the longest.
const FIRST_LOOK: Duration = Duration::from_millis(200);
const LAST_LOOK: Duration = Duration::from_secs(2);

/// Whoever opened the window may have started the agent a moment ago.
const STARTS_WITHIN: Duration = Duration::from_secs(3);

/// An agent of another version is not replaced every moment.
const UPGRADE_LOOK: Duration = Duration::from_secs(5);

/// Times in the first line go on by themselves.
const TICK: Duration = Duration::from_secs(1);

impl Session {
    pub(super) async fn tick(self: Arc<Self>) {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            ticks.tick().await;
            self.refresh();
        }
    }

    pub(super) async fn watch(self: Arc<Self>) {
        let started = Instant::now();
        let mut look = FIRST_LOOK;
        loop {
            let was_live = self.watch_one(started).await;
            if was_live {
                look = FIRST_LOOK;
            }
            let upgrade = matches!(self.lock().connection, Connection::UpgradeNeeded { .. });
            sleep(if upgrade { UPGRADE_LOOK } else { look }).await;
            look = (look * 2).min(LAST_LOOK);
        }
    }

    /// One agent's states; whether there were any.
    async fn watch_one(&self, started: Instant) -> bool {
        let (mut was_live, error) = match Client::connect(self.parts.home.socket(), VERSION).await {
            Err(error) => (false, error),
            Ok(client) => match self.watch_client(client).await {
                Ok(()) => return false,
                Err(ended) => ended,
            },
        };
        let is_starting = started.elapsed() < STARTS_WITHIN;
        let mut state = self.lock();
        was_live |= matches!(state.connection, Connection::Live);
        state.connection = match error {
            ClientError::NotRunning(_) if is_starting && !was_live => Connection::Waiting,
            ClientError::NotRunning(_) => Connection::NotRunning,
            ClientError::Refused(refusal) if refusal.code == code::STOPPING => {
                Connection::NotRunning
            }
            error => Connection::Lost(error.to_string()),
        };
        drop(state);
        self.refresh();
        was_live
    }

    /// Until it ends; with how it ended, and whether it told a state before.
    async fn watch_client(&self, mut client: Client) -> Result<(), (bool, ClientError)> {
        if let Some(refusal) = client.upgrade_needed() {
            // This much is understood across versions.
            let status = match client.request(&Request::Status).await {
                Ok(Response::Status(status)) => Some(status),
                _ => None,
            };
            self.lock().connection = Connection::UpgradeNeeded {
                message: refusal.message,
                remedy: refusal.remedy,
                status,
            };
            self.refresh();
            return Ok(());
        }
        let mut states = client.watch(false).await.map_err(|error| (false, error))?;
        let mut was_live = false;
        loop {
            match states.next().await {
                Ok(WatchEvent::State(status)) => {
                    was_live = true;
                    self.note(*status);
                }
                Ok(WatchEvent::ShowWindow) => {}
                Err(error) => return Err((was_live, error)),
            }
        }
    }

    fn note(&self, status: Status) {
        let at = self.parts.clock.now();
        let status = Arc::new(status);
        let mut state = self.lock();
        state.pace.note(at, status.records.shipped);
        state.connection = Connection::Live;
        state.status = Some(Arc::clone(&status));
        drop(state);
        self.statuses.send_replace(Some(status));
        self.refresh();
    }
}

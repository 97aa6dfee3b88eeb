//! What a state does not carry and changes with it: sources, settings, the figures on show.

use super::Session;
use aco_domain::Status;
use aco_ipc::{Request, Response};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;

/// Figures move with every call of a tool; nobody reads faster than this.
const AT_MOST_EVERY: Duration = Duration::from_secs(2);

impl Session {
    /// Asks again whenever a state says that the answers are other ones.
    pub(super) async fn gather(self: Arc<Self>) {
        let mut statuses = self.statuses.subscribe();
        let mut seen: Option<Arc<Status>> = None;
        while statuses.changed().await.is_ok() {
            let Some(status) = statuses.borrow_and_update().clone() else {
                continue;
            };
            let before = seen.as_deref();
            let settings = before.is_none_or(|before| settings_changed(before, &status));
            let figures = before.is_none_or(|before| figures_changed(before, &status));
            if !settings && !figures {
                continue;
            }
            seen = Some(status);
            self.gather_now(settings, figures).await;
            sleep(AT_MOST_EVERY).await;
        }
    }

    async fn gather_now(&self, settings: bool, figures: bool) {
        // What is not answered stays as it was: the next state asks again.
        if settings && let Ok(Response::Settings(sheet)) = self.ask(&Request::Settings).await {
            self.lock().sheet = Some(*sheet);
            self.settings_changed_elsewhere();
        }
        if figures && let Ok(Response::Sources(sources)) = self.ask(&Request::Sources).await {
            self.lock().sources = Some(sources);
        }
        self.refresh();
        if figures {
            self.spend_changed().await;
        }
    }
}

fn settings_changed(before: &Status, now: &Status) -> bool {
    before.pid != now.pid
        || before.endpoint != now.endpoint
        || before.grafana != now.grafana
        || before.attention != now.attention
}

fn figures_changed(before: &Status, now: &Status) -> bool {
    before.pid != now.pid
        || before.spend != now.spend
        || before.outlook != now.outlook
        || before.limits != now.limits
        || before.reading != now.reading
}

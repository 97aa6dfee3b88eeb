//! "Test Connection": the doctor's steps as they pass.

use super::{Session, problem};
use aco_ipc::{Request, Response};
use aco_window::Test;
use std::sync::Arc;

impl Session {
    pub(crate) fn test_connection(self: &Arc<Self>) {
        self.change_test(|test| *test = Test::begun());
        let mut state = self.lock();
        if let Some(before) = state.testing.take() {
            before.abort();
        }
        state.testing = Some(tokio::spawn(Arc::clone(self).examine()));
    }

    pub(crate) fn stop_test(&self) {
        // Closing the connection ends what the agent does for it.
        let running = self.lock().testing.take();
        if let Some(running) = running.filter(|running| !running.is_finished()) {
            running.abort();
            self.change_test(Test::stopped);
        }
    }

    async fn examine(self: Arc<Self>) {
        let mut client = match self.connect().await {
            Ok(client) => client,
            Err(wrong) => {
                return self.change_test(|test| test.broke_off(&wrong.message, &wrong.remedy));
            }
        };
        let request = Request::Examine { send: true };
        let told = |news| match news {
            Response::Upcoming { check } => self.change_test(|test| test.upcoming(check)),
            Response::Step(step) => self.change_test(|test| test.step(step)),
            _ => {}
        };
        match client.request_with_news(&request, told).await {
            Ok(Response::Examined {
                healthy, answers, ..
            }) => self.change_test(|test| test.examined(healthy, answers)),
            Ok(_) => {
                let wrong = super::unexpected();
                self.change_test(|test| test.broke_off(&wrong.message, &wrong.remedy));
            }
            Err(error) => {
                let wrong = problem(&error);
                self.change_test(|test| test.broke_off(&wrong.message, &wrong.remedy));
            }
        }
    }

    fn change_test(&self, change: impl FnOnce(&mut Test)) {
        let mut state = self.lock();
        change(&mut state.test);
        let view = state.test.view();
        drop(state);
        self.tell("test", &view);
    }
}

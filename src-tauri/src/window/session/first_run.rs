//! The first run: nothing is set before the user says so.

use super::{Session, unexpected};
use aco_domain::{SettingChange, SettingProblem, SettingsSheet, Sources, Takes};
use aco_ipc::{Request, Response, Secret};
use aco_window::{FirstRunChoice, FirstRunFacts, FirstRunView, Problem};
use std::sync::Arc;

const ENDPOINT: &str = "ship.endpoint";

impl Session {
    pub(crate) async fn first_run(&self) -> Result<FirstRunView, Problem> {
        let mut client = self.connect().await?;
        let mut ask = async |request: &Request| {
            let answer = client.request(request).await;
            answer.map_err(|error| super::problem(&error))
        };
        let Response::Sources(sources) = ask(&Request::Sources).await? else {
            return Err(unexpected());
        };
        let Response::Settings(sheet) = ask(&Request::Settings).await? else {
            return Err(unexpected());
        };
        let mut state = self.lock();
        state.sources = Some(sources);
        state.sheet = Some(*sheet);
        drop(state);
        self.first_run_view(None, &[])
    }

    fn first_run_view(
        &self,
        typed: Option<&str>,
        problems: &[SettingProblem],
    ) -> Result<FirstRunView, Problem> {
        let now = self.now();
        let state = self.lock();
        let nothing = Sources::default();
        let facts = FirstRunFacts {
            sources: state.sources.as_ref().unwrap_or(&nothing),
            settings: state.sheet.as_ref().ok_or_else(unexpected)?,
            offers: &self.parts.offers,
            typed,
            problems,
            test: &state.test.view(),
        };
        Ok(FirstRunView::of(&facts, &now))
    }

    pub(crate) async fn try_first_run(
        self: &Arc<Self>,
        choice: FirstRunChoice,
    ) -> Result<FirstRunView, Problem> {
        let problems = self.connect_to(&choice).await?;
        let typed = choice.endpoint.as_deref();
        if problems.is_empty() {
            self.test_connection();
        }
        self.first_run_view(typed, &problems)
    }

    /// Nothing when all is done; else the view with what is not accepted.
    pub(crate) async fn finish_first_run(
        &self,
        choice: FirstRunChoice,
    ) -> Result<Option<FirstRunView>, Problem> {
        let problems = self.connect_to(&choice).await?;
        if !problems.is_empty() {
            let typed = choice.endpoint.as_deref();
            return self.first_run_view(typed, &problems).map(Some);
        }
        let sheet = self.lock().sheet.clone().ok_or_else(unexpected)?;
        let wishes = notifications(&sheet, choice.notify);
        if !wishes.is_empty() {
            self.change_file(wishes).await?;
        }
        let outside = &self.parts.outside;
        if outside.starts_at_login() != Ok(choice.start_at_login) {
            let set = outside.set_login(choice.start_at_login);
            set.map_err(|error| Problem::new(&error, "it can be set later, in the settings"))?;
        }
        self.parts.store.first_run_is_over();
        Ok(None)
    }

    pub(crate) fn skip_first_run(&self) {
        self.parts.store.first_run_is_over();
    }

    /// Sets the endpoint and gives its token; what is wrong with the endpoint, when nothing was set.
    async fn connect_to(&self, choice: &FirstRunChoice) -> Result<Vec<SettingProblem>, Problem> {
        let Response::Settings(sheet) = self.ask(&Request::Settings).await? else {
            return Err(unexpected());
        };
        let endpoint = choice.endpoint.as_deref().map(str::trim);
        let endpoint = endpoint.filter(|endpoint| !endpoint.is_empty());
        let mut settings = sheet.settings.iter();
        let in_force = settings.find(|setting| setting.key == ENDPOINT);
        let is_set = in_force.map_or("", |setting| &setting.value) == endpoint.unwrap_or_default();
        let is_fixed = in_force.is_some_and(|setting| setting.fixed_by().is_some());
        self.lock().sheet = Some(*sheet.clone());
        if !is_set && !is_fixed {
            let change = SettingChange {
                key: ENDPOINT.to_owned(),
                value: endpoint.map(str::to_owned),
            };
            let problems = self.change_file(vec![change]).await?;
            if !problems.is_empty() {
                return Ok(problems);
            }
        }
        let typed = choice.token.as_deref().map(str::trim);
        let typed = typed.filter(|token| !token.is_empty()).map(Secret::new);
        let found = self.parts.token_found.clone();
        let token = typed.or(found.filter(|_| choice.take_token_found));
        if let Some(token) = token.filter(|_| endpoint.is_some()) {
            self.order(&Request::SetToken { token }).await?;
        }
        Ok(Vec::new())
    }
}

/// Every kind of notification, switched on or left as it is.
fn notifications(sheet: &SettingsSheet, wanted: bool) -> Vec<SettingChange> {
    let settings = sheet.settings.iter().filter(|setting| {
        setting.key.starts_with("notifications.") && setting.takes == Takes::Flag
    });
    let changes = settings.map(|setting| SettingChange {
        key: setting.key.clone(),
        value: Some("true".to_owned()),
    });
    changes.filter(|_| wanted).collect()
}

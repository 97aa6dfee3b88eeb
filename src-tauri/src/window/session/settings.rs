//! The settings: what is in force, what was typed and not accepted, and why.

use super::{Session, unexpected};
use aco_domain::{Origin, SettingChange, SettingProblem, SettingsSheet};
use aco_ipc::{Request, Response, Secret};
use aco_window::{
    Change, Problem, START_AT_LOGIN, SettingsFacts, SettingsView, Subscription,
    subscription_changes,
};

/// What stands in fields and is not in force.
#[derive(Default)]
pub(super) struct Edits {
    typed: Vec<Change>,
    problems: Vec<SettingProblem>,
    subscriptions: Option<Vec<Subscription>>,
    token_problem: Option<String>,
}

impl Edits {
    /// What was typed in these fields before does not count any more.
    fn forget(&mut self, changes: &[Change]) {
        let is_changed = |key: &str| changes.iter().any(|change| change.key == key);
        self.typed.retain(|change| !is_changed(&change.key));
        self.problems
            .retain(|problem| !problem.key.as_deref().is_some_and(is_changed));
    }
}

impl Session {
    pub(crate) async fn settings(&self) -> Result<SettingsView, Problem> {
        let sheet = self.sheet().await?;
        let mut state = self.lock();
        state.sheet = Some(sheet);
        state.edits = Edits::default();
        drop(state);
        self.settings_view()
    }

    async fn sheet(&self) -> Result<SettingsSheet, Problem> {
        match self.ask(&Request::Settings).await? {
            Response::Settings(sheet) => Ok(*sheet),
            _ => Err(unexpected()),
        }
    }

    fn settings_view(&self) -> Result<SettingsView, Problem> {
        let starts_at_login = self.parts.outside.starts_at_login();
        let now = self.now();
        let state = self.lock();
        let sheet = state.sheet.as_ref().ok_or_else(unexpected)?;
        let facts = SettingsFacts {
            sheet,
            typed: &state.edits.typed,
            typed_subscriptions: state.edits.subscriptions.as_deref(),
            problems: &state.edits.problems,
            token_problem: state.edits.token_problem.as_deref(),
            starts_at_login: match &starts_at_login {
                Ok(starts) => Ok(*starts),
                Err(why) => Err(why),
            },
            sources: state.sources.as_ref(),
            test: &state.test.view(),
        };
        Ok(SettingsView::of(&facts, &now))
    }

    pub(super) fn settings_changed_elsewhere(&self) {
        if let Ok(view) = self.settings_view() {
            self.tell("settings", &view);
        }
    }

    pub(crate) async fn check_settings(
        &self,
        changes: Vec<Change>,
    ) -> Result<SettingsView, Problem> {
        let request = Request::CheckSettings {
            changes: in_the_file(&changes),
        };
        let Response::Checked { problems } = self.ask(&request).await? else {
            return Err(unexpected());
        };
        self.not_in_force(changes, problems);
        self.settings_view()
    }

    pub(crate) async fn change_settings(
        &self,
        changes: Vec<Change>,
    ) -> Result<SettingsView, Problem> {
        self.lock().edits.forget(&changes);
        let login = changes.iter().find(|change| change.key == START_AT_LOGIN);
        if let Some(login) = login {
            let on = login.value.as_deref() == Some("true");
            if let Err(what) = self.parts.outside.set_login(on) {
                self.lock().edits.problems.push(SettingProblem {
                    key: Some(START_AT_LOGIN.to_owned()),
                    origin: Origin::Default,
                    what,
                    remedy: String::new(),
                });
            }
        }
        let in_file = in_the_file(&changes);
        if !in_file.is_empty() {
            let problems = self.change_file(in_file).await?;
            if !problems.is_empty() {
                self.not_in_force(changes, problems);
            }
        }
        self.settings_view()
    }

    pub(crate) async fn change_subscriptions(
        &self,
        rows: Vec<Subscription>,
    ) -> Result<SettingsView, Problem> {
        let sheet = self.sheet().await?;
        let changes = subscription_changes(&sheet, &rows);
        let problems = self.change_file(changes).await?;
        let mut state = self.lock();
        let is_of_list = |problem: &SettingProblem| {
            let key = problem.key.as_deref();
            key.is_some_and(|key| key.starts_with("subscription."))
        };
        state.edits.problems.retain(|problem| !is_of_list(problem));
        state.edits.subscriptions = (!problems.is_empty()).then_some(rows);
        state.edits.problems.extend(problems);
        drop(state);
        self.settings_view()
    }

    /// Changes the file and keeps what is in force now; what is wrong, when nothing was changed.
    pub(super) async fn change_file(
        &self,
        changes: Vec<SettingChange>,
    ) -> Result<Vec<SettingProblem>, Problem> {
        match self.ask(&Request::ChangeSettings { changes }).await? {
            Response::Settings(sheet) => {
                self.lock().sheet = Some(*sheet);
                Ok(Vec::new())
            }
            Response::Checked { problems } => Ok(problems),
            _ => Err(unexpected()),
        }
    }

    fn not_in_force(&self, changes: Vec<Change>, problems: Vec<SettingProblem>) {
        let mut state = self.lock();
        state.edits.forget(&changes);
        state.edits.typed.extend(changes);
        state.edits.problems.extend(problems);
    }

    pub(crate) async fn set_token(&self, token: Secret) -> Result<SettingsView, Problem> {
        let stored = self.order(&Request::SetToken { token }).await;
        self.after_token(stored).await
    }

    pub(crate) async fn clear_token(&self) -> Result<SettingsView, Problem> {
        let cleared = self.order(&Request::ClearToken).await;
        self.after_token(cleared).await
    }

    /// What refused a token stands beside its field.
    async fn after_token(&self, done: Result<(), Problem>) -> Result<SettingsView, Problem> {
        let sheet = self.sheet().await?;
        let mut state = self.lock();
        state.sheet = Some(sheet);
        state.edits.token_problem = done
            .err()
            .map(|wrong| format!("{} {}", wrong.message, wrong.remedy));
        drop(state);
        self.settings_view()
    }
}

/// Those that are kept in `config.toml`. An empty field means what is built in.
fn in_the_file(changes: &[Change]) -> Vec<SettingChange> {
    let changes = changes.iter().filter(|change| change.key != START_AT_LOGIN);
    changes
        .map(|change| {
            let value = change.value.as_deref().map(str::trim);
            SettingChange {
                key: change.key.clone(),
                value: value.filter(|value| !value.is_empty()).map(str::to_owned),
            }
        })
        .collect()
}

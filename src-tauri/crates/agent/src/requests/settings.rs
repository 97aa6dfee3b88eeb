//! Requests that show and change what the user decided: the settings, and the token.

use super::{done, failed};
use crate::agent::Agent;
use crate::events::TARGET;
use crate::reloading::config_attention;
use aco_config::{
    Config, ConfigError, EditError, PriceUpdate, Problem, SecretStore as _, Token, TokenFile,
    TokenLookup, edit, sheet,
};
use aco_domain::{
    Contact, ContactBy, Setting, SettingChange, SettingProblem, SettingsSheet, TokenState,
};
use aco_ipc::{Refusal, Response, Secret, code};

/// What changes would make of the file.
struct Edited {
    text: String,
    /// What would be wrong because of them.
    problems: Vec<SettingProblem>,
}

impl Agent {
    pub(super) fn settings_sheet(&self) -> Response {
        Response::Settings(Box::new(self.sheet()))
    }

    pub(super) fn check_settings(&self, changes: &[SettingChange]) -> Response {
        match self.edited(changes) {
            Ok(Edited { problems, .. }) => Response::Checked { problems },
            Err(refusal) => Response::Error(refusal),
        }
    }

    /// Writes all changes or none, and goes on by them.
    pub(super) fn change_settings(&mut self, changes: &[SettingChange]) -> Response {
        let edited = match self.edited(changes) {
            Ok(edited) => edited,
            Err(refusal) => return Response::Error(refusal),
        };
        if !edited.problems.is_empty() {
            let problems = edited.problems;
            return Response::Checked { problems };
        }
        if let Err(error) = self.source.write(&edited.text) {
            return failed(error.to_string(), "nothing has changed; try again then");
        }
        for change in changes {
            // Names only: a value may be anything.
            log::info!(target: TARGET, "the setting {} was changed", change.key);
        }
        self.reload();
        self.settings_sheet()
    }

    pub(super) fn set_token(&mut self, token: &Secret) -> Response {
        let refused =
            |code, what: String, remedy: &str| Response::Error(Refusal::new(code, what, remedy));
        let token = match Token::parse(token.expose()) {
            Ok(token) => token,
            Err(wrong) => return refused(code::BAD_VALUE, wrong.what, &wrong.remedy),
        };
        let Some(endpoint) = self.settings.config.ship.endpoint.value.clone() else {
            let what = "a token is bound to an endpoint, and none is configured";
            return refused(code::NO_ENDPOINT, what.into(), "set `ship.endpoint` first");
        };
        // Before anybody could log it.
        self.foundation.masker.add_secret(token.expose());
        let path = self.foundation.home.token_file();
        if let Err(error) = TokenFile::new(path.clone()).save(&token, &endpoint) {
            return failed(error.to_string(), "the token of before is in force");
        }
        self.reload();
        let place = path.display();
        done(
            Ok(()),
            &format!("the token is kept in {place} for {endpoint} and sent to nobody else"),
        )
    }

    pub(super) fn clear_token(&mut self) -> Response {
        let cleared = TokenFile::new(self.foundation.home.token_file()).clear();
        self.reload();
        match cleared {
            Ok(true) => done(Ok(()), "the token is forgotten"),
            Ok(false) => done(Ok(()), "there was no token"),
            Err(error) => failed(error.to_string(), "forget it again then"),
        }
    }

    fn sheet(&self) -> SettingsSheet {
        let config = &self.settings.config;
        let (settings, lists) = sheet(config);
        let problems = match self.source.load(None) {
            Ok(_) => Vec::new(),
            Err(error) => problems_of(&error, self.source.config_file()),
        };
        SettingsSheet {
            file: self.source.config_file().to_owned(),
            problems,
            warnings: self.settings.warnings.iter().map(Into::into).collect(),
            settings,
            lists,
            token: token_state(config.token(&TokenFile::new(self.foundation.home.token_file()))),
            contacts: contacts(config),
        }
    }

    /// Edits the text of the file in memory and reads what came out, as any start would.
    fn edited(&self, changes: &[SettingChange]) -> Result<Edited, Refusal> {
        let text = self.source.text().map_err(|error| {
            let attention = config_attention(&error);
            Refusal::new(code::CONFIG_INVALID, attention.what, attention.remedy)
        })?;
        let (settings, _) = sheet(&self.settings.config);
        let mut problems: Vec<_> = changes
            .iter()
            .filter_map(|change| fixed(&settings, &change.key))
            .collect();
        let edited = match edit(&text, changes) {
            Ok(edited) => edited,
            Err(EditError::Syntax(wrong)) => {
                return Err(Refusal::new(code::CONFIG_INVALID, wrong.what, wrong.remedy));
            }
            Err(EditError::Key { key, wrong }) => {
                problems.push(SettingProblem {
                    key: Some(key),
                    origin: aco_domain::Origin::Default,
                    what: wrong.what,
                    remedy: wrong.remedy,
                });
                return Ok(Edited { text, problems });
            }
        };
        let before = self.source.judge(&text);
        let after = self.source.judge(&edited);
        // What was wrong before and is not meant now must not be in the way of mending it.
        let is_news = |problem: &&Problem| {
            let is_known = before.iter().any(|known| {
                (&known.key, known.entry, &known.wrong)
                    == (&problem.key, problem.entry, &problem.wrong)
            });
            let problem = SettingProblem::from(*problem);
            let is_meant = changes
                .iter()
                .any(|change| Some(&change.key) == problem.key.as_ref());
            is_meant || !is_known
        };
        problems.extend(after.iter().filter(is_news).map(SettingProblem::from));
        Ok(Edited {
            text: edited,
            problems,
        })
    }
}

/// Why a change of the file would change nothing.
fn fixed(settings: &[Setting], key: &str) -> Option<SettingProblem> {
    let setting = settings.iter().find(|setting| setting.key == key)?;
    let variable = setting.fixed_by()?;
    Some(SettingProblem {
        key: Some(key.to_owned()),
        origin: setting.origin.clone(),
        what: format!("${variable} goes before the file"),
        remedy: format!("unset {variable} where the agent is started"),
    })
}

/// What is wrong, in the words of its key where there is one.
fn problems_of(error: &ConfigError, file: &std::path::Path) -> Vec<SettingProblem> {
    match error {
        ConfigError::Invalid(problems) => problems.iter().map(Into::into).collect(),
        ConfigError::File(error) => vec![SettingProblem {
            key: None,
            origin: aco_domain::Origin::File {
                path: file.to_owned(),
                line: 1,
            },
            what: error.to_string(),
            remedy: "check that it belongs to you".into(),
        }],
    }
}

fn token_state(lookup: TokenLookup) -> TokenState {
    match lookup {
        TokenLookup::None => TokenState::None,
        TokenLookup::Found(token) => TokenState::Present {
            origin: token.origin,
        },
        TokenLookup::OtherEndpoint { saved_for } => TokenState::OtherEndpoint {
            saved_for: saved_for.to_string(),
        },
        TokenLookup::Unreadable(wrong) => TokenState::Unusable {
            what: wrong.what,
            remedy: wrong.remedy,
        },
    }
}

/// Every host this program may contact, by these settings.
fn contacts(config: &Config) -> Vec<Contact> {
    let mut contacts = Vec::new();
    if let Some(endpoint) = &config.ship.endpoint.value {
        let what = match config.ship.metrics.value {
            true => "log records and metrics are sent there",
            false => "log records are sent there",
        };
        contacts.push(Contact {
            host: format!("{}:{}", endpoint.host(), endpoint.port()),
            by: ContactBy::Program,
            purpose: what.to_owned(),
        });
    }
    if let Some(grafana) = &config.grafana.url.value {
        contacts.push(Contact {
            host: grafana.clone(),
            by: ContactBy::Browser,
            purpose: "links lead there, and only your browser follows one".to_owned(),
        });
    }
    if config.price_updates.update.value == PriceUpdate::Weekly {
        contacts.push(Contact {
            host: aco_prices::PUBLIC_DATA.to_owned(),
            by: ContactBy::Program,
            purpose: "newer prices are fetched there once a week; nothing is sent".to_owned(),
        });
    }
    contacts
}

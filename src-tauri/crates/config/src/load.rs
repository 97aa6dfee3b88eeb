//! From a file and an environment to the effective configuration.

use crate::problem::{ConfigError, Problem, Wrong};
use crate::reader::Document;
use crate::template::TEMPLATE;
use crate::{Config, SecretStore, TokenLookup, environment, schema};
use aco_domain::Origin;
use aco_home::{Environment, FileError};
use std::io;
use std::path::Path;

/// A valid configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// What is in force.
    pub config: Config,
    /// What is legal but probably not meant.
    pub warnings: Vec<Problem>,
}

/// The text of the file, for who edits it; the commented one where there is none.
///
/// # Errors
/// When it cannot be read, or is not UTF-8.
pub fn text(path: &Path) -> Result<String, ConfigError> {
    Ok(read(path)?.unwrap_or_else(|| TEMPLATE.to_owned()))
}

/// Nothing where there is no file.
fn read(path: &Path) -> Result<Option<String>, ConfigError> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(FileError::during("read", path)(error).into()),
    };
    String::from_utf8(bytes).map(Some).map_err(|error| {
        let valid = error.as_bytes().get(..error.utf8_error().valid_up_to());
        let valid = valid.unwrap_or_default().iter();
        let line = valid.filter(|&&byte| byte == b'\n').count() + 1;
        let origin = Origin::File {
            path: path.to_owned(),
            line,
        };
        let wrong = Wrong::new("this is not UTF-8", "save the file as UTF-8");
        ConfigError::Invalid(vec![Problem {
            origin,
            key: None,
            entry: None,
            wrong,
        }])
    })
}

impl Config {
    /// Reads the file, or takes the defaults when there is none. The environment goes before the
    /// file, for a caller that passes one.
    ///
    /// # Errors
    /// Everything that is wrong with either at once, or why the file could not be read.
    pub fn load(path: &Path, overlay: Option<&Environment>) -> Result<Loaded, ConfigError> {
        Self::parse(&read(path)?.unwrap_or_default(), path, overlay)
    }

    /// Reads the text of a file that lies at `path`.
    ///
    /// # Errors
    /// Everything that is wrong with it and with the environment.
    pub fn parse(
        text: &str,
        path: &Path,
        overlay: Option<&Environment>,
    ) -> Result<Loaded, ConfigError> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let document = Document::new(path, text);
        let (mut config, mut problems) = document.read(|root| schema::config(root, folder));
        let mut warnings = Vec::new();
        if let Some(env) = overlay {
            let found = environment::apply(&mut config, env);
            problems.extend(found.problems);
            warnings.extend(found.warnings);
        }
        if !problems.is_empty() {
            return Err(ConfigError::Invalid(problems));
        }
        let endpoint = &config.ship.endpoint;
        if let Some(wrong) = endpoint.value.as_ref().and_then(crate::Endpoint::doubt) {
            let key = Some("ship.endpoint".to_owned());
            warnings.push(Problem {
                origin: endpoint.origin.clone(),
                key,
                entry: None,
                wrong,
            });
        }
        Ok(Loaded { config, warnings })
    }

    /// The token for the configured endpoint: the environment's, else the stored one. None without
    /// an endpoint. Whether it may be sent is another question: [`crate::may_send_token`].
    #[must_use]
    pub fn token(&self, store: &impl SecretStore) -> TokenLookup {
        match (&self.ship.endpoint.value, &self.ship.token) {
            (None, _) => TokenLookup::None,
            (Some(_), Some(token)) => TokenLookup::Found(token.clone()),
            (Some(endpoint), None) => store.load_for(endpoint),
        }
    }
}

#[cfg(test)]
#[path = "load_tests.rs"]
mod tests;

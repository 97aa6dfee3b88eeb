//! What can be wrong, in words: where, what, and what to do.

use aco_domain::Origin;
use aco_home::FileError;
use std::fmt;

/// A value that cannot be what it should be. The words never hold a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}; {remedy}")]
pub struct Wrong {
    /// What is wrong with it.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

impl Wrong {
    pub(crate) fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}

/// One thing wrong with the configuration, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file and line, or the variable.
    pub origin: Origin,
    /// The key with its section (`ship.endpoint`); nothing when it is none, as in bad syntax.
    pub key: Option<String>,
    /// Which entry it is in, from 0, when the key is one of a list's.
    pub entry: Option<usize>,
    /// What is wrong, and what to do.
    pub wrong: Wrong,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.origin)?;
        if let Some(key) = &self.key {
            write!(f, "{key}: ")?;
        }
        write!(f, "{}", self.wrong)
    }
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Everything that is wrong with its content, in the order of the lines.
    #[error("{}", lines(.0))]
    Invalid(Vec<Problem>),
    /// The file could not be read.
    #[error(transparent)]
    File(#[from] FileError),
}

fn lines(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

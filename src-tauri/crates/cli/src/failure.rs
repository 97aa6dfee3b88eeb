//! How a command ends when it cannot do what was asked.

use aco_agent::FoundationError;
use aco_config::ConfigError;
use aco_home::{FileError, HomeError, LockError};
use aco_ipc::ClientError;
use std::process::ExitCode;

/// A message for people, and the exit code for scripts.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    code: u8,
}

impl Failure {
    /// It was tried and did not work: exit code 1.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: 1,
        }
    }

    /// It was asked for wrongly, or the configuration is wrong: exit code 2.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: 2,
        }
    }

    /// The agent answered something else than was asked: a defect.
    pub(crate) fn unexpected(response: &aco_ipc::Response) -> Self {
        Self::failed(format!("the agent gave an unexpected answer: {response:?}"))
    }

    /// Says it on standard error.
    pub(crate) fn report(&self) -> ExitCode {
        crate::output::complain(&format!("aco: {}", self.message));
        ExitCode::from(self.code)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<HomeError> for Failure {
    fn from(error: HomeError) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        match error {
            ConfigError::Invalid(_) => Self::usage(error.to_string()),
            ConfigError::File(error) => error.into(),
        }
    }
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        Self::failed(error.to_string())
    }
}

impl From<FoundationError> for Failure {
    fn from(error: FoundationError) -> Self {
        match error {
            FoundationError::Lock(error) => error.into(),
            error => Self::failed(error.to_string()),
        }
    }
}

impl From<LockError> for Failure {
    fn from(error: LockError) -> Self {
        Self::failed(match error {
            LockError::Held { .. } => format!(
                "{error}; one process at a time has a home: use that one (`aco status`), end it, \
                 or set ACO_HOME to another folder"
            ),
            LockError::File(error) => error.to_string(),
        })
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::failed(format!("the answer cannot be written as JSON: {error}"))
    }
}

impl From<aco_ledger::Error> for Failure {
    fn from(error: aco_ledger::Error) -> Self {
        Self::failed(error.to_string())
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        Self::failed(error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::failed(error.to_string())
    }
}

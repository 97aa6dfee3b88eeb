//! How a command ends when it cannot do what was asked.

use aco_agent::FoundationError;
use aco_config::ConfigError;
use aco_home::{FileError, HomeError};
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

    /// Says it on standard error.
    pub(crate) fn report(&self) -> ExitCode {
        crate::output::complain(&format!("aco: {}", self.message));
        ExitCode::from(self.code)
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

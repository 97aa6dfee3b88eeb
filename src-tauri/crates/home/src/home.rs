//! Where everything lies.

use crate::hash::sha256_hex;
use crate::{Environment, FileError, platform};
use std::path::{Path, PathBuf};

/// The folders of one installation.
///
/// | `ACO_HOME` | configuration | everything else |
/// |---|---|---|
/// | set | below it | below it |
/// | unset, Linux | `$XDG_CONFIG_HOME/ai-cost-observer` | `$XDG_DATA_HOME/ai-cost-observer` |
/// | unset, macOS | `~/Library/Application Support/<bundle id>` | the same |
/// | unset, Windows | `%APPDATA%\<bundle id>` | `%LOCALAPPDATA%\<bundle id>` |
///
/// # The socket
/// An address of a Unix socket holds about 100 bytes (`sun_path`: 104 on macOS, 108 on Linux), so
/// the first of these that applies and fits is taken:
/// 1. `$XDG_RUNTIME_DIR/ai-cost-observer/<hash>.sock`, unless `ACO_HOME` is set,
/// 2. `<home>/run/agent.sock`,
/// 3. `/tmp/aco-<hash>/agent.sock`.
///
/// `<hash>` is the first 8 hexadecimal digits of the SHA-256 of the home's path: two homes never
/// share a socket. With `ACO_HOME` the address depends on nothing else; without it, agent and
/// client must see the same `XDG_RUNTIME_DIR`, as they do in one login. On Windows it is the pipe
/// `\\.\pipe\ai-cost-observer-<hash>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    config: PathBuf,
    data: PathBuf,
    socket: PathBuf,
}

/// Nothing says where the home is.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{what}; set ACO_HOME to the absolute path of a folder for AI Cost Observer's files")]
pub struct HomeError {
    what: String,
}

impl Home {
    /// Finds the folders. Creates nothing.
    ///
    /// # Errors
    /// When `ACO_HOME` is relative, or unset while the platform's own variables (`HOME`,
    /// `APPDATA`, `LOCALAPPDATA`) are missing too.
    pub fn resolve(env: &Environment) -> Result<Self, HomeError> {
        if let Some(home) = env.get("ACO_HOME").map(PathBuf::from) {
            if !home.is_absolute() {
                // Two programs started in different folders would mean different homes by it.
                let what = format!("ACO_HOME is the relative path `{}`", home.display());
                return Err(HomeError { what });
            }
            // `/h/` and `/./h` are `/h`, and have its socket.
            let home: PathBuf = home.components().collect();
            let socket = platform::socket(None, &home, &short_hash(&home));
            return Ok(Self {
                config: home.clone(),
                data: home,
                socket,
            });
        }
        let (config, data) = platform::product_folders(env).map_err(|variable| HomeError {
            what: format!("${variable} is not set to an absolute path"),
        })?;
        let runtime = env.absolute_path("XDG_RUNTIME_DIR");
        let socket = platform::socket(runtime.as_deref(), &data, &short_hash(&data));
        Ok(Self {
            config,
            data,
            socket,
        })
    }

    /// Creates the folders that are missing, for this user alone (see
    /// [`platform::create_private_folder`]).
    ///
    /// # Errors
    /// When one cannot be created.
    pub fn create(&self) -> Result<(), FileError> {
        for folder in [
            &self.config,
            &self.data,
            &self.log_folder(),
            &self.spool_folder(),
        ] {
            platform::create_private_folder(folder)
                .map_err(FileError::during("create the folder", folder))?;
        }
        Ok(())
    }

    /// The folder that names this home to people and in messages: the one with its data.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.data
    }

    /// `config.toml`.
    #[must_use]
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// The user's own price data, in the format of `genai-prices`, in place of the embedded one.
    #[must_use]
    pub fn prices_file(&self) -> PathBuf {
        self.config.join("prices.json")
    }

    /// Price data that was fetched and waits to be taken.
    #[must_use]
    pub fn offered_prices_file(&self) -> PathBuf {
        self.data.join("prices-offered.json")
    }

    /// The folder of the local log.
    #[must_use]
    pub fn log_folder(&self) -> PathBuf {
        self.data.join("logs")
    }

    /// The local log that is being written; rotated ones stand beside it.
    #[must_use]
    pub fn log_file(&self) -> PathBuf {
        self.log_folder().join("ai-cost-observer.log")
    }

    /// The folder of the spool.
    #[must_use]
    pub fn spool_folder(&self) -> PathBuf {
        self.data.join("spool")
    }

    /// What the agent remembers over a restart: [`crate::AgentStore`].
    #[must_use]
    pub fn state_file(&self) -> PathBuf {
        self.data.join("state")
    }

    /// What the tray has told without being asked, so that a restart does not tell it again.
    #[must_use]
    pub fn notices_file(&self) -> PathBuf {
        self.data.join("notices")
    }

    /// What the window remembers: colours, its size, what it has said. The window writes it.
    #[must_use]
    pub fn window_file(&self) -> PathBuf {
        self.data.join("window")
    }

    /// Totals behind the metrics: [`crate::MetricStore`].
    #[must_use]
    pub fn metrics_file(&self) -> PathBuf {
        self.data.join("metrics")
    }

    /// What tools said of their limits, and what was told: [`crate::AlertStore`].
    #[must_use]
    pub fn alerts_file(&self) -> PathBuf {
        self.data.join("alerts")
    }

    /// Who this installation is: [`crate::Installation`].
    #[must_use]
    pub fn installation_file(&self) -> PathBuf {
        self.data.join("installation")
    }

    /// The bearer token, when it is kept in a file.
    #[must_use]
    pub fn token_file(&self) -> PathBuf {
        self.data.join("token")
    }

    /// The ledger: what the AI tools used, and what that costs.
    #[must_use]
    pub fn ledger_file(&self) -> PathBuf {
        self.data.join("ledger.db")
    }

    /// By what names become pseudonyms: [`crate::PseudonymKey`].
    #[must_use]
    pub fn pseudonym_key_file(&self) -> PathBuf {
        self.data.join("pseudonym-key")
    }

    /// The home's lock: [`crate::HomeLock`].
    #[must_use]
    pub fn lock_file(&self) -> PathBuf {
        self.data.join("agent.lock")
    }

    /// Where the agent listens: the path of a Unix socket, or the name of a Windows pipe.
    #[must_use]
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Creates the socket's folder with mode 0700, or gives it that mode. Nothing on Windows.
    ///
    /// # Errors
    /// When it cannot be created or is not ours: in `/tmp` somebody else may have been first.
    pub fn create_socket_folder(&self) -> Result<(), FileError> {
        platform::create_socket_folder(&self.socket).map_err(FileError::during(
            "prepare the folder of the socket",
            &self.socket,
        ))
    }
}

fn short_hash(home: &Path) -> String {
    let mut hash = sha256_hex(&[home.as_os_str().as_encoded_bytes()]);
    hash.truncate(8);
    hash
}

#[cfg(test)]
#[path = "home_tests.rs"]
mod tests;

//! What the configuration and the token mean for shipping, and noticing when they change.

use aco_config::{
    Config, ConfigError, Endpoint, Loaded, Problem, Sourced, Token, TokenFile, TokenLookup,
};
use aco_domain::{Attention, EndpointStatus};
use aco_home::{Environment, FileError, Home, platform};
use aco_telemetry::dispatch::Masker;
use aco_telemetry::ship::Destination;
use log::LevelFilter;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Where settings come from; read again whenever something changed.
#[derive(Clone, Debug)]
pub struct SettingsSource {
    config_file: PathBuf,
    token_file: PathBuf,
    /// The environment, for a program that honours it. The tray passes none.
    overlay: Option<Environment>,
}

/// A configuration and what follows from it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Every value and where it came from.
    pub config: Config,
    /// What is legal but probably not meant.
    pub warnings: Vec<Problem>,
    /// Where records go, or why they do not.
    pub(crate) shipping: Shipping,
    /// What the files looked like just before they were read.
    pub(crate) fingerprint: Fingerprint,
}

#[derive(Clone, Debug)]
pub(crate) enum Shipping {
    /// No endpoint is configured.
    Local,
    /// To this one.
    To {
        destination: Arc<Destination>,
        endpoint: EndpointStatus,
    },
    /// There is one, and it cannot be used as things stand.
    Withheld {
        endpoint: EndpointStatus,
        attention: Attention,
    },
}

impl SettingsSource {
    /// The files of `home`, and the environment for a program that honours it.
    #[must_use]
    pub fn new(home: &Home, overlay: Option<Environment>) -> Self {
        Self {
            config_file: home.config_file(),
            token_file: home.token_file(),
            overlay,
        }
    }

    /// Reads everything. Secrets are told to `masker` before anybody could log one.
    ///
    /// # Errors
    /// Everything that is wrong with the configuration at once.
    pub fn load(&self, masker: Option<&Masker>) -> Result<Settings, ConfigError> {
        // Stamped before they are read: what is written meanwhile is noticed by the next look.
        let (config_file, token_file) = (stamp(&self.config_file), stamp(&self.token_file));
        let Loaded { config, warnings } = Config::load(&self.config_file, self.overlay.as_ref())?;
        let lookup = config.token(&TokenFile::new(self.token_file.clone()));
        if let Some(masker) = masker {
            if let TokenLookup::Found(token) = &lookup {
                masker.add_secret(token.value.expose());
            }
            for header in &config.ship.headers {
                let value = header.value.expose();
                // No key is shorter, and masking a tenant's name everywhere would help nobody.
                if value.len() >= 8 {
                    masker.add_secret(value);
                }
            }
        }
        let fingerprint = Fingerprint {
            config_file,
            token_file,
            ca_file: config.ship.ca_file.value.as_deref().and_then(stamp),
        };
        let shipping = shipping(&config, lookup);
        Ok(Settings {
            config,
            warnings,
            shipping,
            fingerprint,
        })
    }

    /// Reads everything; where the configuration is invalid, the built-in defaults and what is wrong
    /// with it. For a program that records all the same.
    #[must_use]
    pub fn load_or_defaults(&self, masker: Option<&Masker>) -> (Settings, Option<Attention>) {
        // Before the reading, as there: a correction in between must be noticed.
        let (config_file, token_file) = (stamp(&self.config_file), stamp(&self.token_file));
        match self.load(masker) {
            Ok(settings) => (settings, None),
            Err(error) => {
                let settings = Settings {
                    config: Config::default(),
                    warnings: Vec::new(),
                    shipping: Shipping::Local,
                    fingerprint: Fingerprint {
                        config_file,
                        token_file,
                        ca_file: None,
                    },
                };
                (settings, Some(crate::config_attention(&error)))
            }
        }
    }

    /// The configuration's file.
    pub(crate) fn config_file(&self) -> &Path {
        &self.config_file
    }

    /// The text of the file; the one that is written at first start where there is none.
    ///
    /// # Errors
    /// When it cannot be read, or is no text.
    pub(crate) fn text(&self) -> Result<String, ConfigError> {
        aco_config::text(&self.config_file)
    }

    /// What is wrong with such a text, the environment over it.
    pub(crate) fn judge(&self, text: &str) -> Vec<Problem> {
        match Config::parse(text, &self.config_file, self.overlay.as_ref()) {
            Ok(_) => Vec::new(),
            Err(ConfigError::Invalid(problems)) => problems,
            // A text is parsed without reading a file.
            Err(ConfigError::File(_)) => Vec::new(),
        }
    }

    /// Puts a text in the file's place, in one step. A link stays, and what it leads to is written.
    ///
    /// # Errors
    /// When that cannot be written; the file is as it was.
    pub(crate) fn write(&self, text: &str) -> Result<(), FileError> {
        let path = fs::canonicalize(&self.config_file);
        let path = path.unwrap_or_else(|_| self.config_file.clone());
        platform::write_atomically(&path, text.as_bytes())
            .map_err(FileError::during("write", &path))
    }

    /// Differs from the last one when a file changed that was read. Looked at with each scan: a
    /// watcher would be one more thread for something that happens once a month.
    pub(crate) fn fingerprint(&self, settings: &Settings) -> Fingerprint {
        let ca_file = settings.config.ship.ca_file.value.as_deref();
        Fingerprint {
            config_file: stamp(&self.config_file),
            token_file: stamp(&self.token_file),
            ca_file: ca_file.and_then(stamp),
        }
    }
}

/// Length and modification time; nothing for a file that is not there.
type Stamp = Option<(u64, SystemTime)>;

/// How the files look that settings come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    config_file: Stamp,
    token_file: Stamp,
    ca_file: Stamp,
}

fn stamp(path: &Path) -> Stamp {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.len(), metadata.modified().ok()?))
}

impl Settings {
    /// Where records may go now.
    #[must_use]
    pub fn destination(&self) -> Option<Arc<Destination>> {
        match &self.shipping {
            Shipping::To { destination, .. } => Some(Arc::clone(destination)),
            Shipping::Local | Shipping::Withheld { .. } => None,
        }
    }

    /// How often metrics are exported; nothing when they are not.
    pub(crate) fn metrics_every(&self) -> Option<Duration> {
        let ship = &self.config.ship;
        ship.metrics.value.then_some(ship.metrics_interval.value)
    }

    /// The endpoint as a status shows it.
    #[must_use]
    pub fn endpoint(&self) -> Option<EndpointStatus> {
        match &self.shipping {
            Shipping::Local => None,
            Shipping::To { endpoint, .. } | Shipping::Withheld { endpoint, .. } => {
                Some(endpoint.clone())
            }
        }
    }

    /// Why nothing is sent although there is an endpoint.
    #[must_use]
    pub fn attention(&self) -> Option<Attention> {
        match &self.shipping {
            Shipping::Withheld { attention, .. } => Some(attention.clone()),
            Shipping::Local | Shipping::To { .. } => None,
        }
    }
}

fn shipping(config: &Config, lookup: TokenLookup) -> Shipping {
    let ship = &config.ship;
    let Some(address) = &ship.endpoint.value else {
        return Shipping::Local;
    };
    let (token, problem) = match lookup {
        TokenLookup::Found(token) => (Some(token), None),
        TokenLookup::None => (None, None),
        TokenLookup::OtherEndpoint { saved_for } => (
            None,
            Some(Attention {
                code: "token_for_other_endpoint".into(),
                what: format!("the stored token was saved for {saved_for}, not for {address}"),
                remedy: "give the token for this endpoint: aco token set".into(),
            }),
        ),
        TokenLookup::Unreadable(wrong) => (
            None,
            Some(Attention {
                code: "token_unreadable".into(),
                what: wrong.what,
                remedy: wrong.remedy,
            }),
        ),
    };
    let endpoint = EndpointStatus {
        url: address.to_string(),
        origin: ship.endpoint.origin.clone(),
        tls: address.tls(),
        token: token.as_ref().map(|token| token.origin.clone()),
    };
    let built = match problem {
        Some(attention) => Err(attention),
        None => destination(config, address, token.map(|token| token.value).as_ref()),
    };
    match built {
        Ok(destination) => Shipping::To {
            destination: Arc::new(destination),
            endpoint,
        },
        Err(attention) => Shipping::Withheld {
            endpoint,
            attention,
        },
    }
}

fn destination(
    config: &Config,
    address: &Endpoint,
    token: Option<&Token>,
) -> Result<Destination, Attention> {
    let ship = &config.ship;
    let unusable = |code: &str, what: String, remedy: &str| Attention {
        code: code.into(),
        what,
        remedy: remedy.into(),
    };
    // Headers are secrets too: mostly they hold a key.
    if (token.is_some() || !ship.headers.is_empty())
        && let Err(refused) = aco_config::may_send_token(address, ship.allow_plaintext.value)
    {
        return Err(unusable(
            "plaintext_refused",
            refused.to_string(),
            "use an https:// endpoint, or set `ship.allow_plaintext = true` if you accept that",
        ));
    }
    let mut destination = Destination::new(address.to_string());
    if let Some(timeout) = &ship.timeout {
        destination.timeout = timeout.value;
    }
    if let Some(path) = &ship.ca_file.value {
        destination.ca_pem = Some(fs::read(path).map_err(|error| {
            unusable(
                "ca_file_unreadable",
                format!("{}: the CA file cannot be read: {error}", path.display()),
                "check `ship.ca_file`: it is the PEM file of the CA that signed the endpoint's \
                 certificate",
            )
        })?);
    }
    let bad_header = |what| unusable("header_unusable", what, "check OTEL_EXPORTER_OTLP_HEADERS");
    for header in &ship.headers {
        destination = destination
            .with_header(&header.value.name, header.value.expose())
            .map_err(bad_header)?;
    }
    if let Some(token) = token {
        let value = format!("Bearer {}", token.expose());
        destination = destination
            .with_header("authorization", &value)
            .map_err(bad_header)?;
    }
    Ok(destination)
}

/// The sections whose values are taken once, when the agent starts.
///
/// Values only: a line added above one moves it and changes nothing.
pub(crate) fn needs_a_restart(running: &Config, now: &Config) -> Vec<&'static str> {
    let levels = |levels: &BTreeMap<String, Sourced<LevelFilter>>| -> BTreeMap<String, _> {
        let values = levels.iter();
        values
            .map(|(target, level)| (target.clone(), level.value))
            .collect()
    };
    let resource = |config: &Config| -> Vec<_> {
        let attributes = config.ship.resource.iter();
        attributes
            .map(|attribute| attribute.value.clone())
            .collect()
    };
    let log = |config: &Config| {
        let log = &config.log;
        (log.level.value, log.others.value, levels(&log.targets))
    };
    let shipped = |config: &Config| (config.ship.level.value, levels(&config.ship.targets));
    let limits = |config: &Config| (config.spool.max_bytes.value, config.spool.max_age.value);
    let who = |config: &Config| (config.ship.environment.value.clone(), resource(config));
    [
        ("[log]", log(running) != log(now)),
        (
            "ship.level and [ship.targets]",
            shipped(running) != shipped(now),
        ),
        ("[spool]", limits(running) != limits(now)),
        (
            "ship.environment and OTEL_RESOURCE_ATTRIBUTES",
            who(running) != who(now),
        ),
    ]
    .into_iter()
    .filter_map(|(name, differs)| differs.then_some(name))
    .collect()
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;

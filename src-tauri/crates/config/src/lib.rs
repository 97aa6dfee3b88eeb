//! What the user decided: `config.toml` over built-in defaults, the environment over that, and the
//! token.
//!
//! [`Config::load`] answers with every effective value and where it came from ([`Sourced`]), or
//! with everything that is wrong at once, each with its line and its remedy ([`Problem`]). An
//! unknown key is an error: a misspelt `allow_plaintext` that is silently ignored is worse than a
//! program that does not start.
//!
//! The token is not configuration: it is a secret in a place of its own ([`SecretStore`]), bound to
//! the endpoint it was saved for, and never part of anything that is printed.
//!
//! What may not enter: the process environment (it arrives as an [`aco_home::Environment`]; a
//! caller that honours none, like the tray, passes none), the network, and any decision about what
//! to do with a value.

mod edit;
mod endpoint;
mod environment;
mod load;
mod model;
mod pairs;
mod problem;
mod reader;
mod schema;
mod sheet;
mod show;
mod template;
mod token;
mod token_file;
mod value;

pub use aco_domain::Basis;
pub use edit::{EditError, edit};
pub use endpoint::{Endpoint, PlaintextRefused, may_send_token};
pub use load::{Loaded, text};
pub use model::{
    Budget, Config, Date, Grafana, Header, Log, Notifications, Period, Price, PriceUpdate,
    PriceUpdates, Privacy, Scan, Ship, Sourced, Spool, Subscription, Tool,
};
pub use problem::{ConfigError, Problem, Wrong};
pub use sheet::sheet;
pub use show::show;
pub use template::write_default_config;
pub use token::{SecretStore, StoreError, Token, TokenLookup};
pub use token_file::TokenFile;

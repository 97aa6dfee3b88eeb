//! `aco config path|show|check`

use crate::arguments::Config;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{complain, say};
use aco_config::TokenFile;
use std::process::ExitCode;

pub(crate) fn config(context: &Context, command: &Config) -> Result<ExitCode, Failure> {
    let path = context.home.config_file();
    match command {
        Config::Path => say(&path.display().to_string()),
        Config::Show => {
            let settings = context.settings()?;
            let token = settings
                .config
                .token(&TokenFile::new(context.home.token_file()));
            say(aco_config::show(&settings.config, &token).trim_end());
        }
        Config::Check => {
            let settings = context.settings()?;
            for warning in &settings.warnings {
                complain(&format!("aco: {warning}"));
            }
            let found = if path.exists() {
                "is valid"
            } else {
                "does not exist; the defaults hold"
            };
            say(&format!("{} {found}", path.display()));
        }
    }
    Ok(ExitCode::SUCCESS)
}

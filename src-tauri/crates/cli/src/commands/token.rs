//! `aco token set|clear|status`

use crate::arguments::Token as Command;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{complain, say};
use aco_config::{Endpoint, SecretStore as _, Token, TokenFile, TokenLookup, may_send_token};
use aco_ipc::Request;
use std::io::{self, IsTerminal as _, Read as _};
use std::process::ExitCode;

pub(crate) async fn token(context: &Context, command: Command) -> Result<ExitCode, Failure> {
    let store = TokenFile::new(context.home.token_file());
    match command {
        Command::Set { endpoint } => {
            let endpoint = endpoint_for(context, endpoint.as_deref())?;
            let token = read_token()?;
            context.home.create()?;
            let saved = store.save(&token, &endpoint);
            saved.map_err(|error| Failure::failed(error.to_string()))?;
            say(&format!(
                "The token is kept in {} for {endpoint} and sent to nobody else.",
                context.home.token_file().display()
            ));
            tell_agent(context).await;
        }
        Command::Clear => {
            let cleared = store
                .clear()
                .map_err(|error| Failure::failed(error.to_string()))?;
            say(if cleared {
                "The token is forgotten."
            } else {
                "There was no token."
            });
            tell_agent(context).await;
        }
        Command::Status => {
            let settings = context.settings()?;
            let address = settings.config.ship.endpoint.value.as_ref();
            match (address, settings.config.token(&store)) {
                (None, _) => say("No endpoint is configured, so no token is sent."),
                (Some(endpoint), TokenLookup::Found(token)) => {
                    let origin = token.origin;
                    let allowed = settings.config.ship.allow_plaintext.value;
                    say(&match may_send_token(endpoint, allowed) {
                        Ok(()) => format!("A token is sent to {endpoint} (from {origin})."),
                        Err(refused) => format!("There is a token (from {origin}), but {refused}."),
                    });
                }
                (Some(endpoint), TokenLookup::None) => {
                    say(&format!(
                        "No token is sent to {endpoint}; keep one with: aco token set"
                    ));
                }
                (Some(endpoint), TokenLookup::OtherEndpoint { saved_for }) => say(&format!(
                    "The stored token was saved for {saved_for} and is not sent to {endpoint}; \
                     keep one for it with: aco token set"
                )),
                (_, TokenLookup::Unreadable(wrong)) => {
                    return Err(Failure::failed(wrong.to_string()));
                }
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn endpoint_for(context: &Context, given: Option<&str>) -> Result<Endpoint, Failure> {
    if let Some(given) = given {
        return given
            .parse()
            .map_err(|wrong| Failure::usage(format!("--endpoint: {wrong}")));
    }
    context.settings()?.config.ship.endpoint.value.ok_or_else(|| {
        Failure::usage(format!(
            "a token is bound to an endpoint and none is configured; set `ship.endpoint` in {} or \
             give --endpoint",
            context.home.config_file().display()
        ))
    })
}

/// From a pipe or a file; typed, it is not shown.
fn read_token() -> Result<Token, Failure> {
    /// A token is far below this; a mistaken redirection is not.
    const MOST: u64 = 64 * 1024;
    let text = if io::stdin().is_terminal() {
        rpassword::prompt_password("Token (not shown): ")?
    } else {
        let mut text = String::new();
        io::stdin().lock().take(MOST).read_to_string(&mut text)?;
        text
    };
    Token::parse(&text).map_err(|wrong| Failure::usage(wrong.to_string()))
}

/// A running agent reads the token at once; it would notice by itself with its next scan.
async fn tell_agent(context: &Context) {
    match context.agent().await {
        Ok(Some(mut agent)) => {
            if let Err(error) = agent.request(&Request::Reload).await {
                complain(&format!("aco: the running agent could not use it: {error}"));
            }
        }
        Ok(None) => {}
        Err(_) => complain("aco: the running agent will notice with its next scan"),
    }
}

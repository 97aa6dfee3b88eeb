//! The bearer token: how it is held, and what a place that keeps it must offer.
//!
//! It is wiped from memory when dropped. Copies that the reader of its file and the allocator made
//! on the way are not; this is care, not a guarantee.

use crate::{Endpoint, Sourced, Wrong};
use std::fmt;
use zeroize::Zeroizing;

/// Longer than any token of a kind in use, and short enough for a server's header limit.
const LONGEST: usize = 8 * 1024;

/// A bearer token that is legal in a header. It shows itself to nobody but
/// [`expose`](Self::expose), and cannot be serialised.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Zeroizing<String>);

impl Token {
    /// Takes a token as it was typed, piped or stored; white space around it is dropped.
    ///
    /// # Errors
    /// What is wrong with it, without showing any of it.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        let text = text.trim();
        let whole = "give the token alone, on one line";
        if text.is_empty() {
            return Err(Wrong::new(
                "the token is empty",
                "give the token that the endpoint expects",
            ));
        }
        if text.len() > LONGEST {
            return Err(Wrong::new("the token is longer than 8 KiB", whole));
        }
        if text
            .get(..7)
            .is_some_and(|start| start.eq_ignore_ascii_case("bearer "))
        {
            let what = "the token begins with the word Bearer, which is added when it is sent";
            return Err(Wrong::new(what, "give what follows that word"));
        }
        if text.chars().any(char::is_whitespace) {
            return Err(Wrong::new("there is white space inside the token", whole));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            let what = "the token holds a character that no header takes";
            return Err(Wrong::new(
                what,
                "give it in ASCII letters, digits and signs",
            ));
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// The secret itself, for the header and for nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

const MASK: &str = "****";

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({MASK})")
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// What a store says about the token for an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenLookup {
    /// This is it, and where it came from.
    Found(Sourced<Token>),
    /// There is none.
    None,
    /// There is one, saved for another endpoint, which alone may see it.
    OtherEndpoint {
        /// The endpoint it was saved for.
        saved_for: Endpoint,
    },
    /// There may be one that cannot be used; why, and what to do.
    Unreadable(Wrong),
}

/// A token could not be kept or forgotten. The message names the place and the remedy.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StoreError(pub(crate) String);

/// A place that keeps the token: its own file today, the system's keychain beside it.
pub trait SecretStore {
    /// The token, if it was saved for this endpoint.
    fn load_for(&self, endpoint: &Endpoint) -> TokenLookup;

    /// Keeps the token, for this endpoint only, in place of any other.
    ///
    /// # Errors
    /// When the place cannot be written.
    fn save(&self, token: &Token, endpoint: &Endpoint) -> Result<(), StoreError>;

    /// Forgets the token; whether there was one.
    ///
    /// # Errors
    /// When the place cannot be written.
    fn clear(&self) -> Result<bool, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_shows_itself_to_nobody() {
        let token = Token::parse(" s3cret\r\n").unwrap();
        assert_eq!(token.expose(), "s3cret");
        assert_eq!(format!("{token:?} {token}"), "Token(****) ****");
    }

    #[test]
    fn what_is_wrong_with_a_token_is_said_without_showing_it() {
        let long = "s3cret".repeat(2_000);
        let table = [
            ("", "is empty"),
            ("\n", "is empty"),
            ("Bearer s3cret", "what follows that word"),
            ("s3cret s3cret", "white space inside"),
            ("s3cret\ns3cret", "white space inside"),
            ("s3cret\u{0}", "no header takes"),
            ("s3crét", "no header takes"),
            (&long, "longer than 8 KiB"),
        ];
        for (text, expected) in table {
            let wrong = Token::parse(text).unwrap_err().to_string();
            assert!(wrong.contains(expected), "{wrong}");
            assert!(!wrong.contains("s3cr"), "{wrong}");
        }
    }
}

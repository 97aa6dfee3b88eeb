//! From a session's settings to one call: all that the session used so far.

use super::{TOOL, paths};
use crate::calls::Identities;
use crate::counts::counts;
use crate::document::{Document, Told};
use crate::json::{self, Object, Text};
use crate::source::FoundFile;
use aco_domain::{Call, CallIdentity, Terms, TokenCounts, UnixNanos};
use serde::{Deserialize, Deserializer};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Content<'a> {
    #[serde(borrow, default)]
    model: Text<'a>,
    #[serde(borrow, default)]
    provider_lock_timestamp: Text<'a>,
    #[serde(default)]
    token_usage: Object<Usage>,
}

counts! {
    Usage {
        input: "inputTokens",
        output: "outputTokens",
        cache_write: "cacheCreationTokens",
        cache_read: "cacheReadTokens",
        thinking: "thinkingTokens",
    }
}

impl Usage {
    fn disjoint(&self) -> Option<TokenCounts> {
        let output = self.output.0?;
        Some(TokenCounts {
            input: self.input.0?,
            output,
            cache_read: self.cache_read.0?,
            cache_write_5m: self.cache_write.0?,
            cache_write_1h: 0,
            reasoning: self.thinking.0?.min(output),
        })
    }
}

/// The reader of one session's settings.
pub(super) struct Settings {
    session: String,
    project: String,
    /// When the file was last written, where it holds no time.
    written: UnixNanos,
}

impl Settings {
    pub(super) fn new(file: &FoundFile) -> Self {
        Self {
            session: paths::session(&file.path).unwrap_or_default(),
            project: paths::project(&file.path),
            written: file.modified,
        }
    }
}

impl Document for Settings {
    fn told<'de, D: Deserializer<'de>>(self, json: D) -> Result<Told, D::Error> {
        let content = Content::deserialize(json)?;
        let mut told = Told::default();
        let Some(usage) = content.token_usage.0 else {
            return Ok(told);
        };
        if usage.is_otherwise() {
            told.unrecognised = 1;
            return Ok(told);
        }
        let Some(tokens) = usage.disjoint() else {
            told.unreadable = 1;
            return Ok(told);
        };
        if tokens.total() == 0 {
            return Ok(told);
        }
        let begun = content.provider_lock_timestamp.get();
        let session = self.session.as_bytes();
        let identity = Identities::default().hash(&[TOOL.as_bytes(), b"session", session]);
        told.calls.push(Call {
            identity: CallIdentity {
                call: identity,
                message: identity,
                sidechain: false,
            },
            at: begun.and_then(json::instant).unwrap_or(self.written),
            model: content.model.get().unwrap_or_default().into(),
            provider: None,
            session: self.session.into(),
            project: self.project.into(),
            tokens,
            terms: Terms {
                summed: true,
                ..Terms::default()
            },
            recorded_cost: None,
        });
        Ok(told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn read(settings: &str) -> Told {
        let reader = Settings::new(&FoundFile {
            path: PathBuf::from("/h/.factory/sessions/-w-app/s-1.settings.json"),
            size: 1,
            modified: UnixNanos(7),
            file_id: None,
        });
        let mut json = serde_json::Deserializer::from_str(settings);
        reader.told(&mut json).unwrap()
    }

    const SETTINGS: &str = r#"{"model":"claude-opus-4-5-20251101","providerLock":"anthropic","providerLockTimestamp":"2026-01-02T03:04:05Z","tokenUsage":{"inputTokens":10,"outputTokens":20,"cacheCreationTokens":30,"cacheReadTokens":60,"thinkingTokens":5,"factoryCredits":9}}"#;

    #[test]
    fn everything_a_session_tells_is_taken() {
        let told = read(SETTINGS);
        let [call] = &told.calls[..] else {
            panic!("{told:?}");
        };
        let expected = TokenCounts {
            input: 10,
            output: 20,
            cache_read: 60,
            cache_write_5m: 30,
            cache_write_1h: 0,
            reasoning: 5,
        };
        assert_eq!(call.tokens, expected);
        assert_eq!(call.at, UnixNanos(1_767_323_045_000_000_000));
        assert_eq!((&*call.session, &*call.project), ("s-1", "-w-app"));
        assert!(call.terms.summed);
        // Kept in ledgers: this number never changes.
        assert_eq!(
            call.identity.call,
            280_648_494_033_920_306_793_165_622_246_316_259_403
        );
    }

    #[test]
    fn without_a_time_it_is_the_file_s() {
        let timeless = SETTINGS.replace("providerLockTimestamp", "x");
        assert_eq!(read(&timeless).calls[0].at, UnixNanos(7));
    }

    #[test]
    fn what_cannot_be_counted_is_told_apart() {
        let counts = |usage: &str| {
            let told = read(&format!(r#"{{"tokenUsage":{usage}}}"#));
            (told.calls.len(), told.unreadable, told.unrecognised)
        };
        assert_eq!(counts("null"), (0, 0, 0));
        assert_eq!(counts("{}"), (0, 0, 0));
        assert_eq!(counts(r#"{"inputTokens":0}"#), (0, 0, 0));
        assert_eq!(counts(r#"{"inputTokens":1.5}"#), (0, 1, 0));
        assert_eq!(counts(r#"{"input":5}"#), (0, 0, 1));
    }
}

//! From a record of a chat to a call.

use super::TOOL;
use super::paths::project;
use crate::calls::{Calls, Identities, Shared};
use crate::counts::counts;
use crate::json::{self, Object, Text};
use crate::jsonl::{Parser, Verdict};
use crate::once::Occurrences;
use aco_domain::{Call, CallIdentity, Terms, TokenCounts, UnixNanos};
use serde::Deserialize;
use std::path::Path;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    #[serde(borrow, default)]
    uuid: Text<'a>,
    #[serde(borrow, default)]
    session_id: Text<'a>,
    #[serde(borrow, default)]
    timestamp: Text<'a>,
    #[serde(borrow, rename = "type", default)]
    kind: Text<'a>,
    #[serde(borrow, default)]
    cwd: Text<'a>,
    #[serde(borrow, default)]
    version: Text<'a>,
    #[serde(borrow, default)]
    model: Text<'a>,
    #[serde(default)]
    usage_metadata: Object<Usage>,
}

counts! {
    /// Cached lies inside the prompt. Where thoughts lie depends on whose answer it was.
    Usage {
        prompt: "promptTokenCount",
        candidates: "candidatesTokenCount",
        cached: "cachedContentTokenCount",
        thoughts: "thoughtsTokenCount",
        tool: "toolUsePromptTokenCount",
        total: "totalTokenCount",
    }
}

impl Usage {
    /// Nothing where a count is none, or where there is a total that nobody can price.
    fn disjoint(&self) -> Option<TokenCounts> {
        let (prompt, candidates, total) = (self.prompt.0?, self.candidates.0?, self.total.0?);
        let (thoughts, tool) = (self.thoughts.0?, self.tool.0?);
        if prompt == 0 && candidates == 0 && total > 0 {
            return None;
        }
        // Google counts thoughts beside the answer. The others have them inside it, which the tool
        // leaves as it is; the total tells the two apart.
        let beside = total == prompt + tool + candidates + thoughts;
        let output = if beside {
            candidates + thoughts
        } else {
            candidates
        };
        let cache_read = self.cached.0?.min(prompt);
        Some(TokenCounts {
            input: prompt - cache_read + tool,
            output,
            cache_read,
            reasoning: thoughts.min(output),
            ..TokenCounts::default()
        })
    }
}

/// The reader of one chat.
pub(super) struct Chat {
    /// Where records do not say themselves.
    session: String,
    project: String,
    /// Records without an id.
    anonymous: Occurrences<64>,
    identities: Identities,
    /// Of the last record whose counts are of another shape.
    version: Option<String>,
    model: Shared,
    shared_session: Shared,
    shared_project: Shared,
}

impl Chat {
    pub(super) fn new(path: &Path) -> Self {
        let stem = path.file_stem().unwrap_or_default();
        Self {
            session: stem.to_string_lossy().into_owned(),
            project: project(path),
            anonymous: Occurrences::default(),
            identities: Identities::default(),
            version: None,
            model: Shared::default(),
            shared_session: Shared::default(),
            shared_project: Shared::default(),
        }
    }

    fn identity(&mut self, line: &Line<'_>, at: UnixNanos, tokens: &TokenCounts) -> u128 {
        let tool = TOOL.as_bytes();
        if let Some(id) = line.uuid.get() {
            return self.identities.hash(&[tool, b"record", id.as_bytes()]);
        }
        let session = line.session_id.get().unwrap_or(&self.session);
        let content = self.identities.hash(&[
            tool,
            b"content",
            session.as_bytes(),
            line.model.get().unwrap_or_default().as_bytes(),
            &at.0.to_le_bytes(),
            &tokens.input.to_le_bytes(),
            &tokens.output.to_le_bytes(),
            &tokens.cache_read.to_le_bytes(),
        ]);
        self.anonymous.next(content)
    }
}

impl Parser for Chat {
    fn resume(mut self, state: &[u8]) -> Option<Self> {
        self.anonymous = Occurrences::decode(state)?;
        Some(self)
    }

    fn line(&mut self, line: &[u8], calls: &mut Calls) -> Verdict {
        let line: Line<'_> = match json::object(line) {
            Ok(Some(line)) => line,
            Ok(None) => return Verdict::Read,
            Err(_) => return Verdict::Unreadable,
        };
        let Some(usage) = line.usage_metadata.0 else {
            return Verdict::Read;
        };
        if line.kind.get() != Some("assistant") {
            return Verdict::Read;
        }
        if usage.is_otherwise() {
            self.version = line.version.get().map(str::to_owned);
            return Verdict::Unrecognised;
        }
        let at = line.timestamp.get().and_then(json::instant);
        let (Some(at), Some(tokens)) = (at, usage.disjoint()) else {
            return Verdict::Unreadable;
        };
        if tokens.total() == 0 {
            return Verdict::Read;
        }
        let identity = self.identity(&line, at, &tokens);
        calls.push(Call {
            identity: CallIdentity {
                call: identity,
                message: identity,
                sidechain: false,
            },
            at,
            model: self.model.get(line.model.get().unwrap_or_default()),
            provider: None,
            session: self
                .shared_session
                .get(line.session_id.get().unwrap_or(&self.session)),
            project: self
                .shared_project
                .get(line.cwd.get().unwrap_or(&self.project)),
            tokens,
            terms: Terms::default(),
            recorded_cost: None,
        });
        Verdict::Read
    }

    fn state(&self) -> Vec<u8> {
        self.anonymous.encode()
    }

    fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> (Vec<Call>, Verdict, Option<String>) {
        let mut chat = Chat::new(Path::new("/h/.qwen/projects/-w-app/chats/file.jsonl"));
        let mut calls = Calls::default();
        let verdict = chat.line(line.as_bytes(), &mut calls);
        (calls.0, verdict, chat.version().map(str::to_owned))
    }

    fn with(usage: &str) -> String {
        format!(
            r#"{{"uuid":"u-1","parentUuid":null,"sessionId":"s-1","timestamp":"2026-01-02T03:04:05.5Z","type":"assistant","cwd":"/w/app","version":"0.9.1","model":"qwen3-coder-plus","message":{{"role":"model","parts":[{{"text":"\"usageMetadata\":{{}}"}}]}},"usageMetadata":{usage}}}"#
        )
    }

    #[test]
    fn everything_a_record_tells_is_taken() {
        let (calls, ..) = read(&with(
            r#"{"promptTokenCount":100,"candidatesTokenCount":20,"cachedContentTokenCount":60,"thoughtsTokenCount":5,"totalTokenCount":120}"#,
        ));
        let [call] = &calls[..] else {
            panic!("{calls:?}");
        };
        let expected = TokenCounts {
            input: 40,
            output: 20,
            cache_read: 60,
            reasoning: 5,
            ..TokenCounts::default()
        };
        assert_eq!(call.tokens, expected);
        assert_eq!(call.at, UnixNanos(1_767_323_045_500_000_000));
        assert_eq!((&*call.session, &*call.project), ("s-1", "/w/app"));
        assert_eq!((&*call.model, &call.provider), ("qwen3-coder-plus", &None));
        // Kept in ledgers: this number never changes.
        assert_eq!(
            call.identity.call,
            187_509_003_024_574_716_226_869_262_779_605_511_006
        );
    }

    #[test]
    fn the_total_tells_where_thoughts_lie() {
        for (thoughts, tool, total, output, input) in [
            (5, 0, 120, 20, 100),
            (5, 0, 125, 25, 100),
            (5, 3, 128, 25, 103),
            (5, 0, 0, 20, 100),
            (0, 0, 120, 20, 100),
            (50, 0, 120, 20, 100),
        ] {
            let usage = format!(
                r#"{{"promptTokenCount":100,"candidatesTokenCount":20,"thoughtsTokenCount":{thoughts},"toolUsePromptTokenCount":{tool},"totalTokenCount":{total}}}"#
            );
            let tokens = read(&with(&usage)).0[0].tokens;
            assert_eq!((tokens.output, tokens.input), (output, input), "{usage}");
            assert_eq!(tokens.reasoning, u64::min(thoughts, output), "{usage}");
        }
    }

    #[test]
    fn what_cannot_be_counted_is_told_apart() {
        let good = r#"{"promptTokenCount":1}"#;
        let verdict = |line: &str| read(line).1;
        assert_eq!(
            verdict(&with(r#"{"promptTokenCount":-1}"#)),
            Verdict::Unreadable
        );
        assert_eq!(
            verdict(&with(r#"{"totalTokenCount":9}"#)),
            Verdict::Unreadable
        );
        let timeless = with(good).replace("2026-01-02T03:04:05.5Z", "");
        assert_eq!(verdict(&timeless), Verdict::Unreadable);
        let (calls, verdict, version) = read(&with(r#"{"prompt_tokens":9}"#));
        assert_eq!((calls.len(), verdict), (0, Verdict::Unrecognised));
        assert_eq!(version.as_deref(), Some("0.9.1"));
    }

    #[test]
    fn what_is_no_call_is_passed_over() {
        for line in [
            with("null"),
            with("{}"),
            with(r#"{"promptTokenCount":0,"totalTokenCount":0}"#),
            with(r#"{"promptTokenCount":9}"#).replace("assistant", "system"),
        ] {
            let (calls, verdict, _) = read(&line);
            assert_eq!((calls.len(), verdict), (0, Verdict::Read), "{line}");
        }
    }

    #[test]
    fn a_record_s_id_is_all_there_is_to_it() {
        let line = with(r#"{"promptTokenCount":9}"#);
        let one = read(&line).0[0].identity;
        let branched = line.replace("s-1", "s-2").replace("03:04:05", "03:04:06");
        assert_eq!(read(&branched).0[0].identity, one);
        assert_ne!(read(&line.replace("u-1", "u-2")).0[0].identity, one);
        let without = read(&line.replace(r#""uuid":"u-1","#, "")).0;
        assert_eq!(without.len(), 1);
    }
}

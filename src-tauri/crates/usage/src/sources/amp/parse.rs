//! From a thread to calls: what its messages used, and what its ledger of older versions adds.

use super::record::{Event, Message, Thread as Content};
use super::{TOOL, paths};
use crate::calls::Identities;
use crate::document::{Document, Told};
use crate::json;
use crate::once::Occurrences;
use aco_domain::{Call, CallIdentity, Terms, TokenCounts, UnixNanos};
use serde::{Deserialize, Deserializer};
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

/// The reader of one thread.
pub(super) struct Thread {
    /// Where the thread does not say itself.
    stem: String,
}

impl Thread {
    pub(super) fn new(path: &Path) -> Self {
        let stem = path.file_stem().unwrap_or_default();
        Self {
            stem: stem.to_string_lossy().into_owned(),
        }
    }
}

/// A thread's calls, as they are found.
struct Finding<'a> {
    thread: &'a str,
    project: Arc<str>,
    created: Option<UnixNanos>,
    identities: Identities,
    /// Messages and events without an id.
    anonymous: Occurrences<64>,
    told: Told,
}

impl Document for Thread {
    fn told<'de, D: Deserializer<'de>>(self, json: D) -> Result<Told, D::Error> {
        let content = Content::deserialize(json)?;
        let folder = content.env.0.as_ref().and_then(|env| env.folder());
        let mut finding = Finding {
            thread: content.id.get().unwrap_or(&self.stem),
            project: paths::folder(folder.unwrap_or_default()).into(),
            created: millis(content.created.0),
            identities: Identities::default(),
            anonymous: Occurrences::default(),
            told: Told::default(),
        };
        let events = content.usage_ledger.0.map(|ledger| ledger.events.0);
        let events = events.unwrap_or_default();
        // What led to a message is the same call as what that message used.
        let mut leading: HashMap<&str, usize> = HashMap::new();
        for (number, event) in events.iter().enumerate() {
            if let Some(message) = event.to_message_id.0.as_deref() {
                leading.entry(message).or_insert(number);
            }
        }
        let mut folded = HashSet::new();
        for message in &content.messages.0 {
            let id = message.message_id.0.as_deref();
            let number = id.and_then(|id| leading.get(id).copied());
            let event = number.and_then(|number| events.get(number));
            let event = event.filter(|event| is_of(event, message));
            if finding.message(message, event) && event.is_some() {
                folded.extend(number);
            }
        }
        for (number, event) in events.iter().enumerate() {
            if !folded.contains(&number) {
                finding.event(event);
            }
        }
        Ok(finding.told)
    }
}

/// Whether an event can be of the call that a message was made by.
fn is_of(event: &Event<'_>, message: &Message<'_>) -> bool {
    let usage = message.usage.0.as_ref();
    usage.is_some_and(|usage| usage.model.get() == event.model.get())
}

fn millis(millis: Option<u64>) -> Option<UnixNanos> {
    millis?.checked_mul(1_000_000).map(UnixNanos)
}

impl Finding<'_> {
    /// What a message used. Whether that counts as a call.
    fn message(&mut self, message: &Message<'_>, event: Option<&Event<'_>>) -> bool {
        let Some(usage) = &message.usage.0 else {
            return false;
        };
        if message.role.get() != Some("assistant") {
            return false;
        }
        if usage.is_otherwise() {
            self.told.unrecognised += 1;
            return false;
        }
        let own = usage.timestamp.get().and_then(json::instant);
        let of_event = || event.and_then(|event| event.timestamp.get().and_then(json::instant));
        let sent = || millis(message.meta.0.as_ref()?.sent_at.0);
        let at = own.or_else(of_event).or_else(sent).or(self.created);
        let (Some(at), Some(tokens)) = (at, usage.disjoint()) else {
            self.told.unreadable += 1;
            return false;
        };
        let model = usage.model.get().unwrap_or_default();
        let id = message.message_id.0.as_deref().unwrap_or_default();
        // A thread that was forked off begins with the same messages.
        let thread = if own.is_some() { "" } else { self.thread };
        let identity = self.identities.hash(&[
            TOOL.as_bytes(),
            b"message",
            thread.as_bytes(),
            id.as_bytes(),
            model.as_bytes(),
            &own.map_or(0, |at| at.0).to_le_bytes(),
        ]);
        let identity = self.named(id, identity);
        self.call(identity, at, model, tokens)
    }

    /// What has no id is told from its like by its number.
    fn named(&mut self, id: &str, identity: u128) -> u128 {
        match id {
            "" => self.anonymous.next(identity),
            _ => identity,
        }
    }

    /// What the ledger adds.
    fn event(&mut self, event: &Event<'_>) {
        let Some(counts) = &event.tokens.0 else {
            return;
        };
        if counts.is_otherwise() {
            self.told.unrecognised += 1;
            return;
        }
        let at = event.timestamp.get().and_then(json::instant);
        let (Some(at), Some(tokens)) = (at, counts.disjoint()) else {
            self.told.unreadable += 1;
            return;
        };
        let model = event.model.get().unwrap_or_default();
        let id = event.id.0.as_deref().unwrap_or_default();
        let identity = self.identities.hash(&[
            TOOL.as_bytes(),
            b"event",
            self.thread.as_bytes(),
            id.as_bytes(),
            model.as_bytes(),
            &at.0.to_le_bytes(),
        ]);
        let identity = self.named(id, identity);
        self.call(identity, at, model, tokens);
    }

    fn call(&mut self, identity: u128, at: UnixNanos, model: &str, tokens: TokenCounts) -> bool {
        if tokens.total() == 0 {
            return false;
        }
        self.told.calls.push(Call {
            identity: CallIdentity {
                call: identity,
                message: identity,
                sidechain: false,
            },
            at,
            model: model.into(),
            provider: None,
            session: self.thread.into(),
            project: Arc::clone(&self.project),
            tokens,
            terms: Terms::default(),
            recorded_cost: None,
        });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(thread: &str) -> Told {
        let reader = Thread::new(Path::new("/h/amp/threads/T-file.json"));
        let mut json = serde_json::Deserializer::from_str(thread);
        reader.told(&mut json).unwrap()
    }

    const USAGE: &str = r#"{"model":"claude-x","timestamp":"2026-01-02T03:04:05.5Z","inputTokens":10,"outputTokens":20,"cacheCreationInputTokens":30,"cacheReadInputTokens":60,"totalInputTokens":100}"#;
    const EVENT: &str = r#"{"id":"e-1","timestamp":"2026-01-02T03:04:06Z","model":"claude-x","fromMessageId":0,"toMessageId":1,"tokens":{"input":10,"output":20}}"#;

    fn thread(usage: &str, events: &str) -> String {
        format!(
            r#"{{"v":7,"id":"T-1","created":1767323000000,"env":{{"initial":{{"trees":[{{"displayName":"app","uri":"file:///w/app"}}]}}}},"messages":[{{"role":"user","messageId":0,"content":[{{"text":"\"usage\""}}]}},{{"role":"assistant","messageId":1,"usage":{usage}}}],"usageLedger":{{"events":[{events}]}}}}"#
        )
    }

    #[test]
    fn everything_a_message_tells_is_taken() {
        let told = read(&thread(USAGE, EVENT));
        let [call] = &told.calls[..] else {
            panic!("{told:?}");
        };
        let expected = TokenCounts {
            input: 10,
            output: 20,
            cache_read: 60,
            cache_write_5m: 30,
            ..TokenCounts::default()
        };
        assert_eq!(call.tokens, expected);
        assert_eq!(call.at, UnixNanos(1_767_323_045_500_000_000));
        assert_eq!((&*call.session, &*call.project), ("T-1", "/w/app"));
        // Kept in ledgers: this number never changes.
        assert_eq!(
            call.identity.call,
            237_899_926_623_981_845_038_328_830_798_820_558_624
        );
    }

    #[test]
    fn what_only_the_ledger_tells_is_taken_from_there() {
        let call = &read(&thread("null", EVENT)).calls[0];
        assert_eq!((call.tokens.input, call.tokens.cache_read), (10, 0));
        assert_eq!(call.at, UnixNanos(1_767_323_046_000_000_000));
        // Another model's work on the way to the same message is another call, as is a second one.
        let other = EVENT.replace("claude-x", "gpt-y").replace("e-1", "e-2");
        let second = EVENT.replace("e-1", "e-3");
        let calls = |events: &str| read(&thread(USAGE, events)).calls.len();
        assert_eq!(calls(&other), 2);
        assert_eq!(calls(&format!("{EVENT},{second}")), 2);
        assert_eq!(calls(""), 1);
    }

    #[test]
    fn a_message_without_a_time_has_that_of_its_event_or_its_thread() {
        let timeless = USAGE.replace(r#""timestamp":"2026-01-02T03:04:05.5Z","#, "");
        let at = |events: &str| read(&thread(&timeless, events)).calls[0].at;
        assert_eq!(at(EVENT), UnixNanos(1_767_323_046_000_000_000));
        assert_eq!(at(""), UnixNanos(1_767_323_000_000_000_000));
        let forked = thread(USAGE, "").replace("T-1", "T-2");
        let identity = |thread: &str| read(thread).calls[0].identity;
        assert_eq!(identity(&forked), identity(&thread(USAGE, "")));
        let forked = thread(&timeless, "").replace("T-1", "T-2");
        assert_ne!(identity(&forked), identity(&thread(&timeless, "")));
    }

    #[test]
    fn what_cannot_be_counted_is_told_apart() {
        let counts = |thread: &str| {
            let told = read(thread);
            (told.calls.len(), told.unreadable, told.unrecognised)
        };
        let wrong = USAGE.replace(r#""inputTokens":10"#, r#""inputTokens":-1"#);
        assert_eq!(counts(&thread(&wrong, "")), (0, 1, 0));
        let total = r#"{"model":"m","totalTokens":9}"#;
        assert_eq!(counts(&thread(total, "")), (0, 1, 0));
        let other = r#"{"model":"m","tokensIn":9}"#;
        assert_eq!(counts(&thread(other, "")), (0, 0, 1));
        let zeros = r#"{"model":"m","inputTokens":0}"#;
        assert_eq!(counts(&thread(zeros, "")), (0, 0, 0));
        assert_eq!(counts(&thread("null", r#"{"tokens":{"in":5}}"#)), (0, 0, 1));
        assert_eq!(
            counts(&thread("null", r#"{"tokens":{"input":5}}"#)),
            (0, 1, 0)
        );
        assert_eq!(counts(r#"{"messages":5,"usageLedger":[]}"#), (0, 0, 0));
        let bare = r#"{"role":"assistant","usage":{"inputTokens":5}}"#;
        let alike = format!(r#"{{"created":1,"messages":[{bare},{bare}]}}"#);
        assert_eq!(counts(&alike), (2, 0, 0));
        let told = read(&alike);
        assert_ne!(told.calls[0].identity, told.calls[1].identity);
    }
}

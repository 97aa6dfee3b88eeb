//! Amp: `.local/share/amp/threads/T-*.json`, an object each, with a ledger beside the messages in old
//! versions.

use crate::chance::Chance;
use crate::manifest::{CallId, Manifest, Spent};
use crate::output::Output;
use crate::shape::{Session, Shape};
use crate::time::rfc3339;
use aco_domain::TokenCounts;
use std::io;
use std::path::{Path, PathBuf};

/// The last is sold by nobody.
const MODELS: &[&str] = &["claude-sonnet-4-5-20250929", "gpt-5", "orion-2"];

/// How a thread is written, in turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scene {
    Messages,
    /// With a ledger, and what only that knows.
    Ledger,
    /// Begins with the messages of the thread before it.
    Forked,
    /// Messages without times of their own.
    Timeless,
}

const SCENES: &[Scene] = &[
    Scene::Messages,
    Scene::Ledger,
    Scene::Forked,
    Scene::Timeless,
];

/// A message of the assistant.
struct Message {
    number: u32,
    call: CallId,
    spent: Spent,
    json: String,
}

/// Writes a history into `home`, which plays the part of the user's home.
///
/// # Errors
/// What the disk says.
pub fn write(home: &Path, shape: &Shape) -> io::Result<Manifest> {
    let mut author = Author {
        home: home.to_owned(),
        shape: *shape,
        chance: Chance::new(shape.seed),
        manifest: Manifest::default(),
        before: Vec::new(),
    };
    for scene in SCENES.iter().cycle().take(shape.sessions as usize) {
        author.thread(*scene)?;
    }
    Ok(author.manifest)
}

struct Author {
    home: PathBuf,
    shape: Shape,
    chance: Chance,
    manifest: Manifest,
    /// The first messages of the thread before.
    before: Vec<Message>,
}

impl Author {
    fn thread(&mut self, scene: Scene) -> io::Result<()> {
        let created = self.shape.moment(&mut self.chance);
        let mut session = Session {
            tool: "amp",
            id: format!("T-{}", self.chance.uuid()),
            project: format!("/home/dev/project-{:02}", self.chance.number(0..=5)),
            at: created,
        };
        let path = PathBuf::from(format!(".local/share/amp/threads/{}.json", session.id));
        let mut messages = match scene {
            Scene::Forked => std::mem::take(&mut self.before),
            _ => Vec::new(),
        };
        let mut number = messages.last().map_or(0, |message| message.number + 1);
        for _ in 0..self.shape.some_calls(&mut self.chance) {
            session.wait(&mut self.chance);
            number += 2;
            messages.push(self.message(&session, number, scene, created));
        }
        let events = match scene {
            Scene::Ledger => self.ledger(&mut session, &path, &messages),
            _ => Vec::new(),
        };
        self.file(&session, created, &path, &messages, &events)?;
        messages.truncate(3);
        self.before = messages;
        Ok(())
    }

    fn message(
        &mut self,
        session: &Session,
        number: u32,
        scene: Scene,
        created: aco_domain::UnixNanos,
    ) -> Message {
        let chance = &mut self.chance;
        let most = if chance.one_in(12) { 400_000 } else { 40_000 };
        let tokens = TokenCounts {
            input: chance.skewed(4_000) + 1,
            output: chance.skewed(5_000) + 1,
            cache_read: chance.skewed(most),
            cache_write_5m: chance.skewed(9_000),
            ..TokenCounts::default()
        };
        let model = chance.pick(MODELS);
        let mut spent = session.spent(model, tokens);
        let time = match scene {
            Scene::Timeless => {
                spent.at = created;
                String::new()
            }
            _ => format!(r#", "timestamp": "{}""#, rfc3339(session.at)),
        };
        let TokenCounts {
            input,
            output,
            cache_read,
            cache_write_5m,
            ..
        } = tokens;
        let total = input + cache_read + cache_write_5m;
        let text = self.shape.some_text(&mut self.chance);
        Message {
            number,
            call: self.manifest.call(),
            json: format!(
                r#"{{ "role": "assistant", "messageId": {number}, "content": [ {{ "text": "{text}" }} ], "usage": {{ "model": "{model}", "inputTokens": {input}, "outputTokens": {output}, "cacheCreationInputTokens": {cache_write_5m}, "cacheReadInputTokens": {cache_read}, "totalInputTokens": {total}{time} }} }}"#
            ),
            spent,
        }
    }

    /// An event for each message, and some of calls that no message tells of.
    fn ledger(&mut self, session: &mut Session, path: &Path, messages: &[Message]) -> Vec<String> {
        let mut events = Vec::new();
        for message in messages {
            let mut event = |id: &str, spent: &Spent| {
                events.push(format!(
                    r#"{{ "id": "{id}", "timestamp": "{}", "model": "{}", "credits": 1.5, "tokens": {{ "input": {}, "output": {} }}, "operationType": "inference", "toMessageId": {} }}"#,
                    rfc3339(spent.at), spent.model, spent.tokens.input, spent.tokens.output, message.number
                ));
            };
            event(&self.chance.uuid(), &message.spent);
            if self.chance.one_in(4) {
                session.at = message.spent.at;
                let tokens = TokenCounts {
                    input: self.chance.skewed(9_000) + 1,
                    output: self.chance.skewed(900) + 1,
                    ..TokenCounts::default()
                };
                let spent = session.spent("gpt-5-mini", tokens);
                event(&self.chance.uuid(), &spent);
                let call = self.manifest.call();
                self.manifest.copy(call, path, false, spent);
            }
        }
        events
    }

    fn file(
        &mut self,
        session: &Session,
        created: aco_domain::UnixNanos,
        path: &Path,
        messages: &[Message],
        events: &[String],
    ) -> io::Result<()> {
        let mut written = Vec::new();
        for message in messages {
            let mut text = self.shape.some_text(&mut self.chance);
            if self.chance.one_in(10) {
                text.push_str(r#"\"usage\": {\"inputTokens\": 9876543}"#);
            }
            written.push(format!(
                r#"{{ "role": "user", "messageId": {}, "content": [ {{ "text": "{text}" }} ] }}"#,
                message.number - 1
            ));
            written.push(message.json.clone());
            let spent = Spent {
                session: session.id.clone(),
                project: session.project.clone(),
                ..message.spent.clone()
            };
            self.manifest.copy(message.call, path, false, spent);
        }
        let ledger = match events {
            [] => String::new(),
            events => format!(
                ",\n  \"usageLedger\": {{ \"events\": [\n    {}\n  ] }}",
                events.join(",\n    ")
            ),
        };
        let object = format!(
            "{{\n  \"v\": {},\n  \"id\": \"{}\",\n  \"created\": {},\n  \"env\": {{ \"initial\": {{ \"trees\": [ {{ \"uri\": \"file://{}\" }} ] }} }},\n  \"messages\": [\n    {}\n  ]{ledger}\n}}",
            messages.len(),
            session.id,
            created.0 / 1_000_000,
            session.project,
            written.join(",\n    ")
        );
        let mut output = Output::open(&self.home, path)?;
        output.unfinished(&object)?;
        output.written.usage_lines += messages.len() as u64;
        self.manifest.written.add(output.finish()?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::tests::{assert_repeatable, texts};

    #[test]
    fn one_seed_is_one_history() {
        assert_repeatable(write);
    }

    #[test]
    fn threads_are_forked_and_have_ledgers() {
        let home = tempfile::tempdir().unwrap();
        let manifest = write(home.path(), &Shape::SMALL).unwrap();
        let (_, text) = texts(home.path());
        assert!(text.contains("usageLedger") && text.contains(r#"\"usage\""#));
        let messages = text.matches(r#""totalInputTokens""#).count() as u64;
        let own = manifest.calls().filter(|spent| spent.model != "gpt-5-mini");
        assert!(messages > own.count() as u64 + 5, "copies: {messages}");
    }
}

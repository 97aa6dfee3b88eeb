//! Gemini CLI: `.gemini/tmp/<project>/chats/session-*.jsonl`, the objects of old versions, and
//! sub-agents' chats below their parents'.

use crate::chance::Chance;
use crate::manifest::{CallId, Manifest, Spent};
use crate::output::Output;
use crate::shape::{Session, Shape};
use crate::time::{in_file_names, rfc3339};
use aco_domain::TokenCounts;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The last is sold by nobody.
const MODELS: &[&str] = &["gemini-2.5-pro", "gemini-2.5-flash", "orion-3-flash"];

/// How a session is written, in turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scene {
    Lines,
    /// Updates that hold all messages, and rewinding.
    Updates,
    /// One object, as old versions wrote it.
    Object,
    /// One object, and lines beside it since it was resumed.
    Resumed,
    /// In the folder of an old version, copied to that of a new one and gone on with there.
    Moved,
    SubAgent,
}

const SCENES: &[Scene] = &[
    Scene::Lines,
    Scene::Updates,
    Scene::Object,
    Scene::Resumed,
    Scene::Moved,
    Scene::SubAgent,
];

/// A message with counts, as it is written.
struct Message {
    id: String,
    call: CallId,
    spent: Spent,
    tokens: String,
    text: String,
}

impl Message {
    fn json(&self, tokens: &str, more: &str) -> String {
        let Self {
            id, spent, text, ..
        } = self;
        let (at, model) = (rfc3339(spent.at), &spent.model);
        format!(
            r#"{{"id":"{id}","timestamp":"{at}","type":"gemini","content":"{text}","thoughts":[{{"subject":"s"}}],"tokens":{tokens},"model":"{model}"{more}}}"#
        )
    }
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
    };
    for scene in SCENES.iter().cycle().take(shape.sessions as usize) {
        author.session(*scene)?;
    }
    Ok(author.manifest)
}

struct Author {
    home: PathBuf,
    shape: Shape,
    chance: Chance,
    manifest: Manifest,
}

impl Author {
    fn session(&mut self, scene: Scene) -> io::Result<()> {
        let name = format!("project-{:02}", self.chance.number(0..=5));
        let mut session = Session {
            tool: "gemini-cli",
            id: self.chance.uuid(),
            project: format!("/home/dev/{name}"),
            at: self.shape.moment(&mut self.chance),
        };
        let tmp = PathBuf::from(".gemini/tmp");
        let root = self.home.join(&tmp).join(&name);
        fs::create_dir_all(&root)?;
        fs::write(root.join(".project_root"), &session.project)?;
        let file = format!(
            "session-{}-{}",
            &in_file_names(session.at)[..16],
            &session.id[..8]
        );
        let chats = tmp.join(&name).join("chats");
        let lines = chats.join(format!("{file}.jsonl"));
        let messages = self.messages(&mut session);
        let half = messages.len() / 2;
        match scene {
            Scene::Lines => self.lines(&session, &lines, &messages, false),
            Scene::Updates => self.lines(&session, &lines, &messages, true),
            Scene::Object => self.object(&session, &chats.join(format!("{file}.json")), &messages),
            Scene::Resumed => {
                let object = chats.join(format!("{file}.json"));
                self.object(&session, &object, &messages[..half])?;
                self.lines(&session, &lines, &messages, false)
            }
            Scene::Moved => {
                // Its old name was the path's hash, and nothing there says which path.
                let hash = self.chance.id("", 64);
                let old = tmp.join(&hash).join("chats").join(format!("{file}.jsonl"));
                let project = std::mem::replace(&mut session.project, hash);
                self.lines(&session, &old, &messages[..half], false)?;
                session.project = project;
                self.lines(&session, &lines, &messages, false)
            }
            Scene::SubAgent => {
                let parent = self.chance.uuid();
                let path = chats.join(parent).join(format!("{}.jsonl", session.id));
                self.lines(&session, &path, &messages, false)
            }
        }
    }

    fn messages(&mut self, session: &mut Session) -> Vec<Message> {
        let calls = self.shape.some_calls(&mut self.chance).max(2);
        (0..calls)
            .map(|_| {
                session.wait(&mut self.chance);
                let model = self.chance.pick(MODELS);
                let (tokens, written) = self.tokens();
                Message {
                    id: self.chance.uuid(),
                    call: self.manifest.call(),
                    spent: session.spent(model, tokens),
                    tokens: written,
                    text: self.shape.some_text(&mut self.chance),
                }
            })
            .collect()
    }

    fn tokens(&mut self) -> (TokenCounts, String) {
        let chance = &mut self.chance;
        // Above 200,000 now and then, where the price of the whole request changes.
        let most = if chance.one_in(12) { 600_000 } else { 60_000 };
        let input = chance.skewed(most) + 1;
        let cached = if chance.one_in(3) {
            0
        } else {
            chance.skewed(input)
        };
        let (output, thoughts) = (chance.skewed(6_000) + 1, chance.skewed(3_000));
        let tool = if chance.one_in(5) {
            chance.skewed(900)
        } else {
            0
        };
        let total = if chance.one_in(9) {
            0
        } else {
            input + output + thoughts + tool
        };
        let counts = TokenCounts {
            input: input - cached + tool,
            output: output + thoughts,
            cache_read: cached,
            reasoning: thoughts,
            ..TokenCounts::default()
        };
        let written = format!(
            r#"{{"input":{input},"output":{output},"cached":{cached},"thoughts":{thoughts},"tool":{tool},"total":{total}}}"#
        );
        (counts, written)
    }

    /// That a copy of a message lies in a file, under this session's name of the project.
    fn copy(&mut self, session: &Session, path: &Path, message: &Message) {
        let spent = Spent {
            project: session.project.clone(),
            ..message.spent.clone()
        };
        self.manifest.copy(message.call, path, false, spent);
    }

    fn lines(
        &mut self,
        session: &Session,
        path: &Path,
        messages: &[Message],
        updates: bool,
    ) -> io::Result<()> {
        let mut output = Output::open(&self.home, path)?;
        let started = rfc3339(session.at);
        output.line(&format!(
            r#"{{"sessionId":"{}","projectHash":"x","startTime":"{started}","lastUpdated":"{started}","kind":"main"}}"#,
            session.id
        ))?;
        for (number, message) in messages.iter().enumerate() {
            output.line(&self.question(message))?;
            if self.chance.one_in(2) {
                output.line(&message.json("null", ""))?;
            }
            output.line(&message.json(&message.tokens, ""))?;
            if self.chance.one_in(3) {
                let text = self.shape.some_text(&mut self.chance);
                let result = format!(r#","toolCalls":[{{"id":"t","result":"{text}"}}]"#);
                output.line(&message.json(&message.tokens, &result))?;
            }
            self.copy(session, path, message);
            output.line(r#"{"$set":{"lastUpdated":"2026-01-01T00:00:00.000Z"}}"#)?;
            if updates && self.chance.one_in(4) {
                let all: Vec<_> = messages[..=number]
                    .iter()
                    .map(|message| match self.chance.one_in(3) {
                        true => message.json("null", ""),
                        false => message.json(&message.tokens, ""),
                    })
                    .collect();
                output.line(&format!(r#"{{"$set":{{"messages":[{}]}}}}"#, all.join(",")))?;
                output.line(&format!(r#"{{"$rewindTo":"{}"}}"#, message.id))?;
            }
            if self.chance.one_in(30) {
                let whole = message.json(r#"{"input":987654321}"#, "");
                output.line(&whole[..whole.len() - 1])?;
                self.manifest.skipped_lines += 1;
            }
        }
        if self.chance.one_in(3) {
            let last = r#"{"id":"later","type":"gemini","tokens":{"input":98765"#;
            output.unfinished(last)?;
        }
        output.written.usage_lines += messages.len() as u64;
        self.manifest.written.add(output.finish()?);
        Ok(())
    }

    fn question(&mut self, message: &Message) -> String {
        let mut text = self.shape.some_text(&mut self.chance);
        if self.chance.one_in(10) {
            text.push_str(r#"{\"type\":\"gemini\",\"tokens\":{\"input\":9876543}}"#);
        }
        format!(
            r#"{{"id":"u-{}","timestamp":"{}","type":"user","content":"{text}"}}"#,
            message.id,
            rfc3339(message.spent.at)
        )
    }

    fn object(&mut self, session: &Session, path: &Path, messages: &[Message]) -> io::Result<()> {
        let mut written = Vec::new();
        for message in messages {
            written.push(self.question(message));
            written.push(message.json(&message.tokens, ""));
            self.copy(session, path, message);
        }
        let object = format!(
            "{{\n  \"sessionId\": \"{}\",\n  \"projectHash\": \"x\",\n  \"messages\": [\n    {}\n  ]\n}}",
            session.id,
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
    fn every_scene_leaves_its_sign() {
        let home = tempfile::tempdir().unwrap();
        let manifest = write(home.path(), &Shape::SMALL).unwrap();
        let (names, text) = texts(home.path());
        for sign in [
            r#""tokens":null"#,
            r#"{"$set":{"messages":[{"#,
            r#"{"$rewindTo":"#,
            r#"\"tokens\""#,
            r#""total":0}"#,
        ] {
            assert!(text.contains(sign), "no {sign}");
        }
        assert!(names.iter().any(|name| name.ends_with(".json")));
        assert!(manifest.skipped_lines > 0);
        assert!(manifest.totals().calls > 150);
    }
}

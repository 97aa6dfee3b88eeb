//! Kimi CLI: `.kimi/sessions/<hash>/<session>/wire.jsonl`, and sub-agents' beside it.

use crate::chance::Chance;
use crate::manifest::{CallId, Manifest, Spent};
use crate::output::Output;
use crate::shape::{Session, Shape};
use aco_domain::TokenCounts;
use std::io;
use std::path::{Path, PathBuf};

/// An update, and the call it tells of.
struct Update {
    call: CallId,
    spent: Spent,
    status: String,
}

impl Update {
    fn line(&self, message: &str) -> String {
        let millis = self.spent.at.0 / 1_000_000;
        let (seconds, millis) = (millis / 1_000, millis % 1_000);
        format!(r#"{{"timestamp": {seconds}.{millis:03}, "message": {message}}}"#)
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
        before: Vec::new(),
    };
    for number in 0..shape.sessions {
        author.session(number)?;
    }
    Ok(author.manifest)
}

struct Author {
    home: PathBuf,
    shape: Shape,
    chance: Chance,
    manifest: Manifest,
    /// The first updates of the session before, to fork off from.
    before: Vec<Update>,
}

impl Author {
    fn session(&mut self, number: u32) -> io::Result<()> {
        let mut session = Session {
            tool: "kimi",
            id: self.chance.uuid(),
            project: format!("{:032x}", self.chance.number(0..=5)),
            at: self.shape.moment(&mut self.chance),
        };
        let folder = PathBuf::from(".kimi/sessions")
            .join(&session.project)
            .join(&session.id);
        let mut updates = match number % 4 {
            3 => std::mem::take(&mut self.before),
            _ => Vec::new(),
        };
        for _ in 0..self.shape.some_calls(&mut self.chance) {
            session.wait(&mut self.chance);
            updates.push(self.update(&session));
        }
        let wire = folder.join("wire.jsonl");
        self.file(&session, &wire, &updates, false)?;
        if number % 3 == 1 {
            let mut of_agent = Vec::new();
            for _ in 0..3 {
                session.wait(&mut self.chance);
                of_agent.push(self.update(&session));
            }
            let agent = folder.join("subagents").join(self.chance.id("a", 7));
            self.file(&session, &agent.join("wire.jsonl"), &of_agent, false)?;
            self.file(&session, &wire, &of_agent, true)?;
        }
        updates.truncate(3);
        self.before = updates;
        Ok(())
    }

    fn update(&mut self, session: &Session) -> Update {
        let chance = &mut self.chance;
        let tokens = TokenCounts {
            input: chance.skewed(9_000) + 1,
            output: chance.skewed(3_000) + 1,
            cache_read: chance.skewed(90_000),
            cache_write_5m: if chance.one_in(4) {
                chance.skewed(900)
            } else {
                0
            },
            ..TokenCounts::default()
        };
        // Some providers name no answer. A sub-agent's would then be told of twice.
        let id = chance.id("chatcmpl-", 24);
        Update {
            call: self.manifest.call(),
            spent: session.spent("", tokens),
            status: format!(
                r#"{{"type": "StatusUpdate", "payload": {{"context_usage": 0.25, "token_usage": {{"input_other": {}, "output": {}, "input_cache_read": {}, "input_cache_creation": {}}}, "message_id": "{id}"}}}}"#,
                tokens.input, tokens.output, tokens.cache_read, tokens.cache_write_5m
            ),
        }
    }

    fn file(
        &mut self,
        session: &Session,
        path: &Path,
        updates: &[Update],
        passed_on: bool,
    ) -> io::Result<()> {
        let mut output = Output::open(&self.home, path)?;
        if !passed_on {
            output.line(r#"{"type": "metadata", "protocol_version": "1.10"}"#)?;
        }
        for update in updates {
            let mut text = self.shape.some_text(&mut self.chance);
            if self.chance.one_in(10) {
                text.push_str(r#"\"token_usage\": {\"output\": 9876543}"#);
            }
            output.line(&update.line(&format!(
                r#"{{"type": "ContentPart", "payload": {{"text": "{text}"}}}}"#
            )))?;
            let line = match passed_on {
                false => update.line(&update.status),
                true => update.line(&format!(
                    r#"{{"type": "SubagentEvent", "payload": {{"agent_id": "a", "event": {}}}}}"#,
                    update.status
                )),
            };
            output.line(&line)?;
            if self.chance.one_in(30) {
                output.line(&line[..line.len() - 1])?;
                self.manifest.skipped_lines += 1;
            }
            let spent = Spent {
                session: session.id.clone(),
                project: session.project.clone(),
                ..update.spent.clone()
            };
            self.manifest.copy(update.call, path, false, spent);
        }
        output.written.usage_lines += updates.len() as u64;
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
    fn updates_are_passed_on_and_forked() {
        let home = tempfile::tempdir().unwrap();
        let manifest = write(home.path(), &Shape::SMALL).unwrap();
        let (names, text) = texts(home.path());
        assert!(names.iter().any(|name| name.contains("subagents")));
        assert!(text.contains("SubagentEvent") && text.contains(r#"\"token_usage\""#));
        let updates = text.matches(r#""StatusUpdate""#).count() as u64;
        assert!(updates > manifest.totals().calls + 20, "{updates}");
    }
}

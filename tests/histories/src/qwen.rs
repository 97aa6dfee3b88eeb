//! Qwen Code: `.qwen/projects/<project>/chats/<session>.jsonl`, and sub-agents' transcripts.

use crate::chance::Chance;
use crate::manifest::{CallId, Manifest, Spent};
use crate::output::Output;
use crate::shape::{Session, Shape};
use crate::time::rfc3339;
use aco_domain::TokenCounts;
use std::io;
use std::path::{Path, PathBuf};

/// Whose models a session speaks to, in turn: they count thoughts in two ways. The first is in no list
/// of prices that we have.
const MODELS: &[&str] = &["qwen3-coder-plus", "gemini-2.5-flash", "gpt-5-mini"];

/// A record of a call, and everything that is the same in its copies.
struct Record {
    id: String,
    call: CallId,
    spent: Spent,
    usage: String,
    text: String,
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
    /// The first records of the session before, to branch off from.
    before: Vec<Record>,
}

impl Author {
    fn session(&mut self, number: u32) -> io::Result<()> {
        let name = format!("project-{:02}", self.chance.number(0..=5));
        let mut session = Session {
            tool: "qwen-code",
            id: self.chance.uuid(),
            project: format!("/home/dev/{name}"),
            at: self.shape.moment(&mut self.chance),
        };
        let folder = PathBuf::from(".qwen/projects").join(format!("-home-dev-{name}"));
        let path = match number % 6 {
            5 => folder
                .join("subagents")
                .join(self.chance.uuid())
                .join(format!("agent-{}.jsonl", session.id)),
            _ => folder.join("chats").join(format!("{}.jsonl", session.id)),
        };
        let mut records = match number % 4 {
            3 => std::mem::take(&mut self.before),
            _ => Vec::new(),
        };
        let model = MODELS[number as usize % MODELS.len()];
        for _ in 0..self.shape.some_calls(&mut self.chance) {
            session.wait(&mut self.chance);
            let (tokens, usage) = self.usage(model);
            records.push(Record {
                id: self.chance.uuid(),
                call: self.manifest.call(),
                spent: session.spent(model, tokens),
                usage,
                text: self.shape.some_text(&mut self.chance),
            });
        }
        self.file(&session, &path, &records)?;
        records.truncate(3);
        self.before = records;
        Ok(())
    }

    fn usage(&mut self, model: &str) -> (TokenCounts, String) {
        let chance = &mut self.chance;
        let prompt = chance.skewed(60_000) + 1;
        let cached = if chance.one_in(3) {
            0
        } else {
            chance.skewed(prompt)
        };
        let candidates = chance.skewed(6_000) + 1;
        let thoughts = chance.skewed(candidates);
        let beside = model.starts_with("gemini");
        let output = candidates + if beside { thoughts } else { 0 };
        let total = prompt + output;
        let counts = TokenCounts {
            input: prompt - cached,
            output,
            cache_read: cached,
            reasoning: thoughts,
            ..TokenCounts::default()
        };
        let written = format!(
            r#"{{"promptTokenCount":{prompt},"candidatesTokenCount":{candidates},"totalTokenCount":{total},"cachedContentTokenCount":{cached},"thoughtsTokenCount":{thoughts}}}"#
        );
        (counts, written)
    }

    fn file(&mut self, session: &Session, path: &Path, records: &[Record]) -> io::Result<()> {
        let mut output = Output::open(&self.home, path)?;
        for record in records {
            let (id, at) = (&record.id, rfc3339(record.spent.at));
            let head = format!(
                r#""parentUuid":null,"sessionId":"{}","timestamp":"{at}","cwd":"{}","version":"0.9.1""#,
                session.id, session.project
            );
            let mut question = self.shape.some_text(&mut self.chance);
            if self.chance.one_in(10) {
                question.push_str(r#"{\"usageMetadata\":{\"promptTokenCount\":9876543}}"#);
            }
            output.line(&format!(
                r#"{{"uuid":"u-{id}",{head},"type":"user","message":{{"parts":[{{"text":"{question}"}}]}}}}"#
            ))?;
            let (model, usage) = (&record.spent.model, &record.usage);
            let answer = format!(
                r#"{{"uuid":"{id}",{head},"type":"assistant","model":"{model}","message":{{"parts":[{{"text":"{}"}}]}},"usageMetadata":{usage}}}"#,
                record.text
            );
            output.line(&answer)?;
            if self.chance.one_in(20) {
                output.line(&answer[..answer.len() - 1])?;
                self.manifest.skipped_lines += 1;
            }
            let spent = Spent {
                session: session.id.clone(),
                project: session.project.clone(),
                ..record.spent.clone()
            };
            self.manifest.copy(record.call, path, false, spent);
        }
        if self.chance.one_in(3) {
            output.unfinished(r#"{"type":"assistant","usageMetadata":{"promptTokenCount":98"#)?;
        }
        output.written.usage_lines += records.len() as u64;
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
    fn records_are_branched_and_quoted_and_torn() {
        let home = tempfile::tempdir().unwrap();
        let manifest = write(home.path(), &Shape::SMALL).unwrap();
        let (names, text) = texts(home.path());
        assert!(names.iter().any(|name| name.contains("subagents")));
        assert!(text.contains(r#"\"usageMetadata\""#));
        let answers = text.matches(r#""type":"assistant","model""#).count() as u64;
        assert!(answers > manifest.totals().calls + 10, "{answers}");
        assert!(manifest.skipped_lines > 0);
    }
}

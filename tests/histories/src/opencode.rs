//! OpenCode: `.local/share/opencode/opencode.db` with the tables of 1.x and 2.x, and the JSON files of
//! before below `storage`.

use crate::chance::Chance;
use crate::database::Database;
use crate::manifest::{CallId, Manifest, Spent, Written};
use crate::shape::{Session, Shape};
use aco_domain::TokenCounts;
use serde_json::{Value, json};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

const FOLDER: &str = ".local/share/opencode";

/// Provider and model. The last is OpenCode's own gateway's, whose prices nobody lists.
const MODELS: &[(&str, &str)] = &[
    ("anthropic", "claude-sonnet-4-5-20250929"),
    ("openai", "gpt-5"),
    ("opencode", "big-pickle"),
];

const TABLES: &str = "
    CREATE TABLE session (id TEXT PRIMARY KEY, project_id TEXT NOT NULL, directory TEXT NOT NULL,
        title TEXT NOT NULL, version TEXT NOT NULL, tokens_input INTEGER NOT NULL DEFAULT 0);
    CREATE TABLE message (id TEXT PRIMARY KEY, session_id TEXT NOT NULL,
        time_created INTEGER NOT NULL, time_updated INTEGER NOT NULL, data TEXT NOT NULL);
    CREATE INDEX message_session_time_created_id_idx ON message (session_id, time_created, id);
    CREATE TABLE part (id TEXT PRIMARY KEY, message_id TEXT NOT NULL, session_id TEXT NOT NULL,
        time_created INTEGER NOT NULL, time_updated INTEGER NOT NULL, data TEXT NOT NULL);
    CREATE INDEX part_message_id_id_idx ON part (message_id, id);
    CREATE INDEX part_session_idx ON part (session_id);
    CREATE TABLE session_v2 (id TEXT PRIMARY KEY, directory TEXT NOT NULL);
    CREATE TABLE session_message (id TEXT PRIMARY KEY, session_id TEXT NOT NULL, type TEXT NOT NULL,
        seq INTEGER NOT NULL, time_created INTEGER NOT NULL, time_updated INTEGER NOT NULL,
        data TEXT NOT NULL);";

/// How a session is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    Rows,
    /// Messages whose steps are not told.
    RowsWithoutSteps,
    Files,
    /// Files that were moved into the database, and left where they were.
    FilesAndRows,
    /// As 2.x keeps it.
    Second,
    /// As 1.x kept it, and once more as 2.x took it over.
    RowsAndSecond,
}

const KEPT: &[Kept] = &[
    Kept::Rows,
    Kept::RowsWithoutSteps,
    Kept::Files,
    Kept::FilesAndRows,
    Kept::Second,
    Kept::RowsAndSecond,
];

/// A step and what it spent.
#[derive(Clone)]
struct Step {
    call: CallId,
    spent: Spent,
    /// Without reasoning.
    output: u64,
}

#[derive(Clone)]
struct Message {
    id: String,
    provider: &'static str,
    steps: Vec<Step>,
}

/// Writes a history into `home`, which plays the part of the user's home.
///
/// # Errors
/// What the disk or SQLite says.
pub fn write(home: &Path, shape: &Shape) -> io::Result<Manifest> {
    let database = Database::begin(home, &PathBuf::from(FOLDER).join("opencode.db"), TABLES)?;
    let mut author = Author {
        home: home.to_owned(),
        shape: *shape,
        chance: Chance::new(shape.seed),
        manifest: Manifest::default(),
        database,
        rows: 0,
    };
    for number in 0..shape.sessions {
        author.session(number)?;
    }
    author.manifest.written.add(author.database.finish()?);
    Ok(author.manifest)
}

struct Author {
    home: PathBuf,
    shape: Shape,
    chance: Chance,
    manifest: Manifest,
    database: Database,
    rows: u64,
}

impl Author {
    fn session(&mut self, number: u32) -> io::Result<()> {
        let kept = KEPT[number as usize % KEPT.len()];
        // Of equal copies the one in the smaller session counts: ids rise, as OpenCode's do.
        let mut session = self.begin(&format!("ses_{number:05}a"));
        let mut messages = Vec::new();
        let mut left = self.shape.some_calls(&mut self.chance);
        while left > 0 {
            let steps = match kept {
                Kept::Second | Kept::RowsWithoutSteps => 1,
                _ => u32::try_from(self.chance.number(1..=4))
                    .unwrap_or(1)
                    .min(left),
            };
            left -= steps;
            session.wait(&mut self.chance);
            messages.push(self.message(&session, steps));
        }
        self.keep(kept, &session, &messages)?;
        // A fork, and a fork of that, go on with a message of their own.
        if kept == Kept::Rows {
            for fork in ["b", "c"] {
                session.id = format!("ses_{number:05}{fork}");
                for message in &mut messages {
                    message.id = self.chance.id("msg_", 20);
                }
                session.wait(&mut self.chance);
                messages.push(self.message(&session, 1));
                self.keep(kept, &session, &messages)?;
            }
        }
        Ok(())
    }

    fn begin(&mut self, id: &str) -> Session {
        let project = format!("/home/dev/project-{:02}", self.chance.number(0..=5));
        Session {
            tool: "opencode",
            id: id.to_owned(),
            project,
            at: self.shape.moment(&mut self.chance),
        }
    }

    fn message(&mut self, session: &Session, steps: u32) -> Message {
        let (provider, model) =
            MODELS[usize::from(self.chance.one_in(2)) + usize::from(self.chance.one_in(4))];
        let steps = (0..steps).map(|_| {
            let (tokens, output) = self.tokens();
            Step {
                call: self.manifest.call(),
                spent: session.spent(model, tokens),
                output,
            }
        });
        let steps = steps.collect();
        Message {
            id: self.chance.id("msg_", 20),
            provider,
            steps,
        }
    }

    fn tokens(&mut self) -> (TokenCounts, u64) {
        let chance = &mut self.chance;
        let output = chance.skewed(4_000) + 1;
        let reasoning = if chance.one_in(3) {
            chance.skewed(3_000)
        } else {
            0
        };
        let counts = TokenCounts {
            input: chance.skewed(20_000) + 1,
            output: output + reasoning,
            cache_read: chance.skewed(150_000),
            cache_write_5m: chance.skewed(9_000),
            cache_write_1h: 0,
            reasoning,
        };
        (counts, output)
    }

    fn keep(&mut self, kept: Kept, session: &Session, messages: &[Message]) -> io::Result<()> {
        let second = matches!(kept, Kept::Second | Kept::RowsAndSecond);
        let rows = !matches!(kept, Kept::Files | Kept::Second);
        let files = matches!(kept, Kept::Files | Kept::FilesAndRows);
        if rows {
            let sql = "INSERT INTO session VALUES (?1, 'p', ?2, 'a title', '1.1.0', 99999)";
            self.database.run(sql, &[&session.id, &session.project])?;
        }
        if second {
            let sql = "INSERT INTO session_v2 VALUES (?1, ?2)";
            self.database.run(sql, &[&session.id, &session.project])?;
        }
        for message in messages {
            if files {
                self.files(session, message)?;
            }
            if rows {
                self.rows(session, message, kept != Kept::RowsWithoutSteps)?;
            }
            if second {
                self.second(session, message, kept)?;
            }
        }
        Ok(())
    }

    /// A copy of a call was written into `path`.
    fn told(&mut self, session: &Session, step: &Step, path: &Path) {
        let spent = Spent {
            session: session.id.clone(),
            project: session.project.clone(),
            ..step.spent.clone()
        };
        self.manifest.copy(step.call, path, false, spent);
        self.manifest.written.usage_lines += 1;
    }

    fn database_path() -> PathBuf {
        PathBuf::from(FOLDER).join("opencode.db")
    }

    fn rows(&mut self, session: &Session, message: &Message, tells_steps: bool) -> io::Result<()> {
        let (first, last) = (
            millis(&message.steps[0].spent),
            &message.steps[message.steps.len() - 1],
        );
        let insert = "INSERT INTO message VALUES (?1, ?2, ?3, ?3, ?4)";
        let data = data_1(session, message, last).to_string();
        let at = first.to_string();
        self.database
            .run(insert, &[&message.id, &session.id, &at, &data])?;
        for step in &message.steps {
            let text = self.shape.some_text(&mut self.chance);
            let quoted = if self.chance.one_in(10) {
                r#"{\"type\":\"step-finish\"}"#
            } else {
                ""
            };
            self.part(
                session,
                message,
                &format!(r#"{{"type":"text","text":"{text}{quoted}"}}"#),
            )?;
            if tells_steps {
                let data = json!({"reason": "stop", "type": "step-finish", "tokens": tokens(step), "cost": 0});
                self.part(session, message, &data.to_string())?;
            }
            self.told(session, step, &Self::database_path());
        }
        if tells_steps && self.chance.one_in(20) {
            self.part(
                session,
                message,
                r#"{"type":"step-finish","tokens":{"input":5"#,
            )?;
            self.manifest.skipped_lines += 1;
        }
        Ok(())
    }

    fn part(&mut self, session: &Session, message: &Message, data: &str) -> io::Result<()> {
        self.rows += 1;
        let id = format!("prt_{:08}", self.rows);
        let insert = "INSERT INTO part VALUES (?1, ?2, ?3, 1, 1, ?4)";
        self.database
            .run(insert, &[&id, &message.id, &session.id, data])
    }

    fn second(&mut self, session: &Session, message: &Message, kept: Kept) -> io::Result<()> {
        let step = &message.steps[message.steps.len() - 1];
        let text = self.shape.some_text(&mut self.chance);
        let data = format!(
            r#"{{"agent":"build","content":[{{"type":"text","text":"{text}"}}],"model":{},"tokens":{},"time":{}}}"#,
            json!({"id": step.spent.model, "providerID": message.provider}),
            tokens(step),
            json!({"created": millis(&step.spent), "completed": millis(&step.spent) + 9}),
        );
        let kind = match kept {
            Kept::Second if self.chance.one_in(8) => "compaction",
            _ => "assistant",
        };
        self.rows += 1;
        let insert = "INSERT INTO session_message VALUES (?1, ?2, ?3, ?4, 1, 1, ?5)";
        let seq = self.rows.to_string();
        self.database
            .run(insert, &[&message.id, &session.id, kind, &seq, &data])?;
        self.told(session, step, &Self::database_path());
        Ok(())
    }

    fn files(&mut self, session: &Session, message: &Message) -> io::Result<()> {
        let storage = PathBuf::from(FOLDER).join("storage");
        let parts = storage.join("part").join(&message.id);
        let path = storage
            .join("message")
            .join(&session.id)
            .join(format!("{}.json", message.id));
        for (number, step) in message.steps.iter().enumerate() {
            let text = self.shape.some_text(&mut self.chance);
            let said = format!(r#"{{"type":"text","text":"{text}"}}"#);
            self.file(&parts.join(format!("prt_{number}a.json")), &said)?;
            let data = json!({"type": "step-finish", "tokens": tokens(step), "cost": 0.5});
            self.file(
                &parts.join(format!("prt_{number}b.json")),
                &data.to_string(),
            )?;
            self.told(session, step, &path);
        }
        let last = &message.steps[message.steps.len() - 1];
        let mut data = data_1(session, message, last);
        data["id"] = json!(message.id);
        data["sessionID"] = json!(session.id);
        self.file(&path, &data.to_string())
    }

    fn file(&mut self, path: &Path, contents: &str) -> io::Result<()> {
        let path = self.home.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, contents)?;
        self.manifest.written.add(Written {
            files: 1,
            bytes: contents.len() as u64,
            ..Written::default()
        });
        Ok(())
    }
}

fn millis(spent: &Spent) -> u64 {
    spent.at.0 / 1_000_000
}

fn tokens(step: &Step) -> Value {
    let counts = step.spent.tokens;
    json!({"input": counts.input, "output": step.output, "reasoning": counts.reasoning,
        "cache": {"read": counts.cache_read, "write": counts.cache_write_5m}})
}

/// A message of 1.x, which holds what its last step spent.
fn data_1(session: &Session, message: &Message, last: &Step) -> Value {
    let at = millis(&message.steps[0].spent);
    json!({"role": "assistant", "modelID": last.spent.model, "providerID": message.provider,
        "path": {"cwd": session.project, "root": "/"}, "cost": 0, "tokens": tokens(last),
        "time": {"created": at, "completed": at + 9}})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_makes_one_history_with_every_way_of_keeping_it() {
        let made = |seed| {
            let home = tempfile::tempdir().unwrap();
            let shape = Shape {
                seed,
                ..Shape::SMALL
            };
            let manifest = write(home.path(), &shape).unwrap();
            let parts =
                Database::count(&home.path().join(Author::database_path()), "part").unwrap();
            (manifest.to_json().unwrap(), parts)
        };
        let one = made(1);
        assert!(one.1 > 100, "{}", one.1);
        assert_eq!(one, made(1));
        assert_ne!(one, made(2));
    }
}

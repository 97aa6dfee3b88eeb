//! Goose: `.local/share/goose/sessions/sessions.db`, and a `.jsonl` of before it.

use crate::chance::Chance;
use crate::database::Database;
use crate::manifest::{Manifest, Spent};
use crate::output::Output;
use crate::shape::{Session, Shape};
use aco_domain::{Terms, TokenCounts, UnixNanos};
use jiff::Timestamp;
use std::io;
use std::path::{Path, PathBuf};

const FOLDER: &str = ".local/share/goose/sessions";
const MODEL: &str = "claude-sonnet-4-5-20250929";

const TABLES: &str = "
    CREATE TABLE schema_version (version INTEGER PRIMARY KEY);
    INSERT INTO schema_version VALUES (16);
    CREATE TABLE sessions (id TEXT PRIMARY KEY, working_dir TEXT NOT NULL, created_at TIMESTAMP,
        total_tokens INTEGER, input_tokens INTEGER, output_tokens INTEGER,
        accumulated_total_tokens INTEGER, accumulated_input_tokens INTEGER,
        accumulated_output_tokens INTEGER, accumulated_cache_read_tokens INTEGER,
        accumulated_cache_write_tokens INTEGER, accumulated_cost REAL, provider_name TEXT,
        model_config_json TEXT);
    CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT NOT NULL,
        role TEXT NOT NULL, content_json TEXT NOT NULL);
    CREATE TABLE usage_ledger (id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT NOT NULL,
        created_timestamp INTEGER NOT NULL, model TEXT, input_tokens INTEGER, output_tokens INTEGER,
        total_tokens INTEGER, cache_read_tokens INTEGER, cache_write_tokens INTEGER, cost REAL,
        cost_source TEXT, is_compaction INTEGER DEFAULT 0);
    CREATE INDEX idx_usage_ledger_session ON usage_ledger (session_id);";

/// Writes a history into `home`, which plays the part of the user's home.
///
/// # Errors
/// What the disk or SQLite says.
pub fn write(home: &Path, shape: &Shape) -> io::Result<Manifest> {
    let database = Database::begin(home, &path(), TABLES)?;
    let mut author = Author {
        home: home.to_owned(),
        shape: *shape,
        chance: Chance::new(shape.seed),
        manifest: Manifest::default(),
        database,
    };
    for number in 0..shape.sessions {
        author.session(number)?;
    }
    author.manifest.written.add(author.database.finish()?);
    Ok(author.manifest)
}

fn path() -> PathBuf {
    PathBuf::from(FOLDER).join("sessions.db")
}

struct Author {
    home: PathBuf,
    shape: Shape,
    chance: Chance,
    manifest: Manifest,
    database: Database,
}

impl Author {
    /// Calls told one by one; or a sum; or a sum, and later calls; or a sum in a file, moved or not.
    fn session(&mut self, number: u32) -> io::Result<()> {
        let mut session = Session {
            tool: "goose",
            id: format!("20251020_{number}"),
            project: format!("/home/dev/project-{:02}", self.chance.number(0..=5)),
            // Seconds are all that is kept.
            at: UnixNanos(self.shape.moment(&mut self.chance).0 / 1_000_000_000 * 1_000_000_000),
        };
        let created = session.at;
        let calls = self.shape.some_calls(&mut self.chance);
        match number % 5 {
            0 => {
                self.row(&session, created, &TokenCounts::default())?;
                for _ in 0..calls {
                    self.call(&mut session)?;
                }
            }
            1 => {
                let sum = self.sum(calls);
                self.row(&session, created, &sum)?;
                self.told(&session, created, sum, true, MODEL, &path());
            }
            2 => {
                let sum = self.sum(calls);
                // What it adds up to in the end is not looked at: its calls are told.
                self.row(&session, created, &self.sum_of(&sum))?;
                self.tell(&session, created, &sum, None)?;
                self.told(&session, created, sum, true, MODEL, &path());
                self.call(&mut session)?;
            }
            kind => {
                let second = Timestamp::from_nanosecond(i128::from(created.0));
                let second = second.map_err(io::Error::other)?;
                session.id = second.strftime("%Y%m%d_%H%M%S").to_string();
                let sum = TokenCounts {
                    input: self.chance.skewed(900_000) + 1,
                    output: self.chance.skewed(40_000),
                    ..TokenCounts::default()
                };
                let file = PathBuf::from(FOLDER).join(format!("{}.jsonl", session.id));
                self.file(&session, &sum, &file)?;
                // A file names no model.
                self.told(&session, created, sum, true, "", &file);
                if kind == 4 {
                    // The same sum once more, of the same session.
                    self.old_row(&session, created, &sum)?;
                }
            }
        }
        Ok(())
    }

    fn sum_of(&self, sum: &TokenCounts) -> TokenCounts {
        TokenCounts {
            input: sum.input + 1_000_000,
            ..*sum
        }
    }

    fn sum(&mut self, calls: u32) -> TokenCounts {
        let mut sum = TokenCounts::default();
        for _ in 0..calls {
            let one = self.tokens();
            sum.input += one.input;
            sum.output += one.output;
            sum.cache_read += one.cache_read;
            sum.cache_write_5m += one.cache_write_5m;
        }
        sum
    }

    fn tokens(&mut self) -> TokenCounts {
        let chance = &mut self.chance;
        TokenCounts {
            input: chance.skewed(30_000) + 1,
            output: chance.skewed(4_000) + 1,
            cache_read: chance.skewed(100_000),
            cache_write_5m: chance.skewed(9_000),
            ..TokenCounts::default()
        }
    }

    fn told(
        &mut self,
        session: &Session,
        at: UnixNanos,
        tokens: TokenCounts,
        summed: bool,
        model: &str,
        path: &Path,
    ) {
        let spent = Spent {
            at,
            terms: Terms {
                summed,
                ..Terms::default()
            },
            ..session.spent(model, tokens)
        };
        let call = self.manifest.call();
        self.manifest.copy(call, path, false, spent);
        self.manifest.written.usage_lines += 1;
    }

    fn call(&mut self, session: &mut Session) -> io::Result<()> {
        session.wait(&mut self.chance);
        let at = UnixNanos(session.at.0 / 1_000_000_000 * 1_000_000_000);
        let tokens = self.tokens();
        let text = self.shape.some_text(&mut self.chance);
        let insert =
            "INSERT INTO messages (session_id, role, content_json) VALUES (?1, 'assistant', ?2)";
        let content = format!(r#"[{{"type":"text","text":"{text}"}}]"#);
        self.database.run(insert, &[&session.id, &content])?;
        self.tell(session, at, &tokens, Some(MODEL))?;
        self.told(session, at, tokens, false, MODEL, &path());
        if self.chance.one_in(20) {
            let insert = "INSERT INTO usage_ledger (session_id, created_timestamp, input_tokens)
                VALUES (?1, 1, 'no number')";
            self.database.run(insert, &[&session.id])?;
            self.manifest.skipped_lines += 1;
        }
        Ok(())
    }

    /// A row of the ledger; without a model it says what was spent before.
    fn tell(
        &mut self,
        session: &Session,
        at: UnixNanos,
        tokens: &TokenCounts,
        model: Option<&str>,
    ) -> io::Result<()> {
        let inside = tokens.cache_read + tokens.cache_write_5m;
        let sql =
            format!(
            "INSERT INTO usage_ledger (session_id, created_timestamp, input_tokens, output_tokens,
                 cache_read_tokens, cache_write_tokens, cost_source, model)
             VALUES (?1, {}, {}, {}, {}, {}, '{}', {})",
            at.0 / 1_000_000_000,
            tokens.input + inside,
            tokens.output,
            tokens.cache_read,
            tokens.cache_write_5m,
            if model.is_some() { "estimated" } else { "carried_forward" },
            model.map_or_else(|| "NULL".to_owned(), |model| format!("'{model}'")),
        );
        self.database.run(&sql, &[&session.id])
    }

    fn row(&mut self, session: &Session, at: UnixNanos, sum: &TokenCounts) -> io::Result<()> {
        let inside = sum.cache_read + sum.cache_write_5m;
        let sql = format!(
            "INSERT INTO sessions VALUES (?1, ?2, datetime({}, 'unixepoch'), 1, 1, 1, {}, {}, {}, {}, {}, 0.5,
                 'anthropic', '{{\"model_name\":\"{MODEL}\"}}')",
            at.0 / 1_000_000_000,
            sum.total(),
            sum.input + inside,
            sum.output,
            sum.cache_read,
            sum.cache_write_5m,
        );
        self.database.run(&sql, &[&session.id, &session.project])
    }

    /// As it is taken over from a file.
    fn old_row(&mut self, session: &Session, at: UnixNanos, sum: &TokenCounts) -> io::Result<()> {
        let sql = format!(
            "INSERT INTO sessions (id, working_dir, created_at, accumulated_input_tokens,
                 accumulated_output_tokens)
             VALUES (?1, ?2, datetime({}, 'unixepoch'), {}, {})",
            at.0 / 1_000_000_000,
            sum.input,
            sum.output,
        );
        self.database.run(&sql, &[&session.id, &session.project])
    }

    fn file(&mut self, session: &Session, sum: &TokenCounts, path: &Path) -> io::Result<()> {
        let mut output = Output::open(&self.home, path)?;
        output.line(&format!(
            r#"{{"working_dir":"{}","description":"d","message_count":2,"total_tokens":9,"accumulated_input_tokens":{},"accumulated_output_tokens":{}}}"#,
            session.project, sum.input, sum.output
        ))?;
        let text = self.shape.some_text(&mut self.chance);
        output.line(&format!(
            r#"{{"role":"user","content":[{{"type":"text","text":"{text}"}}]}}"#
        ))?;
        let written = output.finish()?;
        self.manifest.written.add(written);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_makes_one_history() {
        let made = |seed| {
            let home = tempfile::tempdir().unwrap();
            let shape = Shape {
                seed,
                ..Shape::SMALL
            };
            let manifest = write(home.path(), &shape).unwrap();
            let rows = Database::count(&home.path().join(path()), "usage_ledger").unwrap();
            (manifest.to_json().unwrap(), rows)
        };
        let one = made(1);
        assert!(one.1 > 20, "{}", one.1);
        assert_eq!(one, made(1));
        assert_ne!(one, made(2));
    }
}

//! Goose's traps. Which one is about what, and what each adds up to, stands in `README.md`.

use crate::Trap;
use crate::machine::Deed;
use serde_json::json;

const DATABASE: &str = ".local/share/goose/sessions/sessions.db";

const SESSIONS_OLD: &str = "
    CREATE TABLE schema_version (version INTEGER PRIMARY KEY);
    INSERT INTO schema_version VALUES (5);
    CREATE TABLE sessions (id TEXT PRIMARY KEY, working_dir TEXT NOT NULL,
        created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, total_tokens INTEGER, input_tokens INTEGER,
        output_tokens INTEGER, accumulated_total_tokens INTEGER, accumulated_input_tokens INTEGER,
        accumulated_output_tokens INTEGER);";

const SESSIONS: &str = "
    ALTER TABLE sessions ADD COLUMN accumulated_cache_read_tokens INTEGER;
    ALTER TABLE sessions ADD COLUMN accumulated_cache_write_tokens INTEGER;
    ALTER TABLE sessions ADD COLUMN accumulated_cost REAL;
    ALTER TABLE sessions ADD COLUMN provider_name TEXT;
    ALTER TABLE sessions ADD COLUMN model_config_json TEXT;
    INSERT INTO schema_version VALUES (14);";

const LEDGER: &str = "
    CREATE TABLE usage_ledger (id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT NOT NULL,
        created_timestamp INTEGER NOT NULL, model TEXT, input_tokens INTEGER, output_tokens INTEGER,
        total_tokens INTEGER, cache_read_tokens INTEGER, cache_write_tokens INTEGER, cost REAL,
        cost_source TEXT, is_compaction INTEGER DEFAULT 0);
    INSERT INTO schema_version VALUES (16);";

fn sql(text: impl Into<String>) -> Deed {
    Deed::Sql(DATABASE, text.into())
}

fn session(id: &str) -> Deed {
    sql(format!(
        "INSERT INTO sessions (id, working_dir, created_at, provider_name, model_config_json)
         VALUES ('{id}', '/w/app', '2026-03-01 10:00:00', 'anthropic',
             '{{\"model_name\":\"claude-sonnet-4-5\"}}')"
    ))
}

/// The sums of a session: `[input, output, cache read, cache write]`.
fn sums(id: &str, [input, output, read, write]: [i64; 4]) -> Deed {
    sql(format!(
        "UPDATE sessions SET total_tokens = 1, input_tokens = 1, output_tokens = 1,
             accumulated_input_tokens = {input}, accumulated_output_tokens = {output},
             accumulated_cache_read_tokens = {read}, accumulated_cache_write_tokens = {write}
         WHERE id = '{id}'"
    ))
}

fn row(id: &str, second: i64, [input, output, read, write]: [i64; 4], more: &str) -> String {
    let at = 1_772_359_200 + second;
    format!(
        "INSERT INTO usage_ledger (session_id, created_timestamp, input_tokens, output_tokens,
             cache_read_tokens, cache_write_tokens, model, cost_source)
         VALUES ('{id}', {at}, {input}, {output}, {read}, {write}, {more});"
    )
}

/// A call, told in the same transaction as the sums it is part of.
fn call(id: &str, second: i64, spent: [i64; 4], total: [i64; 4]) -> Deed {
    let told = row(id, second, spent, "'claude-sonnet-4-5', 'estimated'");
    match sums(id, total) {
        Deed::Sql(_, summed) => sql(format!("BEGIN; {summed}; {told} COMMIT;")),
        deed => deed,
    }
}

pub(crate) fn traps() -> Vec<Trap> {
    let tables = format!("{SESSIONS_OLD}{SESSIONS}");
    let all = format!("{tables}{LEDGER}");
    vec![
        Trap::new(
            "goose",
            "calls",
            vec![
                sql(all.as_str()),
                session("20260301_1"),
                call("20260301_1", 1, [100, 20, 30, 10], [100, 20, 30, 10]),
                call("20260301_1", 2, [50, 5, 0, 0], [150, 25, 30, 10]),
                call("20260301_1", 2, [50, 5, 0, 0], [200, 30, 30, 10]),
                call("20260301_1", 9, [0, 0, 0, 0], [200, 30, 30, 10]),
            ],
        ),
        Trap::new(
            "goose",
            "sums-that-grow",
            vec![
                sql(tables.as_str()),
                session("20260301_1"),
                sums("20260301_1", [100, 20, 0, 0]),
                session("20260301_2"),
                sums("20260301_1", [300, 60, 100, 50]),
                sums("20260301_2", [7, 3, 0, 0]),
            ],
        ),
        Trap::new(
            "goose",
            "sums-then-calls",
            vec![
                sql(tables.as_str()),
                session("20260301_1"),
                sums("20260301_1", [300, 60, 100, 50]),
                session("20260301_2"),
                sums("20260301_2", [7, 3, 0, 0]),
                sql(LEDGER),
                // The next call tells first what the session had spent before.
                sql(format!(
                    "BEGIN; {} {} {}; COMMIT;",
                    row("20260301_1", 90, [300, 60, 100, 50], "NULL, 'carried_forward'"),
                    row("20260301_1", 90, [40, 4, 0, 0], "'claude-sonnet-4-5', 'estimated'"),
                    "UPDATE sessions SET accumulated_input_tokens = 340, accumulated_output_tokens = 64
                     WHERE id = '20260301_1'"
                )),
            ],
        ),
        Trap::new(
            "goose",
            "old-tables",
            vec![
                sql(SESSIONS_OLD),
                sql("INSERT INTO sessions (id, working_dir, created_at, accumulated_input_tokens,
                         accumulated_output_tokens)
                     VALUES ('20260301_1', '/w/app', '2026-03-01 10:00:00', 11, 12)"),
            ],
        ),
        Trap::new("goose", "lines-then-database", {
            let line = |input, output| {
                let sums = json!({"working_dir": "/w/app", "description": "d", "message_count": 2,
                    "total_tokens": 5, "accumulated_input_tokens": input,
                    "accumulated_output_tokens": output});
                Deed::File(
                    ".local/share/goose/sessions/20260301_100000.jsonl",
                    format!("{sums}\n{{\"role\":\"user\",\"accumulated_input_tokens\":1}}\n"),
                )
            };
            vec![
                line(10, 2),
                line(100, 20),
                sql(SESSIONS_OLD),
                sql("INSERT INTO sessions (id, working_dir, created_at, accumulated_input_tokens,
                         accumulated_output_tokens)
                     VALUES ('20260301_100000', '/w/app', '2026-03-01 09:00:00', 100, 20)"),
            ]
        }),
        Trap::new(
            "goose",
            "damaged-rows",
            vec![
                sql(all.as_str()),
                session("20260301_1"),
                sql(row("20260301_1", 1, [-5, 1, 0, 0], "'m', 'estimated'")),
                sql(row("20260301_1", 2, [5, 1, 0, 0], "'m', 'estimated'")),
                sql("INSERT INTO usage_ledger (session_id, created_timestamp, input_tokens)
                     VALUES ('20260301_1', 1772359203, 'many'), ('gone', 1772359204, 8)"),
            ],
        ),
    ]
}

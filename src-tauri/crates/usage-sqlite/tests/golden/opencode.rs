//! OpenCode's traps. Which one is about what, and what each adds up to, stands in `README.md`.

use crate::Trap;
use crate::machine::Deed;
use serde_json::{Value, json};

const DATABASE: &str = ".local/share/opencode/opencode.db";
const BETA: &str = ".local/share/opencode/opencode-beta.db";

/// The tables of 1.x as far as they matter: ids are texts, rows have numbers of their own.
const TABLES_1: &str = "
    CREATE TABLE session (id TEXT PRIMARY KEY, directory TEXT NOT NULL, version TEXT NOT NULL);
    CREATE TABLE message (id TEXT PRIMARY KEY, session_id TEXT NOT NULL,
        time_created INTEGER NOT NULL, time_updated INTEGER NOT NULL, data TEXT NOT NULL);
    CREATE TABLE part (id TEXT PRIMARY KEY, message_id TEXT NOT NULL, session_id TEXT NOT NULL,
        time_created INTEGER NOT NULL, time_updated INTEGER NOT NULL, data TEXT NOT NULL);
    CREATE INDEX part_message_id_id_idx ON part (message_id, id);";

/// What 2.x adds.
const TABLES_2: &str = "
    CREATE TABLE session_v2 (id TEXT PRIMARY KEY, directory TEXT NOT NULL);
    CREATE TABLE session_message (id TEXT PRIMARY KEY, session_id TEXT NOT NULL, type TEXT NOT NULL,
        seq INTEGER NOT NULL, time_created INTEGER NOT NULL, time_updated INTEGER NOT NULL,
        data TEXT NOT NULL);";

fn sql(text: impl Into<String>) -> Deed {
    Deed::Sql(DATABASE, text.into())
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn at(second: u64) -> u64 {
    1_772_359_200_000 + second * 1_000
}

/// `[input, output, reasoning, cache read, cache write]`.
fn tokens([input, output, reasoning, read, write]: [u64; 5]) -> Value {
    json!({"input": input, "output": output, "reasoning": reasoning,
        "cache": {"read": read, "write": write}})
}

/// A message of 1.x, begun at this second, whose last step had these counts.
fn data_1(second: u64, last: [u64; 5], finished: bool) -> Value {
    let mut time = json!({"created": at(second)});
    if finished {
        time["completed"] = json!(at(second + 5));
    }
    json!({"role": "assistant", "parentID": "msg_0", "modelID": "claude-sonnet-4-5",
        "providerID": "anthropic", "mode": "build", "path": {"cwd": "/w/app", "root": "/w"},
        "cost": 0, "tokens": tokens(last), "time": time})
}

fn message_1(id: &str, session: &str, updated: u64, data: &Value) -> Deed {
    let (data, updated) = (quoted(&data.to_string()), at(updated));
    sql(format!(
        "INSERT INTO message VALUES ('{id}', '{session}', {updated}, {updated}, {data})
         ON CONFLICT (id) DO UPDATE SET data = excluded.data, time_updated = excluded.time_updated"
    ))
}

fn part(id: &str, message: &str, data: &str) -> Deed {
    let data = quoted(data);
    sql(format!(
        "INSERT INTO part VALUES ('{id}', '{message}', 's', 0, 0, {data})"
    ))
}

fn step(id: &str, message: &str, spent: [u64; 5]) -> Deed {
    let data = json!({"reason": "stop", "type": "step-finish", "tokens": tokens(spent), "cost": 0});
    part(id, message, &data.to_string())
}

fn data_2(second: u64, spent: Option<[u64; 5]>) -> Value {
    let mut data = json!({"agent": "build", "content": [{"type": "text", "text": "\"tokens\": {"}],
        "model": {"id": "claude-sonnet-4-5", "providerID": "anthropic"},
        "time": {"created": at(second)}});
    if let Some(spent) = spent {
        data["tokens"] = tokens(spent);
        data["time"]["completed"] = json!(at(second + 5));
    }
    data
}

fn message_2(id: &str, session: &str, kind: &str, updated: u64, data: &Value) -> Deed {
    let (data, updated) = (quoted(&data.to_string()), at(updated));
    sql(format!(
        "INSERT INTO session_message VALUES ('{id}', '{session}', '{kind}',
             (SELECT count(*) FROM session_message), {updated}, {updated}, {data})
         ON CONFLICT (id) DO UPDATE SET data = excluded.data, time_updated = excluded.time_updated"
    ))
}

/// A message with two steps, as 1.x writes it: begun, and changed at the end of each step.
fn two_steps(id: &str, session: &str, second: u64) -> Vec<Deed> {
    vec![
        message_1(id, session, second, &data_1(second, [0; 5], false)),
        part(
            &format!("{id}_p1"),
            id,
            r#"{"type":"text","text":"says \"step-finish\" itself"}"#,
        ),
        step(&format!("{id}_p2"), id, [100, 10, 5, 1_000, 200]),
        message_1(
            id,
            session,
            second + 1,
            &data_1(second, [100, 10, 5, 1_000, 200], false),
        ),
        step(&format!("{id}_p3"), id, [20, 30, 0, 1_200, 0]),
        message_1(
            id,
            session,
            second + 2,
            &data_1(second, [20, 30, 0, 1_200, 0], true),
        ),
    ]
}

fn file(path: &'static str, data: &Value) -> Deed {
    Deed::File(path, data.to_string())
}

pub(crate) fn traps() -> Vec<Trap> {
    let storage = |path: &'static str, id: &str, mut data: Value| {
        data["id"] = json!(id);
        data["sessionID"] = json!("ses_1");
        file(path, &data)
    };
    let step_data = |spent| json!({"type": "step-finish", "tokens": tokens(spent), "cost": 0.01});
    let with = |tables: &str, deeds: Vec<Deed>| {
        let mut all = vec![sql(tables)];
        all.extend(deeds);
        all
    };
    let both = format!("{TABLES_1}{TABLES_2}");
    vec![
        Trap::new(
            "opencode",
            "steps",
            with(TABLES_1, two_steps("msg_1", "ses_1", 1)),
        ),
        Trap::new(
            "opencode",
            "message-without-steps",
            with(
                TABLES_1,
                vec![
                    message_1("msg_1", "ses_1", 1, &data_1(1, [0; 5], false)),
                    message_1("msg_1", "ses_1", 2, &data_1(1, [7, 8, 0, 0, 0], true)),
                    message_1(
                        "msg_2",
                        "ses_1",
                        3,
                        &json!({"role": "user", "time": {"created": 1}}),
                    ),
                    message_1("msg_3", "ses_1", 4, &data_1(4, [0; 5], true)),
                ],
            ),
        ),
        Trap::new(
            "opencode",
            "equal-steps",
            with(
                TABLES_1,
                vec![
                    message_1("msg_1", "ses_1", 1, &data_1(1, [0; 5], false)),
                    step("p1", "msg_1", [3, 4, 0, 0, 0]),
                    step("p2", "msg_1", [3, 4, 0, 0, 0]),
                    message_1("msg_1", "ses_1", 3, &data_1(1, [3, 4, 0, 0, 0], true)),
                ],
            ),
        ),
        Trap::new("opencode", "forks-of-forks", {
            let mut deeds = with(TABLES_1, two_steps("msg_1", "ses_1", 1));
            // A fork writes every message anew, each at once and whole, with all its parts.
            for (fork, session) in [("msg_2", "ses_2"), ("msg_3", "ses_3")] {
                deeds.extend([
                    message_1(fork, session, 60, &data_1(1, [20, 30, 0, 1_200, 0], true)),
                    step(&format!("{fork}_a"), fork, [100, 10, 5, 1_000, 200]),
                    step(&format!("{fork}_b"), fork, [20, 30, 0, 1_200, 0]),
                ]);
            }
            deeds.extend([
                message_1("msg_9", "ses_3", 70, &data_1(70, [0; 5], false)),
                step("p9", "msg_9", [1, 2, 0, 0, 0]),
                message_1("msg_9", "ses_3", 71, &data_1(70, [1, 2, 0, 0, 0], true)),
            ]);
            deeds
        }),
        Trap::new("opencode", "upgraded", {
            let mut deeds = with(&both, two_steps("msg_1", "ses_1", 1));
            deeds.extend([
                // The old message under its id, with the counts of its last step.
                message_2(
                    "msg_1",
                    "ses_1",
                    "assistant",
                    90,
                    &data_2(1, Some([20, 30, 0, 1_200, 0])),
                ),
                message_2("msg_5", "ses_1", "assistant", 91, &data_2(91, None)),
                message_2(
                    "msg_5",
                    "ses_1",
                    "assistant",
                    95,
                    &data_2(91, Some([9, 1, 0, 0, 0])),
                ),
            ]);
            deeds
        }),
        Trap::new(
            "opencode",
            "second-version",
            with(
                TABLES_2,
                vec![
                    sql("INSERT INTO session_v2 VALUES ('ses_1', '/w/two')"),
                    message_2(
                        "msg_1",
                        "ses_1",
                        "user",
                        1,
                        &json!({"text": "tokens", "time": {}}),
                    ),
                    message_2("msg_2", "ses_1", "assistant", 2, &data_2(2, None)),
                    message_2("msg_3", "ses_2", "assistant", 3, &data_2(3, None)),
                    message_2(
                        "msg_2",
                        "ses_1",
                        "assistant",
                        4,
                        &data_2(2, Some([5, 6, 7, 8, 9])),
                    ),
                    // A step that failed and was tried again under the same id.
                    message_2(
                        "msg_3",
                        "ses_2",
                        "assistant",
                        5,
                        &data_2(3, Some([10, 0, 0, 0, 0])),
                    ),
                    message_2("msg_3", "ses_2", "assistant", 6, &{
                        let mut data = data_2(3, Some([10, 0, 0, 0, 0]));
                        data["time"] = json!({"created": at(3)});
                        data
                    }),
                    message_2(
                        "msg_4",
                        "ses_1",
                        "compaction",
                        7,
                        &data_2(7, Some([1_000, 50, 0, 0, 0])),
                    ),
                ],
            ),
        ),
        Trap::new("opencode", "several-databases", {
            let mut deeds = with(TABLES_1, two_steps("msg_1", "ses_1", 1));
            let beta = |deed: Deed| match deed {
                Deed::Sql(_, text) => Deed::Sql(BETA, text),
                deed => deed,
            };
            deeds.push(beta(sql(TABLES_2)));
            let other = message_2(
                "msg_7",
                "ses_7",
                "assistant",
                7,
                &data_2(7, Some([4, 4, 0, 0, 0])),
            );
            deeds.push(beta(other));
            deeds
        }),
        Trap::new("opencode", "files", {
            let message = ".local/share/opencode/storage/message/ses_1/msg_1.json";
            vec![
                storage(message, "msg_1", data_1(1, [0; 5], false)),
                file(
                    ".local/share/opencode/storage/part/msg_1/prt_1.json",
                    &json!({"type": "text", "text": "step-finish"}),
                ),
                file(
                    ".local/share/opencode/storage/part/msg_1/prt_2.json",
                    &step_data([100, 10, 5, 1_000, 200]),
                ),
                storage(message, "msg_1", data_1(1, [100, 10, 5, 1_000, 200], false)),
                file(
                    ".local/share/opencode/storage/part/msg_1/prt_3.json",
                    &step_data([20, 30, 0, 1_200, 0]),
                ),
                storage(message, "msg_1", data_1(1, [20, 30, 0, 1_200, 0], true)),
                storage(
                    ".local/share/opencode/storage/message/ses_1/msg_2.json",
                    "msg_2",
                    data_1(9, [1, 1, 0, 0, 0], true),
                ),
            ]
        }),
        Trap::new("opencode", "files-then-database", {
            let mut deeds = vec![
                file(
                    ".local/share/opencode/storage/part/msg_1/prt_2.json",
                    &step_data([100, 10, 5, 1_000, 200]),
                ),
                file(
                    ".local/share/opencode/storage/part/msg_1/prt_3.json",
                    &step_data([20, 30, 0, 1_200, 0]),
                ),
                storage(
                    ".local/share/opencode/storage/message/ses_1/msg_1.json",
                    "msg_1",
                    data_1(1, [20, 30, 0, 1_200, 0], true),
                ),
            ];
            deeds.extend(with(TABLES_1, two_steps("msg_1", "ses_1", 1)));
            deeds
        }),
        Trap::new(
            "opencode",
            "damaged-rows",
            with(
                &both,
                vec![
                    message_1("msg_1", "ses_1", 1, &data_1(1, [0; 5], false)),
                    part(
                        "p1",
                        "msg_1",
                        r#"{"type":"step-finish","tokens":{"input":5"#,
                    ),
                    part(
                        "p2",
                        "msg_1",
                        r#"{"type":"step-finish","tokens":{"input":-5}}"#,
                    ),
                    step("p3", "msg_1", [5, 5, 0, 0, 0]),
                    sql(
                        "INSERT INTO message VALUES ('msg_2', 'ses_1', 2, 2, 'not JSON \"tokens\"')",
                    ),
                    sql(
                        "INSERT INTO session_message VALUES ('msg_3', 'ses_1', 'assistant', 1, 3, 3, x'00ff')",
                    ),
                    message_2(
                        "msg_4",
                        "ses_1",
                        "assistant",
                        4,
                        &data_2(4, Some([6, 6, 0, 0, 0])),
                    ),
                ],
            ),
        ),
        Trap::new("opencode", "unknown-shape", {
            let mut deeds = with(TABLES_1, two_steps("msg_1", "ses_1", 1));
            deeds.extend([
                part("p8", "msg_1", r#"{"type":"step-finish","usage":{"prompt":5}}"#),
                part("p9", "msg_1", r#"{"type":"step-finish","tokens":{"prompt":5}}"#),
            ]);
            deeds
        }),
        Trap::new(
            "opencode",
            "unknown-tables",
            vec![sql(
                "CREATE TABLE session (id TEXT PRIMARY KEY, version TEXT);
                 CREATE TABLE message (id TEXT PRIMARY KEY, body TEXT);
                 INSERT INTO session VALUES ('s', '9.1.0'); INSERT INTO message VALUES ('m', 'tokens')",
            )],
        ),
        Trap::new("opencode", "deleted-session", {
            let mut deeds = with(TABLES_1, two_steps("msg_1", "ses_1", 1));
            deeds.extend([
                Deed::IsSeen,
                sql("DELETE FROM part; DELETE FROM message;"),
                message_1("msg_2", "ses_2", 50, &data_1(50, [0; 5], false)),
                step("msg_2_p", "msg_2", [2, 2, 0, 0, 0]),
                message_1("msg_2", "ses_2", 51, &data_1(50, [2, 2, 0, 0, 0], true)),
            ]);
            deeds
        }),
    ]
}

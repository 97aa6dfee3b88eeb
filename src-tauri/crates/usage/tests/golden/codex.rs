//! One fixture for each trap of Codex's rollouts.

use super::fixtures::{Fixture, lines, totals};
use serde_json::{Value, json};

/// A thread's id, by its last digit.
fn id(thread: u32) -> String {
    format!("00000000-0000-4000-8000-00000000000{thread}")
}

fn at(second: u32) -> String {
    format!("2026-03-01T10:{:02}:{:02}.000Z", second / 60, second % 60)
}

fn row(second: u32, kind: &str, payload: Value) -> Value {
    json!({"timestamp": at(second), "type": kind, "payload": payload})
}

fn meta(second: u32, thread: u32, more: Value) -> Value {
    let mut payload = json!({"id": id(thread), "timestamp": at(second), "cwd": "/home/user/app",
        "originator": "codex_cli_rs", "cli_version": "0.50.0", "model_provider": "openai"});
    for (key, value) in more.as_object().unwrap() {
        payload[key] = value.clone();
    }
    row(second, "session_meta", payload)
}

fn turn(second: u32) -> Value {
    let payload = json!({"turn_id": format!("turn-{second}"), "cwd": "/home/user/app", "model": "gpt-5-codex"});
    row(second, "turn_context", payload)
}

/// `[input, cached, cache write, output, reasoning]`; Codex states the sum of input and output.
fn usage(counts: [u64; 5]) -> Value {
    let [input, cached, write, output, reasoning] = counts;
    json!({"input_tokens": input, "cached_input_tokens": cached, "cache_write_input_tokens": write,
        "output_tokens": output, "reasoning_output_tokens": reasoning, "total_tokens": input + output})
}

fn info(second: u32, info: Value) -> Value {
    let limits = json!({"primary": {"used_percent": 12.5}});
    let payload = json!({"type": "token_count", "info": info, "rate_limits": limits});
    row(second, "event_msg", payload)
}

/// A `token_count` row of a call of `input` and `output`, after which the totals are these.
fn count(second: u32, last: [u64; 2], total: [u64; 2]) -> Value {
    let plain = |[input, output]: [u64; 2]| usage([input, 0, 0, output, 0]);
    let both = json!({"last_token_usage": plain(last), "total_token_usage": plain(total),
        "model_context_window": 272_000});
    info(second, both)
}

fn record(second: u32, thread: u32, response: &str, counts: [u64; 5]) -> Value {
    let usage = usage(counts);
    row(
        second,
        "token_usage_record",
        json!({"thread_id": id(thread), "turn_id": "turn", "response_id": response, "usage": usage,
            "turn_token_usage": usage, "thread_token_usage": usage}),
    )
}

/// `rows` as a fork writes them: with the time at which it did.
fn restamped(rows: &[Value], second: u32) -> Vec<Value> {
    let mut rows = rows.to_vec();
    for row in &mut rows {
        row["timestamp"] = json!(at(second));
    }
    rows
}

fn numbered(rows: &[Value], first: u64) -> Vec<Value> {
    let mut rows = rows.to_vec();
    for (row, ordinal) in rows.iter_mut().zip(first..) {
        row["ordinal"] = json!(ordinal);
    }
    rows
}

const A: &str =
    "sessions/2026/03/01/rollout-2026-03-01T10-00-00-00000000-0000-4000-8000-000000000001.jsonl";
const B: &str =
    "sessions/2026/03/01/rollout-2026-03-01T10-10-00-00000000-0000-4000-8000-000000000002.jsonl";
const C: &str =
    "sessions/2026/03/01/rollout-2026-03-01T10-20-00-00000000-0000-4000-8000-000000000003.jsonl";

/// A thread of three calls: 100 + 10, 200 + 20, 300 + 30.
fn parent() -> Vec<Value> {
    vec![
        meta(0, 1, json!({})),
        turn(1),
        count(10, [100, 10], [100, 10]),
        count(20, [200, 20], [300, 30]),
        turn(30),
        count(40, [300, 30], [600, 60]),
    ]
}

pub fn fixtures() -> Vec<Fixture> {
    [counters(), records(), forks(), places()]
        .into_iter()
        .flatten()
        .collect()
}

fn counters() -> Vec<Fixture> {
    vec![
        Fixture {
            name: "codex/parts",
            files: vec![(
                A,
                lines(&[
                    meta(0, 1, json!({})),
                    turn(1),
                    info(
                        2,
                        json!({"last_token_usage": usage([100, 60, 10, 50, 20]),
                            "total_token_usage": usage([100, 60, 10, 50, 20])}),
                    ),
                ]),
            )],
            expected: totals(1, [30, 50, 60, 10, 0, 20], 0),
        },
        Fixture {
            name: "codex/re-emitted",
            files: vec![(
                A,
                lines(&[
                    meta(0, 1, json!({})),
                    turn(1),
                    info(2, Value::Null),
                    count(3, [100, 10], [100, 10]),
                    count(4, [100, 10], [100, 10]),
                    info(5, Value::Null),
                    count(6, [100, 10], [100, 10]),
                    // As large as the one before, and another call.
                    count(7, [100, 10], [200, 20]),
                ]),
            )],
            expected: totals(2, [200, 20, 0, 0, 0, 0], 0),
        },
        Fixture {
            name: "codex/no-last",
            files: vec![(
                A,
                lines(&{
                    let total = |second, input, output| {
                        let total = usage([input, 0, 0, output, 0]);
                        info(second, json!({"total_token_usage": total}))
                    };
                    [
                        meta(0, 1, json!({})),
                        turn(1),
                        total(2, 100, 10),
                        total(3, 100, 10),
                        total(4, 350, 30),
                        // Resumed by a version that counts from 0 again.
                        total(5, 40, 4),
                    ]
                }),
            )],
            expected: totals(3, [390, 34, 0, 0, 0, 0], 0),
        },
        Fixture {
            name: "codex/overflow-compaction-restart",
            files: vec![(
                A,
                lines(&{
                    let nothing = |total: u64| {
                        let mut usage = usage([0; 5]);
                        usage["total_tokens"] = json!(total);
                        usage
                    };
                    [
                        meta(0, 1, json!({})),
                        turn(1),
                        count(2, [100, 10], [100, 10]),
                        // The window is full: zeros, and the window's size as total.
                        info(
                            3,
                            json!({"last_token_usage": nothing(272_000), "total_token_usage": nothing(272_000)}),
                        ),
                        // Compacted: the last call is an estimate in the total alone.
                        info(
                            4,
                            json!({"last_token_usage": nothing(9_000), "total_token_usage": nothing(272_001)}),
                        ),
                        count(5, [50, 5], [50, 5]),
                        // Resumed by a version that counts from 0 again: smaller totals, a new call.
                        count(6, [30, 3], [30, 3]),
                        count(7, [20, 2], [50, 5]),
                    ]
                }),
            )],
            expected: totals(4, [200, 20, 0, 0, 0, 0], 0),
        },
        Fixture {
            name: "codex/damaged",
            files: vec![(A, {
                let cut = count(4, [1, 1], [2, 2]).to_string();
                let cut = &cut[..cut.find("\"timestamp\"").unwrap()];
                let mut bytes = lines(&[
                    meta(0, 1, json!({})).to_string(),
                    turn(1).to_string(),
                    count(2, [100, 10], [100, 10]).to_string(),
                    cut.to_owned(),
                    count(3, [9, 9], [109, 19])
                        .to_string()
                        .replace("\"output_tokens\":9", "\"output_tokens\":-9"),
                    row(
                        3,
                        "response_item",
                        json!({"text": "\"token_count\":{\"info\":5}"}),
                    )
                    .to_string(),
                    count(5, [200, 20], [300, 30]).to_string(),
                ]);
                bytes.extend_from_slice(cut.as_bytes());
                bytes
            })],
            expected: totals(2, [300, 30, 0, 0, 0, 0], 2),
        },
    ]
}

fn records() -> Vec<Fixture> {
    vec![
        Fixture {
            name: "codex/records",
            files: vec![(
                A,
                lines(&[
                    meta(0, 1, json!({})),
                    turn(1),
                    record(2, 1, "resp_1", [100, 60, 10, 50, 20]),
                    count(2, [100, 50], [100, 50]),
                    record(3, 1, "resp_1", [100, 60, 10, 50, 20]),
                    // A remote compaction has no other row; the copy in `compacted` is one.
                    record(4, 1, "resp_2", [1_000, 0, 0, 100, 0]),
                    row(
                        4,
                        "compacted",
                        json!({"message": "", "latest_token_usage_record":
                            record(4, 1, "resp_2", [1_000, 0, 0, 100, 0])["payload"]}),
                    ),
                    turn(5),
                    count(6, [7, 1], [107, 51]),
                    record(6, 1, "resp_3", [7, 0, 0, 1, 0]),
                ]),
            )],
            expected: totals(3, [1_037, 151, 60, 10, 0, 20], 0),
        },
        Fixture {
            name: "codex/old-then-new",
            files: vec![(
                A,
                lines(&[
                    meta(0, 1, json!({})),
                    turn(1),
                    count(2, [100, 10], [100, 10]),
                    turn(10),
                    // The first record, behind the row that tells of the same call.
                    count(11, [200, 20], [300, 30]),
                    record(11, 1, "resp_1", [200, 0, 0, 20, 0]),
                    record(12, 1, "resp_1", [200, 0, 0, 20, 0]),
                    record(20, 1, "resp_2", [300, 0, 0, 30, 0]),
                    count(20, [300, 30], [600, 60]),
                ]),
            )],
            expected: totals(3, [600, 60, 0, 0, 0, 0], 0),
        },
    ]
}

fn forks() -> Vec<Fixture> {
    let parent_rows = parent();
    let forked = |second| meta(second, 2, json!({"forked_from_id": id(1)}));
    let spawned = |second, thread| {
        let spawn = json!({"parent_thread_id": id(1), "depth": 1});
        meta(
            second,
            thread,
            json!({"source": {"subagent": {"thread_spawn": spawn}}}),
        )
    };
    let chain = |parts: &[&[Value]]| lines(&parts.concat());
    vec![
        Fixture {
            name: "codex/fork-restamped",
            files: vec![
                (A, lines(&parent_rows)),
                (
                    B,
                    chain(&[
                        &[forked(600)],
                        &restamped(&parent_rows[..4], 600),
                        // The parent went on by the same numbers; this is the fork's own call.
                        &[turn(630), count(640, [300, 30], [600, 60])],
                        &[count(650, [50, 5], [650, 65])],
                    ]),
                ),
            ],
            expected: totals(5, [950, 95, 0, 0, 0, 0], 0),
        },
        Fixture {
            name: "codex/fork-original-times",
            files: vec![
                (A, lines(&parent_rows)),
                (
                    B,
                    chain(&[
                        &[forked(600)],
                        &parent_rows[..4],
                        &[turn(600), count(601, [50, 5], [350, 35])],
                    ]),
                ),
            ],
            expected: totals(4, [650, 65, 0, 0, 0, 0], 0),
        },
        Fixture {
            name: "codex/fork-without-parent",
            files: vec![(
                B,
                chain(&[
                    &[forked(600)],
                    &restamped(&parent_rows, 600),
                    &[turn(630), count(640, [50, 5], [650, 65])],
                ]),
            )],
            expected: totals(1, [50, 5, 0, 0, 0, 0], 0),
        },
        Fixture {
            name: "codex/fork-of-fork",
            files: {
                let child = [
                    &[forked(600)],
                    &restamped(&parent_rows, 600)[..],
                    &[turn(630), count(640, [50, 5], [650, 65])],
                ]
                .concat();
                let grandchild = [
                    &[meta(1200, 3, json!({"forked_from_id": id(2)}))],
                    &restamped(&child, 1200)[..],
                    &[turn(1230), count(1240, [70, 7], [720, 72])],
                ]
                .concat();
                vec![
                    (A, lines(&parent_rows)),
                    (B, lines(&child)),
                    (C, lines(&grandchild)),
                ]
            },
            expected: totals(5, [720, 72, 0, 0, 0, 0], 0),
        },
        Fixture {
            name: "codex/subagent-copied",
            files: vec![
                (A, lines(&parent_rows)),
                (
                    // No copy of the parent's `session_meta`, and its own call at once.
                    B,
                    chain(&[
                        &[spawned(600, 2)],
                        &restamped(&parent_rows[1..4], 600),
                        &[turn(600), count(603, [50, 5], [350, 35])],
                    ]),
                ),
            ],
            expected: totals(4, [650, 65, 0, 0, 0, 0], 0),
        },
        Fixture {
            name: "codex/subagents-from-zero",
            files: vec![
                (A, lines(&parent_rows)),
                (
                    B,
                    // The same first call as its parent's and its sister's, by chance.
                    chain(&[&[
                        spawned(600, 2),
                        turn(601),
                        count(605, [100, 10], [100, 10]),
                        count(610, [40, 4], [140, 14]),
                    ]]),
                ),
                (
                    C,
                    chain(&[&[spawned(600, 3), turn(601), count(605, [100, 10], [100, 10])]]),
                ),
            ],
            expected: totals(6, [840, 84, 0, 0, 0, 0], 0),
        },
        Fixture {
            name: "codex/history-base",
            files: {
                let parent = numbered(&parent_rows, 0);
                let end = lines(&parent[..4]).len();
                let base =
                    json!({"thread_id": id(1), "end_ordinal_exclusive": 4, "end_byte_offset": end});
                let child = [
                    meta(
                        600,
                        2,
                        json!({"forked_from_id": id(1), "history_base": base}),
                    ),
                    turn(601),
                    // What the parent had, said again.
                    count(602, [200, 20], [300, 30]),
                    count(610, [300, 30], [600, 60]),
                ];
                vec![(A, lines(&parent)), (B, lines(&numbered(&child, 4)))]
            },
            expected: totals(4, [900, 90, 0, 0, 0, 0], 0),
        },
        Fixture {
            name: "codex/start-ordinal",
            files: vec![(
                B,
                lines(&numbered(
                    &[
                        &[meta(
                            600,
                            2,
                            json!({"subagent_history_start_ordinal": 7,
                            "source": {"subagent": {"thread_spawn": {"parent_thread_id": id(1)}}}}),
                        )],
                        &restamped(&parent_rows, 660)[..],
                        &[turn(661), count(662, [50, 5], [650, 65])],
                    ]
                    .concat(),
                    0,
                )),
            )],
            expected: totals(1, [50, 5, 0, 0, 0, 0], 0),
        },
    ]
}

fn places() -> Vec<Fixture> {
    let thread = lines(&parent());
    let packed = |bytes: &[u8]| {
        let level = ruzstd::encoding::CompressionLevel::Fastest;
        ruzstd::encoding::compress_to_vec(bytes, level)
    };
    const ARCHIVED: &str =
        "archived_sessions/rollout-2026-03-01T10-00-00-00000000-0000-4000-8000-000000000001.jsonl";
    const PACKED: &str = "sessions/2026/03/01/rollout-2026-03-01T10-00-00-00000000-0000-4000-8000-000000000001.jsonl.zst";
    const PAGE: &str = "sessions/2026/03/01/rollout-2026-03-01T10-05-00-00000000-0000-4000-8000-000000000001_1.jsonl";
    vec![
        Fixture {
            name: "codex/archived",
            files: vec![(A, thread.clone()), (ARCHIVED, thread.clone())],
            expected: totals(3, [600, 60, 0, 0, 0, 0], 0),
        },
        Fixture {
            name: "codex/compressed",
            files: vec![(PACKED, packed(&thread))],
            expected: totals(3, [600, 60, 0, 0, 0, 0], 0),
        },
        Fixture {
            name: "codex/compressed-beside-plain",
            files: vec![
                (A, thread.clone()),
                (PACKED, packed(&lines(&parent()[..4]))),
            ],
            expected: totals(3, [600, 60, 0, 0, 0, 0], 0),
        },
        Fixture {
            name: "codex/pages",
            files: vec![
                (A, thread),
                (
                    PAGE,
                    lines(&[
                        meta(300, 1, json!({})),
                        turn(301),
                        count(310, [40, 4], [640, 64]),
                    ]),
                ),
            ],
            expected: totals(4, [640, 64, 0, 0, 0, 0], 0),
        },
    ]
}

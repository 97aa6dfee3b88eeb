//! One fixture for each trap of Claude Code's transcripts.

use super::fixtures::{Fixture, lines, totals};
use serde_json::{Value, json};

/// An assistant's line: ids, time (seconds), and `[input, output, cache read, cache write]`.
fn line(message: &str, request: &str, second: u32, tokens: [u64; 4]) -> Value {
    let [input, output, read, write] = tokens;
    json!({
        "parentUuid": null,
        "isSidechain": false,
        "cwd": "/home/user/app",
        "sessionId": "11111111-1111-4111-8111-111111111111",
        "version": "2.0.1",
        "type": "assistant",
        "timestamp": format!("2026-03-01T10:00:{second:02}.000Z"),
        "requestId": request,
        "message": {
            "id": message,
            "role": "assistant",
            "model": "claude-sonnet-4-5-20250929",
            "content": [{"type": "text", "text": "…"}],
            "usage": {
                "input_tokens": input,
                "output_tokens": output,
                "cache_read_input_tokens": read,
                "cache_creation_input_tokens": write,
                "service_tier": "standard"
            }
        }
    })
}

fn with(mut line: Value, pointer: &str, value: Value) -> Value {
    *line.pointer_mut(pointer).unwrap() = value;
    line
}

fn without(mut line: Value, pointer: &str, key: &str) -> Value {
    line.pointer_mut(pointer)
        .and_then(Value::as_object_mut)
        .unwrap()
        .remove(key);
    line
}

const ONE: &str = "projects/-home-user-app/11111111-1111-4111-8111-111111111111.jsonl";
const TWO: &str = "projects/-home-user-app/22222222-2222-4222-8222-222222222222.jsonl";
const AGENT: &str =
    "projects/-home-user-app/11111111-1111-4111-8111-111111111111/subagents/agent-a.jsonl";

pub fn fixtures() -> Vec<Fixture> {
    vec![
        Fixture {
            name: "claude-code/streaming",
            files: vec![(
                ONE,
                lines(&[
                    line("msg_a", "req_a", 1, [10, 1, 100, 0]),
                    line("msg_a", "req_a", 2, [10, 40, 100, 0]),
                    line("msg_b", "req_b", 3, [5, 2, 0, 0]),
                    line("msg_a", "req_a", 4, [10, 3, 100, 0]),
                    line("msg_b", "req_b", 5, [5, 2, 0, 0]),
                ]),
            )],
            expected: totals(2, [15, 42, 100, 0, 0, 0], 0),
        },
        Fixture {
            name: "claude-code/resumed",
            files: vec![
                (
                    ONE,
                    lines(&[
                        line("msg_a", "req_a", 1, [10, 1, 0, 0]),
                        line("msg_b", "req_b", 2, [20, 2, 0, 0]),
                    ]),
                ),
                (
                    TWO,
                    lines(&[
                        line("msg_a", "req_a", 1, [10, 1, 0, 0]),
                        line("msg_b", "req_b", 2, [20, 2, 0, 0]),
                        line("msg_c", "req_c", 3, [30, 3, 0, 0]),
                        // Asked again: another request, hence another call.
                        line("msg_c", "req_d", 4, [40, 4, 0, 0]),
                    ]),
                ),
            ],
            expected: totals(4, [100, 10, 0, 0, 0, 0], 0),
        },
        Fixture {
            name: "claude-code/sidechain",
            files: vec![
                (ONE, lines(&[line("msg_a", "req_a", 1, [10, 1, 0, 0])])),
                (
                    AGENT,
                    lines(&[
                        // The parent's message once more, larger, under a request of its own.
                        with(
                            line("msg_a", "req_x", 2, [10, 90, 0, 0]),
                            "/isSidechain",
                            json!(true),
                        ),
                        with(
                            line("msg_s", "req_y", 3, [7, 3, 0, 0]),
                            "/isSidechain",
                            json!(true),
                        ),
                        with(
                            line("msg_s", "req_z", 4, [7, 5, 0, 0]),
                            "/isSidechain",
                            json!(true),
                        ),
                    ]),
                ),
            ],
            expected: totals(2, [17, 6, 0, 0, 0, 0], 0),
        },
        Fixture {
            name: "claude-code/cache-writes",
            files: vec![(
                ONE,
                lines(&{
                    let split = |message: &str, write: Value, split: Value| {
                        let mut line = line(message, message, 1, [0, 0, 0, 0]);
                        let usage = &mut line["message"]["usage"];
                        usage["cache_creation_input_tokens"] = write;
                        usage["cache_creation"] = split;
                        line
                    };
                    let an_hour = |five: u64, hour: u64| json!({"ephemeral_5m_input_tokens": five, "ephemeral_1h_input_tokens": hour});
                    [
                        split("msg_both", json!(30), an_hour(10, 20)),
                        split("msg_none", json!(7), Value::Null),
                        split(
                            "msg_short",
                            json!(100),
                            json!({"ephemeral_1h_input_tokens": 60}),
                        ),
                        split("msg_alone", Value::Null, an_hour(1, 2)),
                    ]
                }),
            )],
            expected: totals(4, [0, 0, 0, 58, 82, 0], 0),
        },
        Fixture {
            name: "claude-code/odd-lines",
            files: vec![(
                ONE,
                lines(&[
                    // `null` is 0.
                    with(
                        with(
                            line("msg_null", "req_1", 1, [0, 9, 0, 0]),
                            "/message/usage/input_tokens",
                            Value::Null,
                        ),
                        "/message/usage/cache_read_input_tokens",
                        Value::Null,
                    ),
                    // Made up by the tool.
                    with(
                        line("msg_syn", "req_2", 2, [1000, 1000, 0, 0]),
                        "/message/model",
                        json!("<synthetic>"),
                    ),
                    // Text that looks like usage, in a line that is none, and beside real usage.
                    json!({"type": "user", "message": {"role": "user",
                        "content": "{\"usage\":{\"input_tokens\":5000}}"}}),
                    with(
                        line("msg_text", "req_3", 3, [4, 1, 0, 0]),
                        "/message/content/0/text",
                        json!("\"usage\": {\"input_tokens\": 5000}"),
                    ),
                    // Somebody else's usage.
                    json!({"type": "user", "message": {"role": "user", "content": "x"},
                        "toolUseResult": {"usage": {"input_tokens": 5000, "output_tokens": 1}}}),
                ]),
            )],
            expected: totals(2, [4, 10, 0, 0, 0, 0], 0),
        },
        Fixture {
            name: "claude-code/no-ids",
            files: vec![(
                ONE,
                lines(&{
                    let bare = |second| {
                        let line = line("", "", second, [3, 1, 0, 0]);
                        without(without(line, "", "requestId"), "/message", "id")
                    };
                    // Two of the first second, equal to the last byte.
                    [bare(1), bare(1), bare(2)]
                }),
            )],
            expected: totals(3, [9, 3, 0, 0, 0, 0], 0),
        },
        Fixture {
            name: "claude-code/spaces",
            files: vec![(
                ONE,
                lines(&[
                    line("msg_a", "req_a", 1, [10, 1, 0, 0])
                        .to_string()
                        .replace("\":", "\" :\t")
                        .replace(',', " , "),
                    format!("  {}\r", line("msg_b", "req_b", 2, [20, 2, 0, 0])),
                    String::new(),
                ]),
            )],
            expected: totals(2, [30, 3, 0, 0, 0, 0], 0),
        },
        Fixture {
            name: "claude-code/damaged",
            files: vec![(ONE, {
                let whole = line("msg_cut", "req_cut", 2, [1, 1, 0, 0]).to_string();
                let cut = &whole[..whole.find("output_tokens").unwrap()];
                let mut bytes = lines(&[
                    line("msg_a", "req_a", 1, [10, 1, 0, 0]).to_string(),
                    // Cut off by a crash, then written on.
                    cut.to_owned(),
                    // Counts that are none.
                    line("msg_n", "req_n", 3, [0, 0, 0, 0])
                        .to_string()
                        .replace("\"input_tokens\":0", "\"input_tokens\":-5"),
                    line("msg_f", "req_f", 4, [0, 0, 0, 0])
                        .to_string()
                        .replace("\"output_tokens\":0", "\"output_tokens\":1.5"),
                    // No usage in it: nobody's loss.
                    "{\"type\":".to_owned(),
                    line("msg_b", "req_b", 5, [20, 2, 0, 0]).to_string(),
                ]);
                // Still being written.
                bytes.extend_from_slice(cut.as_bytes());
                bytes
            })],
            expected: totals(2, [30, 3, 0, 0, 0, 0], 3),
        },
    ]
}

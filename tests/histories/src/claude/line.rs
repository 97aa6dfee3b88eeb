//! Claude Code's lines. Only text is made here; what it means is the author's to record.

use super::{Call, Transcript};
use crate::chance::Chance;
use crate::time::rfc3339;
use aco_domain::{TokenCounts, UnixNanos};
use std::fmt::Write as _;

/// Unescaped JSON of a usage, as it stands in a place where it is nobody's bill.
pub(crate) const LOOKALIKE: &str = r#"{"input_tokens":987654,"cache_creation_input_tokens":87654,"cache_read_input_tokens":7654321,"output_tokens":98765,"service_tier":"standard"}"#;

/// The same, as text inside a message.
const LOOKALIKE_TEXT: &str = r#"{\"type\":\"assistant\",\"message\":{\"id\":\"msg_quoted\",\"model\":\"claude-opus-4-1-20250805\",\"usage\":{\"input_tokens\":987654,\"output_tokens\":98765}},\"requestId\":\"req_quoted\"}"#;

/// What the usage of a call looks like in one line.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Usage {
    /// All fields, as today.
    Full,
    /// Without the split of cache writes by duration, as before it existed.
    Unsplit,
    /// `null` where a count is zero.
    Nulls,
}

fn usage(line: &mut String, tokens: &TokenCounts, kind: Usage) {
    let written = tokens.cache_write_5m + tokens.cache_write_1h;
    let TokenCounts {
        input,
        output,
        cache_read,
        cache_write_5m,
        cache_write_1h,
        ..
    } = tokens;
    let _ = match kind {
        Usage::Full => write!(
            line,
            r#"{{"input_tokens":{input},"cache_creation_input_tokens":{written},"cache_read_input_tokens":{cache_read},"cache_creation":{{"ephemeral_5m_input_tokens":{cache_write_5m},"ephemeral_1h_input_tokens":{cache_write_1h}}},"output_tokens":{output},"service_tier":"standard"}}"#
        ),
        Usage::Unsplit => write!(
            line,
            r#"{{"input_tokens":{input},"cache_creation_input_tokens":{written},"cache_read_input_tokens":{cache_read},"output_tokens":{output},"service_tier":"standard"}}"#
        ),
        Usage::Nulls => {
            let or_null = |count: u64| match count {
                0 => "null".to_owned(),
                count => count.to_string(),
            };
            write!(
                line,
                r#"{{"input_tokens":{},"cache_creation_input_tokens":{},"cache_read_input_tokens":{},"cache_creation":null,"server_tool_use":null,"output_tokens":{},"service_tier":null}}"#,
                or_null(*input),
                or_null(written),
                or_null(*cache_read),
                or_null(*output),
            )
        }
    };
}

/// What every line of a transcript begins with.
fn opening(line: &mut String, transcript: &mut Transcript) {
    line.push_str(r#"{"parentUuid":"#);
    match &transcript.last_uuid {
        Some(uuid) => {
            let _ = write!(line, r#""{uuid}""#);
        }
        None => line.push_str("null"),
    }
    let _ = write!(
        line,
        r#","isSidechain":{},"userType":"external","cwd":"{}","sessionId":"{}","version":"2.0.31","gitBranch":"main","#,
        transcript.agent.is_some(),
        transcript.project,
        transcript.session
    );
    if let Some(agent) = &transcript.agent {
        let _ = write!(line, r#""agentId":"{agent}","#);
    }
}

fn closing(line: &mut String, transcript: &mut Transcript, uuid: String, at: UnixNanos) {
    let _ = write!(line, r#""uuid":"{uuid}","timestamp":"{}"}}"#, rfc3339(at));
    transcript.last_uuid = Some(uuid);
}

/// One of the lines that are written while a call is answered.
pub(crate) fn assistant(
    chance: &mut Chance,
    transcript: &mut Transcript,
    call: &Call,
    tokens: &TokenCounts,
    at: UnixNanos,
) -> String {
    let mut line = String::with_capacity(2_048);
    opening(&mut line, transcript);
    let _ = write!(line, r#""message":{{"model":"{}","#, call.model);
    if let Some(message) = &call.message {
        let _ = write!(line, r#""id":"{message}","#);
    }
    line.push_str(r#""type":"message","role":"assistant","content":[{"type":""#);
    let bytes = usize::try_from(chance.skewed(1_600)).unwrap_or_default();
    if chance.one_in(50) {
        // What a model hands to a tool is JSON of its own, not text.
        let _ = write!(
            line,
            r#"tool_use","id":"{}","name":"mcp__notes__save","input":{{"usage":{LOOKALIKE},"message":{{"id":"msg_invented","model":"claude-opus-4-1-20250805","usage":{LOOKALIKE}}},"requestId":"req_invented","type":"assistant"}}}}"#,
            chance.id("toolu_01", 22)
        );
    } else if chance.one_in(2) {
        let _ = write!(
            line,
            r#"tool_use","id":"{}","name":"Bash","input":{{"command":""#,
            chance.id("toolu_01", 22)
        );
        chance.text(&mut line, bytes);
        line.push_str(r#""}}"#);
    } else {
        line.push_str(r#"text","text":""#);
        chance.text(&mut line, bytes);
        if chance.one_in(50) {
            line.push_str(LOOKALIKE_TEXT);
        }
        line.push_str(r#""}"#);
    }
    line.push_str(r#"],"stop_reason":null,"stop_sequence":null,"usage":"#);
    usage(&mut line, tokens, call.usage);
    line.push('}');
    if let Some(request) = &call.request {
        let _ = write!(line, r#","requestId":"{request}""#);
    }
    if call.records_a_price {
        line.push_str(r#","costUSD":0.4242"#);
    }
    line.push_str(r#","type":"assistant","#);
    closing(&mut line, transcript, chance.uuid(), at);
    line
}

/// A notice of the tool itself, written as if a model had answered.
pub(crate) fn synthetic(
    chance: &mut Chance,
    transcript: &mut Transcript,
    tokens: &TokenCounts,
    at: UnixNanos,
) -> String {
    let mut line = String::new();
    opening(&mut line, transcript);
    let _ = write!(
        line,
        r#""message":{{"id":"{}","model":"<synthetic>","role":"assistant","stop_reason":"stop_sequence","stop_sequence":"","type":"message","usage":"#,
        chance.uuid()
    );
    usage(&mut line, tokens, Usage::Full);
    line.push_str(r#","content":[{"type":"text","text":"API Error: 529"}]},"type":"assistant","isApiErrorMessage":true,"#);
    closing(&mut line, transcript, chance.uuid(), at);
    line
}

/// What a person typed. `words` are put into it verbatim (they need no escaping).
pub(crate) fn prompt(
    chance: &mut Chance,
    transcript: &mut Transcript,
    bytes: usize,
    words: &str,
    at: UnixNanos,
) -> String {
    let mut line = String::with_capacity(bytes + 512);
    opening(&mut line, transcript);
    line.push_str(r#""type":"user","message":{"role":"user","content":""#);
    line.push_str(words);
    chance.text(&mut line, bytes);
    line.push_str(r#""},"#);
    closing(&mut line, transcript, chance.uuid(), at);
    line
}

/// What a tool gave back, twice as the program keeps it: for the model, and for its own display.
pub(crate) fn tool_result(
    chance: &mut Chance,
    transcript: &mut Transcript,
    bytes: usize,
    at: UnixNanos,
) -> String {
    let mut line = String::with_capacity(bytes + 1_024);
    opening(&mut line, transcript);
    let tool = chance.id("toolu_01", 22);
    let _ = write!(
        line,
        r#""type":"user","message":{{"role":"user","content":[{{"tool_use_id":"{tool}","type":"tool_result","content":""#
    );
    chance.text(&mut line, bytes / 2);
    if chance.one_in(50) {
        line.push_str(LOOKALIKE_TEXT);
    }
    line.push_str(r#""}]},"#);
    closing_result(chance, &mut line, bytes / 2);
    closing(&mut line, transcript, chance.uuid(), at);
    line
}

fn closing_result(chance: &mut Chance, line: &mut String, bytes: usize) {
    if chance.one_in(40) {
        // A sub-agent's sum, beside what it said: its calls are in its own file.
        let _ = write!(
            line,
            r#""toolUseResult":{{"status":"completed","agentId":"{}","totalTokens":8828394,"usage":{LOOKALIKE},"content":[{{"type":"text","text":""#,
            chance.id("", 8)
        );
        chance.text(line, bytes);
        line.push_str(r#""}]},"#);
    } else {
        line.push_str(r#""toolUseResult":{"stdout":""#);
        chance.text(line, bytes);
        line.push_str(r#"","stderr":"","interrupted":false,"isImage":false},"#);
    }
}

/// Lines that no call belongs to.
pub(crate) fn aside(chance: &mut Chance, transcript: &mut Transcript, at: UnixNanos) -> String {
    let mut line = String::new();
    match chance.number(0..=2) {
        0 => {
            line.push_str(r#"{"type":"summary","summary":""#);
            chance.text(&mut line, 60);
            let _ = write!(line, r#"","leafUuid":"{}"}}"#, chance.uuid());
        }
        1 => {
            let uuid = chance.uuid();
            let _ = write!(
                line,
                r#"{{"type":"file-history-snapshot","messageId":"{uuid}","snapshot":{{"messageId":"{uuid}","trackedFileBackups":{{}},"timestamp":"{}"}},"isSnapshotUpdate":false}}"#,
                rfc3339(at)
            );
        }
        _ => {
            opening(&mut line, transcript);
            let _ = write!(
                line,
                r#""type":"system","subtype":"turn_duration","durationMs":{},"isMeta":false,"#,
                chance.number(900..=90_000)
            );
            closing(&mut line, transcript, chance.uuid(), at);
        }
    }
    line
}

/// The same line by another writer: keys in another order, a space behind colon and comma.
pub(crate) fn spaced(line: &str) -> String {
    let Ok(value) = serde_json::from_str::<serde_json::Value>(line) else {
        return line.to_owned();
    };
    let mut bytes = Vec::with_capacity(line.len() + 64);
    let mut writer = serde_json::Serializer::with_formatter(&mut bytes, Spaced);
    match serde::Serialize::serialize(&value, &mut writer) {
        Ok(()) => String::from_utf8(bytes).unwrap_or_else(|_| line.to_owned()),
        Err(_) => line.to_owned(),
    }
}

struct Spaced;

impl serde_json::ser::Formatter for Spaced {
    fn begin_array_value<W>(&mut self, writer: &mut W, first: bool) -> std::io::Result<()>
    where
        W: ?Sized + std::io::Write,
    {
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_key<W>(&mut self, writer: &mut W, first: bool) -> std::io::Result<()>
    where
        W: ?Sized + std::io::Write,
    {
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W>(&mut self, writer: &mut W) -> std::io::Result<()>
    where
        W: ?Sized + std::io::Write,
    {
        writer.write_all(b": ")
    }
}

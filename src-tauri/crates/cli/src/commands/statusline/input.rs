//! What Claude Code writes to the standard input of its status line command: JSON with the session,
//! and the limits of the plan where there is one.
//!
//! Anything may stand there, or nothing: a terminal, a pipe that nobody writes to, another tool's
//! text. What is not understood is not given. Nothing is taken but ids, percentages and times.

use aco_domain::{LimitReading, Percent, ToolId, UnixNanos};
use serde_json::Value;
use std::io::{self, IsTerminal as _, Read};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Whose input it is.
pub(super) const TOOL: &str = "claude-code";

/// More is no such input.
const MOST_BYTES: usize = 1 << 20;

/// How long a pipe may stay silent. The tool writes as soon as it has started us.
const SILENCE: Duration = Duration::from_millis(500);

/// More windows than a plan has.
const MOST_WINDOWS: usize = 8;

/// What was given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Input {
    /// Whether a tool asks at all.
    pub(super) is_given: bool,
    pub(super) session: Option<String>,
    pub(super) limits: Vec<LimitReading>,
}

impl Input {
    /// Reads standard input, unless it is a terminal.
    pub(super) fn from_stdin(now: UnixNanos) -> Self {
        if io::stdin().is_terminal() {
            return Self::default();
        }
        Self::parse(&until_complete(io::stdin(), SILENCE), now)
    }

    pub(super) fn parse(bytes: &[u8], now: UnixNanos) -> Self {
        let Ok(Value::Object(given)) = serde_json::from_slice(bytes) else {
            return Self::default();
        };
        let session = given.get("session_id").and_then(Value::as_str);
        let windows = given.get("rate_limits").and_then(Value::as_object);
        let windows = windows.into_iter().flatten().take(MOST_WINDOWS);
        Self {
            is_given: true,
            session: session.map(str::to_owned),
            limits: windows
                .filter_map(|(window, said)| reading(window, said, now))
                .collect(),
        }
    }
}

fn reading(window: &str, said: &Value, now: UnixNanos) -> Option<LimitReading> {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if window.is_empty() || window.len() > 40 || !window.chars().all(is_word) {
        return None;
    }
    let minutes = match window {
        "five_hour" => Some(5 * 60),
        "seven_day" => Some(7 * 24 * 60),
        _ => None,
    };
    let percent = said.get("used_percentage").and_then(Value::as_f64)?;
    let reading = LimitReading {
        tool: ToolId::new(TOOL).ok()?,
        window: window.to_owned(),
        used_percent: Percent::new(percent)?,
        minutes,
        resets_at: said.get("resets_at").and_then(instant),
        at: now,
    };
    // Of a window that is over nothing is known.
    reading
        .ends()
        .is_none_or(|ends| now < ends)
        .then_some(reading)
}

/// Seconds since 1970, or RFC 3339.
fn instant(value: &Value) -> Option<UnixNanos> {
    let seconds = match value {
        Value::Number(number) => number.as_u64()?,
        Value::String(text) => {
            let at: jiff::Timestamp = text.parse().ok()?;
            u64::try_from(at.as_second()).ok()?
        }
        _ => return None,
    };
    Some(UnixNanos(seconds.saturating_mul(1_000_000_000)))
}

/// What a reader has to say until its end, until it is one whole object, or until it has been
/// silent for too long. The thread ends with the program.
fn until_complete(mut from: impl Read + Send + 'static, silence: Duration) -> Vec<u8> {
    let (chunks, incoming) = mpsc::channel();
    let read = move || {
        let mut buffer = [0; 8192];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            let chunk = buffer.get(..count).unwrap_or_default().to_vec();
            if chunks.send(chunk).is_err() {
                break;
            }
        }
    };
    let reader = std::thread::Builder::new().spawn(read);
    let (mut bytes, until) = (Vec::new(), Instant::now() + silence);
    while reader.is_ok() && bytes.len() < MOST_BYTES {
        let rest = until.saturating_duration_since(Instant::now());
        let Ok(chunk) = incoming.recv_timeout(rest) else {
            break;
        };
        bytes.extend(chunk);
        let ends = bytes.trim_ascii_end().ends_with(b"}");
        if ends && serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).is_ok() {
            break;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    const NOW: UnixNanos = UnixNanos(1_738_400_000_000_000_000);
    /// As Claude Code 2 writes it, shortened.
    const GIVEN: &str = r#"{"hook_event_name":"Status","session_id":"abc-1","transcript_path":"/p/t.jsonl","cwd":"/p","model":{"id":"claude-opus-5","display_name":"Opus"},"cost":{"total_cost_usd":0.5},"context_window":{"used_percentage":8},"exceeds_200k_tokens":false,"rate_limits":{"five_hour":{"used_percentage":23.5,"resets_at":1738425600},"seven_day":{"used_percentage":41.2,"resets_at":1738857600}}}"#;

    #[test]
    fn session_and_limits_are_taken() {
        let input = Input::parse(GIVEN.as_bytes(), NOW);
        assert_eq!(input.session.as_deref(), Some("abc-1"));
        let told: Vec<_> = input
            .limits
            .iter()
            .map(|it| {
                let ends = it.resets_at.map(UnixNanos::seconds);
                (&*it.window, it.used_percent.to_string(), it.minutes, ends)
            })
            .collect();
        let expected = [
            (
                "five_hour",
                "23.5".to_owned(),
                Some(300),
                Some(1_738_425_600),
            ),
            (
                "seven_day",
                "41.2".to_owned(),
                Some(10_080),
                Some(1_738_857_600),
            ),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn what_is_not_understood_is_left_out() {
        let nothing = Input::default();
        for garbage in [
            "",
            "null",
            "7",
            "[]",
            "{",
            "{}}",
            "\u{0}\u{1}",
            "$ ls\n",
            "\"{}\"",
        ] {
            assert_eq!(Input::parse(garbage.as_bytes(), NOW), nothing, "{garbage}");
        }
        assert_eq!(Input::parse(b"{\"a\": \xff}", NOW), nothing);
        let empty = Input {
            is_given: true,
            ..Input::default()
        };
        for strange in [
            "{}",
            r#"{"session_id":7,"rate_limits":"none"}"#,
            r#"{"rate_limits":{"five_hour":null}}"#,
            r#"{"rate_limits":{"five_hour":{"used_percentage":-1}}}"#,
            r#"{"rate_limits":{"five_hour":{"used_percentage":"23"}}}"#,
            r#"{"rate_limits":{"Five Hour":{"used_percentage":23}}}"#,
            // Over before now.
            r#"{"rate_limits":{"five_hour":{"used_percentage":23,"resets_at":1738300000}}}"#,
        ] {
            assert_eq!(Input::parse(strange.as_bytes(), NOW), empty, "{strange}");
        }
        let text =
            r#"{"rate_limits":{"spark":{"used_percentage":5,"resets_at":"2025-02-06T16:00:00Z"}}}"#;
        let limits = Input::parse(text.as_bytes(), NOW).limits;
        assert_eq!(
            limits[0].resets_at.map(UnixNanos::seconds),
            Some(1_738_857_600)
        );
        let deep = "[".repeat(100_000);
        assert_eq!(Input::parse(deep.as_bytes(), NOW), nothing);
    }

    /// Says chunks, then is silent for ever.
    struct Silent(Vec<Vec<u8>>);

    impl Read for Silent {
        fn read(&mut self, mut into: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                loop {
                    std::thread::park();
                }
            }
            into.write(&self.0.remove(0))
        }
    }

    #[test]
    fn an_open_pipe_is_not_waited_for() {
        let (one, other) = GIVEN.split_at(100);
        let chunks = vec![one.as_bytes().to_vec(), other.as_bytes().to_vec()];
        // Far longer than the test may take.
        let hour = Duration::from_secs(3600);
        let began = Instant::now();
        assert_eq!(until_complete(Silent(chunks), hour), GIVEN.as_bytes());
        assert!(began.elapsed() < hour / 2);
        let said = until_complete(Silent(vec![b"{\"a\"".to_vec()]), Duration::from_millis(1));
        assert!(said.is_empty() || said == b"{\"a\"");
        assert_eq!(until_complete(&b"not JSON"[..], hour), b"not JSON");
    }

    #[test]
    fn an_endless_input_is_cut() {
        let said = until_complete(io::repeat(b'x'), Duration::from_secs(60));
        assert!((MOST_BYTES..MOST_BYTES + 8192).contains(&said.len()));
    }
}

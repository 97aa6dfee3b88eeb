//! Links into Grafana Explore, and the LogQL in them. Pure: opening one is somebody else's.
//!
//! The format is Explore's own state in its URL (`schemaVersion=1`, Grafana 10 and later). `from`
//! and `to` must be text, or Explore falls back to its default range without a word; a pane's id is
//! three characters and not all digits.

use aco_config::Grafana;
use aco_domain::{SERVICE_NAME, ToolId, UnixNanos};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;
use std::fmt::Write as _;
use std::time::Duration;

/// How much is shown before and after a single moment.
const AROUND: Duration = Duration::from_secs(5 * 60);

/// The time a link shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// Its beginning.
    pub from: UnixNanos,
    /// Its end.
    pub to: UnixNanos,
}

impl Range {
    /// One moment and what is around it: five minutes before, five after.
    #[must_use]
    pub fn around(moment: UnixNanos) -> Self {
        Self {
            from: moment.minus(AROUND),
            to: moment.plus(AROUND),
        }
    }
}

/// Everything the agent on this host ships.
#[must_use]
pub fn of_host(host: &str) -> String {
    // The host is no index label (Loki's default ones are), so it is a filter.
    let host = quoted(host);
    format!("{{service_name=\"{SERVICE_NAME}\"}} | host_name={host}")
}

/// What is said about one tool on this host.
#[must_use]
pub fn of_tool(host: &str, tool: &ToolId) -> String {
    let tool = quoted(tool.as_str());
    format!("{} | tool_name={tool}", of_host(host))
}

/// The errors of this host's agent.
#[must_use]
pub fn errors(host: &str) -> String {
    format!("{} | detected_level=\"error\"", of_host(host))
}

/// The address that shows `query` over `range`. Nothing where no Grafana is configured.
#[must_use]
pub fn link(grafana: &Grafana, query: &str, range: Range) -> Option<String> {
    /// Any three characters that are not all digits.
    const PANE: &str = "aco";
    let base = grafana.url.value.as_ref()?;
    let uid = &grafana.loki_uid.value;
    let milliseconds = |at: UnixNanos| (at.0 / 1_000_000).to_string();
    let panes = json!({
        PANE: {
            "datasource": uid,
            "queries": [{
                "refId": "A",
                "datasource": {"type": "loki", "uid": uid},
                "expr": query,
                "queryType": "range",
            }],
            "range": {"from": milliseconds(range.from), "to": milliseconds(range.to)},
        }
    })
    .to_string();
    let panes = utf8_percent_encode(&panes, NON_ALPHANUMERIC);
    let org_id = grafana.org_id.value;
    Some(format!(
        "{base}/explore?schemaVersion=1&orgId={org_id}&panes={panes}"
    ))
}

/// A LogQL string. Its escapes are Go's (grafana/loki `pkg/logql/syntax`: strconv.Unquote); in
/// double quotes a backtick is a letter like any other.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            letter if letter.is_control() => {
                // Every control character is below U+10000. Writing to a string does not fail.
                let _ = write!(quoted, "\\u{:04x}", u32::from(letter));
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use aco_config::{Config, Sourced};
    use aco_domain::Origin;
    use percent_encoding::percent_decode_str;
    use serde_json::Value;

    fn grafana(url: Option<&str>) -> Grafana {
        let sourced = |value: Option<&str>| Sourced {
            value: value.map(str::to_owned),
            origin: Origin::Default,
        };
        Grafana {
            url: sourced(url),
            ..Config::default().grafana
        }
    }

    #[test]
    fn queries_are_these() {
        let ollama = ToolId::new("ollama").unwrap();
        let table = [
            (
                of_host("laptop"),
                r#"{service_name="ai-cost-observer"} | host_name="laptop""#,
            ),
            (
                of_tool("laptop", &ollama),
                r#"{service_name="ai-cost-observer"} | host_name="laptop" | tool_name="ollama""#,
            ),
            (
                errors("laptop"),
                r#"{service_name="ai-cost-observer"} | host_name="laptop" | detected_level="error""#,
            ),
        ];
        for (query, expected) in table {
            assert_eq!(query, expected);
        }
    }

    #[test]
    fn no_name_ends_its_own_string() {
        let table = [
            ("plain", r#""plain""#),
            (r#"a"b"#, r#""a\"b""#),
            (r"a\b", r#""a\\b""#),
            (r#"\" or ""#, r#""\\\" or \"""#),
            ("a`b", r#""a`b""#),
            ("a\nb\t", r#""a\nb\t""#),
            ("\u{7}\u{85}", r#""\u0007\u0085""#),
            ("Ærø's 机", r#""Ærø's 机""#),
        ];
        for (name, expected) in table {
            assert_eq!(quoted(name), expected);
        }
    }

    #[test]
    fn a_link_is_explores_own_state() {
        let mut grafana = grafana(Some("https://grafana.example/sub"));
        grafana.org_id.value = 3;
        let range = Range::around(UnixNanos(1_800_000_000_123_000_000));
        let query = of_host(r#"a"b & c#d%20+"#);
        let link = link(&grafana, &query, range).unwrap();
        let panes = link
            .strip_prefix("https://grafana.example/sub/explore?schemaVersion=1&orgId=3&panes=")
            .unwrap();
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '%';
        assert!(
            panes.chars().all(plain),
            "nothing a URL could mean: {panes}"
        );
        let panes = percent_decode_str(panes).decode_utf8().unwrap();
        assert_eq!(
            serde_json::from_str::<Value>(&panes).unwrap(),
            json!({"aco": {
                "datasource": "loki-vps",
                "queries": [{
                    "refId": "A",
                    "datasource": {"type": "loki", "uid": "loki-vps"},
                    "expr": query,
                    "queryType": "range",
                }],
                "range": {"from": "1799999700123", "to": "1800000300123"},
            }})
        );
    }

    #[test]
    fn without_a_grafana_there_is_no_link() {
        let range = Range::around(UnixNanos(0));
        assert_eq!(link(&grafana(None), "{}", range), None);
    }
}

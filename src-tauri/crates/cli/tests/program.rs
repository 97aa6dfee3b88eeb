//! The real `aco`, on whatever system the tests run: that it starts there, finds its folders, keeps
//! its home to one agent and is reached over that system's own socket. What it does with a backend
//! is for `tests/e2e`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is how a test fails, in its helpers too"
)]

use serde_json::Value;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Nothing here takes as long; what does has failed.
const LONGEST: Duration = Duration::from_secs(30);

/// `aco` with a home of its own, deaf to what the tests' environment says to agents.
fn aco(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aco"));
    command
        .args(arguments)
        .env("ACO_HOME", home)
        .env("HOME", home)
        .env("USERPROFILE", home)
        .env_remove("CLAUDE_CONFIG_DIR")
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("ACO_TOKEN")
        .env_remove("OTEL_EXPORTER_OTLP_ENDPOINT")
        .env_remove("OTEL_EXPORTER_OTLP_HEADERS")
        .env_remove("OTEL_EXPORTER_OTLP_CERTIFICATE")
        .env_remove("OTEL_RESOURCE_ATTRIBUTES")
        .stdin(Stdio::null());
    command
}

/// What Windows says of a program of which a library could not be set up. Wine has it of its own
/// libraries once in a thousand starts or two.
const NOT_STARTED: i32 = 0xc000_0142_u32.cast_signed();

fn output(home: &Path, arguments: &[&str]) -> Output {
    let mut attempts = (0..3).map(|_| aco(home, arguments).output().unwrap());
    let started = attempts.find(|output| output.status.code() != Some(NOT_STARTED));
    started.unwrap_or_else(|| panic!("aco {arguments:?} could not be started"))
}

fn done(home: &Path, arguments: &[&str]) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = output(home, arguments);
    let said = String::from_utf8_lossy(&stderr);
    assert!(status.success(), "aco {arguments:?}: {status}: {said}");
    String::from_utf8(stdout).unwrap()
}

fn status(home: &Path) -> Value {
    serde_json::from_str(&done(home, &["status", "--json"])).unwrap()
}

/// An agent that ends with the test.
struct Agent(Child);

impl Drop for Agent {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
fn it_starts_and_knows_its_folders() {
    let home = TempDir::new().unwrap();
    let version = done(home.path(), &["--version"]);
    assert_eq!(version.trim(), concat!("aco ", env!("CARGO_PKG_VERSION")));
    let path = done(home.path(), &["config", "path"]);
    assert_eq!(Path::new(path.trim()), home.path().join("config.toml"));
}

#[test]
fn a_single_run_looks_writes_and_ends() {
    let home = TempDir::new().unwrap();
    done(home.path(), &["run", "--once"]);
    for file in ["config.toml", "installation", "logs/ai-cost-observer.log"] {
        assert!(home.path().join(file).is_file(), "{file}");
    }
    let lines = done(home.path(), &["logs"]);
    assert!(lines.contains("agent started"), "{lines}");
    assert_eq!(status(home.path())["pid"], Value::Null);
}

#[test]
fn an_agent_is_reached_over_its_socket_and_is_the_only_one() {
    let home = TempDir::new().unwrap();
    let agent = aco(home.path(), &["run"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let agent = Agent(agent);
    let pid = agent.0.id();
    let started = Instant::now();
    while status(home.path())["pid"] != pid {
        assert!(started.elapsed() < LONGEST, "no agent answers");
    }
    done(home.path(), &["pause"]);
    assert_eq!(status(home.path())["state"], "paused");

    let second = output(home.path(), &["run"]);
    let said = String::from_utf8_lossy(&second.stderr);
    assert_eq!(second.status.code(), Some(1), "{said}");
    assert!(said.contains(&format!("pid {pid}")), "{said}");

    drop(agent);
    let after = status(home.path());
    assert_eq!(
        (&after["pid"], &after["state"]),
        (&Value::Null, &"paused".into())
    );
}

/// One call of Claude Code as it records it.
fn transcript_line(id: u32, model: &str, at: &str) -> String {
    let usage = r#"{"input_tokens":1000,"output_tokens":100,"cache_read_input_tokens":0}"#;
    format!(
        r#"{{"type":"assistant","sessionId":"s","cwd":"/w","timestamp":"{at}","requestId":"r{id}","message":{{"id":"m{id}","role":"assistant","model":"{model}","usage":{usage}}}}}"#
    ) + "\n"
}

#[test]
fn a_report_reads_what_is_new_prices_it_and_says_what_is_missing() {
    let home = TempDir::new().unwrap();
    let home = home.path();
    let folder = home.join(".claude/projects/p");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("a.jsonl");
    let first = transcript_line(1, "claude-sonnet-4-5", "2026-01-31T23:30:00Z");
    std::fs::write(&file, &first).unwrap();
    let report = |more: &[&str]| -> Value {
        let arguments = [&["report", "--json", "--timezone", "+01:00"], more].concat();
        serde_json::from_str(&done(home, &arguments)).unwrap()
    };
    // 1,000 × 3 + 100 × 15 millionths of a dollar, on the day after in that zone.
    let found = report(&[]);
    assert_eq!(found["totals"]["cost_usd"], "0.0045");
    assert_eq!(found["rows"][0]["key"], "2026-02-01");
    assert_eq!(found["timezone"], "+01:00");

    let unknown = transcript_line(2, "my-model", "2026-02-01T00:00:00Z");
    std::fs::write(&file, first + &unknown + "{\"usage\": broken\n").unwrap();
    assert_eq!(report(&["--no-scan"])["totals"]["calls"], 1);
    let found = report(&["--by", "model"]);
    assert_eq!(found["totals"]["calls"], 2);
    assert_eq!(found["totals"]["unpriced_tokens"], 1_100);
    assert_eq!(found["rows"][1]["cost_usd"], Value::Null);
    assert_eq!(found["skipped_lines"], 1);
    let text = done(home, &["report", "--timezone", "UTC"]);
    let missing = "Missing from this total: 1.10 k unpriced tokens (my-model); 1 line that could";
    assert!(text.contains(missing), "{text}");
    assert!(!text.contains('\u{1b}'), "nobody looks at it: {text}");

    // A price that becomes known fills what had none, by itself.
    let price = "[[price]]\nmodel = \"my-*\"\ninput = 1\noutput = 1\n";
    std::fs::write(home.join("config.toml"), price).unwrap();
    assert_eq!(report(&[])["totals"]["cost_usd"], "0.0056");
    // One that has a price keeps it, unless it is asked for.
    std::fs::write(home.join("config.toml"), price.replace("= 1", "= 2")).unwrap();
    assert_eq!(report(&[])["totals"]["cost_usd"], "0.0056");
    let said = done(home, &["reprice", "--model", "my-model"]);
    assert!(said.contains("1 call examined: 1 price changed"), "{said}");
    assert_eq!(report(&["--no-scan"])["totals"]["cost_usd"], "0.0067");

    let csv = done(home, &["export", "--csv", "--no-scan"]);
    assert_eq!(csv.lines().count(), 3, "{csv}");
    assert!(
        csv.contains(",0.0022,\"genai-prices 0.2.1, own prices "),
        "{csv}"
    );
}

#[test]
fn an_export_of_cursor_is_imported_once() {
    let home = TempDir::new().unwrap();
    let home = home.path();
    let file = home.join("usage.csv");
    let header = "Date,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,\
                  Output Tokens,Total Tokens,Cost";
    let row = "2026-01-31T23:30:00.000Z,Included,claude-4.5-sonnet,No,0,1000,0,100,1100,Included";
    std::fs::write(&file, format!("{header}\n{row}\nnot a row\n")).unwrap();
    let file = file.to_str().unwrap();
    let imported: Value =
        serde_json::from_str(&done(home, &["import", "cursor", file, "--json"])).unwrap();
    let expected = serde_json::json!({"schema_version": 1, "rows": 2, "new_calls": 1,
        "known_calls": 0, "without_tokens": 0, "skipped": 1});
    assert_eq!(imported, expected);
    let again = done(home, &["import", "cursor", file]);
    assert!(
        again.starts_with("2 rows: 0 new, 1 known already."),
        "{again}"
    );
    assert!(again.contains("1 row skipped"), "{again}");
    let report = [
        "report",
        "--json",
        "--by",
        "tool",
        "--no-scan",
        "--timezone",
        "UTC",
    ];
    let report: Value = serde_json::from_str(&done(home, &report)).unwrap();
    assert_eq!(report["rows"][0]["key"], "cursor");
    assert_eq!(report["totals"]["calls"], 1);

    let other = home.join("other.csv");
    std::fs::write(&other, "Name,Amount\n").unwrap();
    let other = output(home, &["import", "cursor", other.to_str().unwrap()]);
    assert_eq!(other.status.code(), Some(1));
    let said = String::from_utf8_lossy(&other.stderr).into_owned();
    assert!(said.contains("no usage export of Cursor"), "{said}");
}

#[test]
fn a_price_file_is_taken_or_changes_nothing() {
    let home = TempDir::new().unwrap();
    let home = home.path();
    let status =
        || -> Value { serde_json::from_str(&done(home, &["prices", "status", "--json"])).unwrap() };
    let built_in = status();
    let file = home.join("data.json");
    let update = [file.to_str().unwrap()];
    let update =
        |more: &[&str]| aco(home, &[&["prices", "update"], &update[..], more].concat()).output();
    std::fs::write(&file, "[]").unwrap();
    let refused = update(&[]).unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        said.contains("it has no model") && said.contains("as they were"),
        "{said}"
    );
    assert_eq!(status(), built_in);

    let data = r#"[{"id": "acme", "name": "Acme", "api_pattern": "acme", "models": [
        {"id": "m", "match": {"equals": "m"}, "prices": {"input_mtok": 1}}]}]"#;
    std::fs::write(&file, data).unwrap();
    assert!(update(&[]).unwrap().status.success());
    assert_eq!(
        (&status()["models"], &status()["usable"]),
        (&1.into(), &true.into())
    );
    assert_eq!(
        done(home, &["prices", "update", "--built-in"])
            .lines()
            .count(),
        2
    );
    assert_eq!(status(), built_in);
    assert_eq!(
        aco(home, &["prices", "update"])
            .output()
            .unwrap()
            .status
            .code(),
        Some(2)
    );
}

/// The keys of objects within `value`, except below those that are themselves values.
fn keys(value: &Value, into: &mut Vec<String>) {
    if let Value::Object(fields) = value {
        for (key, value) in fields {
            into.push(key.clone());
            keys(value, into);
        }
    }
}

#[test]
fn every_field_of_a_status_is_documented() {
    let home = TempDir::new().unwrap();
    let config = "[ship]\nendpoint = \"http://127.0.0.1:9\"\n";
    std::fs::write(home.path().join("config.toml"), config).unwrap();
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/json.md");
    let document = std::fs::read_to_string(document).unwrap();
    let mut fields = Vec::new();
    keys(&status(home.path()), &mut fields);
    assert!(fields.len() > 20, "{fields:?}");
    for field in fields {
        let named = document.contains(&format!("`{field}`"))
            || document.contains(&format!("`{field}[]`"))
            || document.contains(&format!("\"{field}\":"));
        assert!(named, "docs/json.md does not speak of {field}");
    }
}

//! What the window asks of an agent that has read some usage, over the real socket.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a test fails, in its helpers too"
)]

#[allow(dead_code, reason = "each test program uses a part of it")]
mod support;

use aco_domain::{
    By, Imported, LineLevel, NanoUsd, Outcome, Report, ReportQuery, ToolId, UnixNanos,
};
use aco_ipc::{Client, Request, Response, WatchEvent, code};
use std::fs;
use std::path::Path;
use support::{LONGEST, Running, done, refused, status};

/// One call of Claude Code in a file of its own. The clock of the tests stands at
/// 2027-01-15T08:00:00Z.
fn write_call(folder: &Path, id: u32, at: &str, model: &str) {
    let projects = folder.join(".claude/projects/p");
    fs::create_dir_all(&projects).unwrap();
    let line = format!(
        r#"{{"type":"assistant","sessionId":"s{id}","cwd":"/w","timestamp":"{at}","requestId":"r{id}","message":{{"id":"m{id}","model":"{model}","role":"assistant","usage":{{"input_tokens":100,"output_tokens":900}}}}}}"#
    );
    fs::write(projects.join(format!("{id}.jsonl")), line + "\n").unwrap();
}

const SONNET: &str = "claude-sonnet-4-5";

async fn report(client: &mut Client, query: ReportQuery) -> Report {
    match client.request(&Request::Report(query)).await.unwrap() {
        Response::Report(report) => *report,
        other => panic!("{other:?}"),
    }
}

async fn scan(client: &mut Client) {
    let answer = client.request_with_news(&Request::ScanNow, |_| {}).await;
    assert!(matches!(answer.unwrap(), Response::Done { .. }));
}

#[tokio::test]
async fn usage_is_reported_summed_up_and_watched() {
    let folder = tempfile::tempdir().unwrap();
    write_call(folder.path(), 1, "2027-01-15T07:00:00.000Z", SONNET);
    write_call(folder.path(), 2, "2027-01-03T07:00:00.000Z", SONNET);
    write_call(
        folder.path(),
        3,
        "2026-12-31T07:00:00.000Z",
        "unknown-model",
    );
    let (agent, mut client, _logging) = Running::start(folder.path()).await;
    let mut watched = agent.client().await.watch(false).await.unwrap();
    scan(&mut client).await;

    let by_day = ReportQuery {
        by: By::Day,
        then: Some(By::Model),
        ..ReportQuery::default()
    };
    let all = report(&mut client, by_day).await;
    let rows: Vec<_> = all
        .rows
        .iter()
        .map(|row| (&*row.key, row.then.as_deref().unwrap(), row.figures.calls))
        .collect();
    let expected = [
        ("2026-12-31", "unknown-model", 1),
        ("2027-01-03", SONNET, 1),
        ("2027-01-15", SONNET, 1),
    ];
    assert_eq!(rows, expected);
    assert_eq!(all.unpriced_models, ["unknown-model"]);
    assert_eq!((all.totals.calls, all.totals.unpriced_tokens), (3, 1_000));
    // 100 × 3 + 900 × 15 dollars per million.
    let one = NanoUsd(13_800_000);
    assert_eq!(all.totals.api_value, Some(NanoUsd(2 * one.0)));
    let hours = ReportQuery {
        since: Some("today".into()),
        by: By::Hour,
        tool: Some(ToolId::new("claude-code").unwrap()),
        ..ReportQuery::default()
    };
    let today = report(&mut client, hours).await;
    assert_eq!(today.rows[0].key, "2027-01-15T07:00+00:00");
    let wrong = Request::Report(ReportQuery {
        since: Some("soon".into()),
        ..ReportQuery::default()
    });
    assert_eq!(refused(&mut client, &wrong).await, code::BAD_VALUE);

    let spend = status(&mut client).await.spend.unwrap();
    assert_eq!(spend.date, "2027-01-15");
    assert_eq!(spend.today.api_value, one);
    assert_eq!(spend.month.api_value, NanoUsd(2 * one.0));
    assert_eq!(spend.month.unpriced_tokens, 0, "those are of last month");
    write_call(
        folder.path(),
        4,
        "2027-01-15T07:59:00.000Z",
        "unknown-model",
    );
    scan(&mut client).await;
    let told = async {
        loop {
            if let WatchEvent::State(status) = watched.next().await.unwrap()
                && status
                    .spend
                    .is_some_and(|spend| spend.today.unpriced_tokens == 1_000)
            {
                return;
            }
        }
    };
    tokio::time::timeout(LONGEST, told)
        .await
        .expect("the change");
    agent.stop().await;
}

#[tokio::test]
async fn sources_are_named_whether_they_are_here_or_not() {
    let folder = tempfile::tempdir().unwrap();
    write_call(folder.path(), 1, "2027-01-15T07:00:00.000Z", SONNET);
    let (agent, mut client, _logging) = Running::start(folder.path()).await;
    scan(&mut client).await;
    let Response::Sources(found) = client.request(&Request::Sources).await.unwrap() else {
        panic!("not the sources");
    };
    let claude = &found.sources[0];
    assert_eq!(claude.tool.as_str(), "claude-code");
    assert_eq!(claude.display_name, "Claude Code");
    assert_eq!((claude.files, claude.calls), (1, 1));
    let hour = UnixNanos(1_799_996_400_000_000_000);
    assert_eq!(claude.last_call, Some(hour));
    assert!(claude.folders.iter().any(|folder| folder.exists));
    let codex = found.sources.iter().find(|it| it.tool.as_str() == "codex");
    let codex = codex.expect("a source that is not here");
    assert!(!codex.is_found() && !codex.folders.is_empty());
    agent.stop().await;
}

#[tokio::test]
async fn calls_are_priced_again_by_the_agent_that_has_the_ledger() {
    let folder = tempfile::tempdir().unwrap();
    write_call(folder.path(), 1, "2027-01-15T07:00:00.000Z", SONNET);
    let (agent, mut client, _logging) = Running::start(folder.path()).await;
    scan(&mut client).await;
    let own = format!("[[price]]\nmodel = '{SONNET}'\ninput = 1\noutput = 1\n");
    fs::write(agent.home.config_file(), own).unwrap();
    done(&mut client, &Request::Reload).await;
    let reprice = |model: &str| Request::Reprice {
        since: None,
        until: None,
        tool: None,
        model: Some(model.to_owned()),
    };
    let answer = client.request_with_news(&reprice(SONNET), |_| {}).await;
    let expected = Response::Repriced {
        examined: 1,
        filled: 0,
        changed: 1,
        before: NanoUsd(13_800_000),
        after: NanoUsd(1_000_000),
    };
    assert_eq!(answer.unwrap(), expected);
    // The round that follows it tells everybody.
    scan(&mut client).await;
    let spend = status(&mut client).await.spend.unwrap();
    assert_eq!(spend.today.api_value, NanoUsd(1_000_000));
    agent.stop().await;
}

#[tokio::test]
async fn the_log_is_paged_and_grafana_is_linked() {
    let folder = tempfile::tempdir().unwrap();
    let (agent, mut client, _logging) = Running::start(folder.path()).await;
    let lines: String = (0..600)
        .map(|n| format!("2026-01-01T00:00:00.{n:06}Z INFO aco n={n}\n"))
        .collect();
    fs::write(agent.home.log_file(), lines).unwrap();
    let (mut before, mut heard) = (None, Vec::new());
    loop {
        let request = Request::History {
            before,
            count: 1_000,
            level: Some(LineLevel::Info),
            text: None,
        };
        let Response::History { lines, before: on } = client.request(&request).await.unwrap()
        else {
            panic!("no history");
        };
        heard.extend(lines.into_iter().map(|line| line.message));
        before = on;
        if before.is_none() {
            break;
        }
    }
    let expected: Vec<_> = (0..600).rev().map(|n| format!("n={n}")).collect();
    assert_eq!(heard, expected);
    let nowhere = Request::History {
        before: Some("nowhere".into()),
        count: 1,
        level: None,
        text: None,
    };
    assert_eq!(refused(&mut client, &nowhere).await, code::BAD_VALUE);

    let link = Request::Link {
        at: Some(UnixNanos(1_800_000_000_000_000_000)),
        query: None,
    };
    assert_eq!(refused(&mut client, &link).await, code::NO_GRAFANA);
    let grafana = "[grafana]\nurl = 'https://grafana.example'\n";
    fs::write(agent.home.config_file(), grafana).unwrap();
    done(&mut client, &Request::Reload).await;
    let known = status(&mut client).await.grafana;
    assert_eq!(known.as_deref(), Some("https://grafana.example"));
    let Response::Link { url } = client.request(&link).await.unwrap() else {
        panic!("no link");
    };
    assert!(url.starts_with("https://grafana.example/explore?"), "{url}");
    // Five minutes before it and after it, on this host.
    for part in ["1799999700000", "1800000300000", "host%5Fname"] {
        assert!(url.contains(part), "{part} in {url}");
    }
    agent.stop().await;
}

#[tokio::test]
async fn an_examination_tells_its_steps_and_a_pause_ends_it_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    // Nobody may connect while it is paused.
    let endpoint = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    endpoint.set_nonblocking(true).unwrap();
    let (agent, mut client, _logging) = Running::start(folder.path()).await;
    let pause = Request::Pause {
        until: aco_domain::PauseUntil::Resumed,
    };
    done(&mut client, &pause).await;
    let address = endpoint.local_addr().unwrap();
    let config = format!("[ship]\nendpoint = 'http://{address}'\n");
    fs::write(agent.home.config_file(), config).unwrap();
    done(&mut client, &Request::Reload).await;

    let mut news = Vec::new();
    let examine = Request::Examine { send: true };
    let answer = client.request_with_news(&examine, |told| news.push(told));
    let Response::Examined {
        endpoint: examined,
        healthy,
        answers,
    } = answer.await.unwrap()
    else {
        panic!("not examined");
    };
    assert_eq!(examined, Some(format!("http://{address}")));
    assert!(healthy && answers.is_none());
    let steps: Vec<_> = news
        .iter()
        .filter_map(|told| match told {
            Response::Step(step) => Some((&*step.code, step.outcome)),
            _ => None,
        })
        .collect();
    let paused = ("paused", Outcome::Note);
    assert_eq!(steps.last(), Some(&paused), "{steps:?}");
    assert_eq!(news.len(), 2 * steps.len(), "each was announced");
    assert!(endpoint.accept().is_err(), "nobody connected");

    done(&mut client, &Request::Resume).await;
    let settings_only = Request::Examine { send: false };
    let mut codes = Vec::new();
    let answer = client.request_with_news(&settings_only, |told| {
        if let Response::Step(step) = told {
            codes.push(step.code);
        }
    });
    assert!(matches!(answer.await.unwrap(), Response::Examined { .. }));
    assert_eq!(codes, ["configured", "no_token"]);
    agent.stop().await;
}

#[tokio::test]
async fn an_export_is_imported_by_the_agent_that_has_the_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let (agent, mut client, _logging) = Running::start(folder.path()).await;
    let file = folder.path().join("usage.csv");
    let header = "Date,Model,Input (w/o Cache Write),Output Tokens";
    let row = format!("2027-01-15T07:00:00.000Z,{SONNET},100,900");
    fs::write(&file, format!("{header}\n{row}\n")).unwrap();
    let import = Request::ImportCursor { file: file.clone() };
    for (new_calls, known_calls) in [(1, 0), (0, 1)] {
        let expected = Imported {
            rows: 1,
            new_calls,
            known_calls,
            ..Imported::default()
        };
        let answer = client.request(&import).await.unwrap();
        assert_eq!(answer, Response::Imported(expected));
    }
    let found = report(&mut client, ReportQuery::default()).await;
    assert_eq!(found.totals.api_value, Some(NanoUsd(13_800_000)));

    fs::write(&file, "Name,Amount\n").unwrap();
    assert_eq!(refused(&mut client, &import).await, code::FAILED);
    agent.stop().await;
}

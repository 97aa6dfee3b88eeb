//! Settings and the token, shown and changed over the real socket.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a test fails, in its helpers too"
)]

#[allow(dead_code, reason = "each test program uses a part of it")]
mod support;

use aco_domain::{
    ContactBy, Setting, SettingChange, SettingProblem, SettingsSheet, Takes, TokenState,
};
use aco_ipc::{Client, Request, Response, Secret, code};
use std::fs;
use support::{Running, done, refused, status};

fn changes(changes: &[(&str, Option<&str>)]) -> Vec<SettingChange> {
    let changes = changes.iter().map(|(key, value)| SettingChange {
        key: (*key).to_owned(),
        value: value.map(str::to_owned),
    });
    changes.collect()
}

async fn sheet(client: &mut Client, request: &Request) -> SettingsSheet {
    match client.request(request).await.unwrap() {
        Response::Settings(sheet) => *sheet,
        other => panic!("{other:?}"),
    }
}

async fn problems(client: &mut Client, request: &Request) -> Vec<SettingProblem> {
    match client.request(request).await.unwrap() {
        Response::Checked { problems } => problems,
        other => panic!("{other:?}"),
    }
}

fn find<'s>(sheet: &'s SettingsSheet, key: &str) -> &'s Setting {
    sheet.settings.iter().find(|it| it.key == key).unwrap()
}

#[tokio::test]
async fn settings_are_checked_written_and_in_force_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (agent, mut client, _logging) = Running::start(folder.path()).await;
    let file = agent.home.config_file();
    fs::write(&file, "# mine\n[grafana]\n").unwrap();

    let before = sheet(&mut client, &Request::Settings).await;
    assert_eq!(before.file, file);
    assert_eq!(find(&before, "grafana.url").value, "");
    assert_eq!(find(&before, "grafana.url").takes, Takes::WebAddress);
    assert_eq!(before.token, TokenState::None);
    assert_eq!(before.contacts, []);

    let wrong = changes(&[
        ("grafana.url", Some("ftp://g")),
        ("scan.interval", Some("1s")),
        ("subscription.0.name", Some("Max")),
    ]);
    let check = Request::CheckSettings {
        changes: wrong.clone(),
    };
    let change = Request::ChangeSettings { changes: wrong };
    for request in [&check, &change] {
        let problems = problems(&mut client, request).await;
        let keys: Vec<_> = problems.iter().map(|it| it.key.clone().unwrap()).collect();
        let expected = [
            "grafana.url",
            "scan.interval",
            "subscription.0.fee_usd",
            "subscription.0.tools",
        ];
        for key in expected {
            assert!(keys.iter().any(|it| it == key), "{key} in {keys:?}");
        }
        assert_eq!(keys.len(), expected.len(), "{problems:?}");
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "# mine\n[grafana]\n");

    let right = Request::ChangeSettings {
        changes: changes(&[
            ("grafana.url", Some("https://g.example")),
            ("ship.endpoint", Some("https://c.example")),
            ("ship.metrics", Some("false")),
            ("subscription.0.name", Some("Max")),
            ("subscription.0.fee_usd", Some("100")),
            ("subscription.0.tools", Some("claude-code")),
        ]),
    };
    // Nothing leaves the machine in a test.
    let pause = Request::Pause {
        until: aco_domain::PauseUntil::Resumed,
    };
    done(&mut client, &pause).await;
    let after = sheet(&mut client, &right).await;
    assert_eq!(
        find(&after, "ship.endpoint").value,
        "https://c.example:4317"
    );
    assert_eq!(after.lists[0].entries.len(), 1);
    let contacts: Vec<_> = after.contacts.iter().map(|it| (&*it.host, it.by)).collect();
    let expected = [
        ("c.example:4317", ContactBy::Program),
        ("https://g.example", ContactBy::Browser),
    ];
    assert_eq!(contacts, expected);
    let now = status(&mut client).await;
    assert_eq!(now.grafana.as_deref(), Some("https://g.example"));
    assert_eq!(now.endpoint.unwrap().url, "https://c.example:4317");
    assert!(fs::read_to_string(&file).unwrap().starts_with("# mine\n"));
    agent.stop().await;
}

#[tokio::test]
async fn what_is_wrong_already_can_be_mended_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let (agent, mut client, _logging) = Running::start(folder.path()).await;
    let file = agent.home.config_file();
    fs::write(&file, "[scan]\ninterval = 1\n[grafana]\norg_id = 'x'\n").unwrap();
    assert_eq!(
        refused(&mut client, &Request::Reload).await,
        "config_invalid"
    );
    let shown = sheet(&mut client, &Request::Settings).await;
    assert_eq!(shown.problems.len(), 2, "{:?}", shown.problems);
    let mend = |key: &str, value: &str| Request::ChangeSettings {
        changes: changes(&[(key, Some(value))]),
    };
    let half = sheet(&mut client, &mend("scan.interval", "20s")).await;
    assert_eq!(half.problems.len(), 1);
    let still = problems(&mut client, &mend("grafana.org_id", "x")).await;
    assert_eq!(still[0].key.as_deref(), Some("grafana.org_id"));
    let whole = sheet(&mut client, &mend("grafana.org_id", "2")).await;
    assert_eq!(whole.problems, []);
    assert!(status(&mut client).await.attention.is_empty());

    fs::write(&file, "[scan\n").unwrap();
    let broken = mend("scan.interval", "30s");
    assert_eq!(refused(&mut client, &broken).await, code::CONFIG_INVALID);
    assert_eq!(fs::read_to_string(&file).unwrap(), "[scan\n");
    agent.stop().await;
}

#[tokio::test]
async fn a_token_is_kept_for_its_endpoint_and_never_told() {
    let folder = tempfile::tempdir().unwrap();
    let (agent, mut client, _logging) = Running::start(folder.path()).await;
    let set = |token: &str| Request::SetToken {
        token: Secret::new(token),
    };
    assert_eq!(
        refused(&mut client, &set("s3cret")).await,
        code::NO_ENDPOINT
    );
    let pause = Request::Pause {
        until: aco_domain::PauseUntil::Resumed,
    };
    done(&mut client, &pause).await;
    let endpoint = Request::ChangeSettings {
        changes: changes(&[("ship.endpoint", Some("https://c.example"))]),
    };
    sheet(&mut client, &endpoint).await;
    assert_eq!(
        refused(&mut client, &set("two words")).await,
        code::BAD_VALUE
    );
    let said = done(&mut client, &set("s3cret")).await;
    assert!(said.contains("https://c.example:4317"), "{said}");
    let shown = sheet(&mut client, &Request::Settings).await;
    assert!(matches!(shown.token, TokenState::Present { .. }));
    let words = serde_json::to_string(&shown).unwrap() + &said;
    assert!(!words.contains("s3cret"));
    assert!(status(&mut client).await.endpoint.unwrap().token.is_some());

    let moved = Request::ChangeSettings {
        changes: changes(&[("ship.endpoint", Some("https://other.example"))]),
    };
    let shown = sheet(&mut client, &moved).await;
    let saved_for = "https://c.example:4317".to_owned();
    assert_eq!(shown.token, TokenState::OtherEndpoint { saved_for });
    assert!(
        done(&mut client, &Request::ClearToken)
            .await
            .contains("forgotten")
    );
    assert!(
        done(&mut client, &Request::ClearToken)
            .await
            .contains("no token")
    );
    agent.stop().await;
}

//! The commands under their real permissions, on Tauri's runtime without a display: what is listed
//! answers, and what is not is refused.

use crate::window::doubles::{Double, session_in};
use crate::window::{LABEL, assemble, open};
use aco_window::COMMANDS;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use tauri::ipc::{CallbackFn, InvokeBody};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder};
use tauri::webview::InvokeRequest;
use tauri::{App, Manager as _, WebviewWindow};

/// The application as it is, but for its runtime, its agent and its desktop; with its window open.
fn app(folder: &tempfile::TempDir) -> (App<MockRuntime>, WebviewWindow<MockRuntime>) {
    let context = tauri::generate_context!("tauri.conf.json", test = true);
    let session = session_in(folder.path(), Double::default(), |_, _| {});
    let app = assemble(mock_builder(), Arc::clone(&session))
        .build(context)
        .unwrap();
    open(app.handle(), &session, false).unwrap();
    let window = app.get_webview_window(LABEL).unwrap();
    (app, window)
}

fn request(command: &str, arguments: &Value, from: &str) -> InvokeRequest {
    InvokeRequest {
        cmd: command.to_owned(),
        callback: CallbackFn(0),
        error: CallbackFn(1),
        url: from.parse().unwrap(),
        body: InvokeBody::Json(arguments.clone()),
        headers: Default::default(),
        invoke_key: INVOKE_KEY.to_owned(),
    }
}

const OURS: &str = if cfg!(windows) {
    "http://tauri.localhost"
} else {
    "tauri://localhost"
};

fn ask(
    window: &WebviewWindow<MockRuntime>,
    command: &str,
    arguments: &Value,
) -> Result<Value, Value> {
    let answer = get_ipc_response(window, request(command, arguments, OURS));
    answer.map(|body| body.deserialize().unwrap())
}

/// Arguments that are understood.
fn arguments(command: &str) -> Value {
    let filter = json!({"level": "info", "text": ""});
    let choice = json!({
        "endpoint": null, "token": null, "take_token_found": false,
        "start_at_login": false, "notify": false,
    });
    match command {
        "pause" => json!({"choice": "one_hour"}),
        "send_kept" => json!({"send": false}),
        "open_grafana" => json!({"at": null}),
        "follow_logs" => json!({"filter": filter}),
        "took_logs" => json!({"follow": 1}),
        "older_logs" => json!({"filter": filter, "before": null}),
        "spend" => json!({"range": "today", "by": "tool"}),
        "check_settings" | "change_settings" => json!({"changes": []}),
        "change_subscriptions" => json!({"rows": []}),
        "set_token" => json!({"token": "s3cret"}),
        "try_first_run" | "finish_first_run" => json!({"choice": choice}),
        _ => json!({}),
    }
}

#[test]
fn every_command_of_the_contract_answers() {
    let folder = tempfile::tempdir().unwrap();
    let (_app, window) = app(&folder);
    for command in COMMANDS {
        if command.name == "quit" {
            continue;
        }
        match ask(&window, command.name, &arguments(command.name)) {
            Ok(_) => {}
            // No agent runs: that is an answer too, and it is a `Problem`.
            Err(refusal) => {
                let message = refusal.get("message").and_then(Value::as_str);
                assert!(message.is_some(), "{}: {refusal}", command.name);
                assert!(refusal.get("remedy").is_some(), "{}", command.name);
            }
        }
    }
}

#[test]
fn what_is_not_listed_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (_app, window) = app(&folder);
    for command in [
        "read_file",
        "plugin:fs|read_file",
        "plugin:shell|execute",
        "plugin:opener|open_url",
        "plugin:window|create",
        "plugin:webview|create_webview_window",
        "plugin:event|emit",
        "plugin:path|resolve_directory",
        "plugin:app|app_show",
    ] {
        let refusal = ask(&window, command, &json!({})).unwrap_err();
        let text = refusal.to_string();
        assert!(
            text.contains("not allowed") || text.contains("not found"),
            "{command}: {text}"
        );
    }
}

#[test]
fn a_page_from_elsewhere_may_ask_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (_app, window) = app(&folder);
    for command in COMMANDS {
        let request = request(
            command.name,
            &arguments(command.name),
            "https://evil.example",
        );
        assert!(
            get_ipc_response(&window, request).is_err(),
            "{}",
            command.name
        );
    }
}

#[test]
fn wrong_arguments_are_refused_and_hide_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (_app, window) = app(&folder);
    for (command, wrong) in [
        ("pause", json!({"choice": "for_ever"})),
        ("spend", json!({"range": "decade", "by": "tool"})),
        ("follow_logs", json!({})),
        ("set_token", json!({"token": 7})),
    ] {
        assert!(ask(&window, command, &wrong).is_err(), "{command}");
    }
}

/// The build script's list, the capability and the contract are one list.
#[test]
fn the_capability_names_the_contracts_commands_and_little_else() {
    let capability: Value =
        serde_json::from_str(include_str!("../../capabilities/window.json")).unwrap();
    let granted: BTreeSet<String> = capability["permissions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|permission| permission.as_str().unwrap().to_owned())
        .collect();
    let commands = COMMANDS
        .iter()
        .map(|command| format!("allow-{}", command.name.replace('_', "-")));
    let tauris = [
        "core:event:allow-listen",
        "core:event:allow-unlisten",
        "core:webview:allow-set-webview-zoom",
    ];
    let tauris = tauris.map(str::to_owned);
    assert_eq!(granted, commands.chain(tauris).collect());
    assert_eq!(capability["windows"], json!([LABEL]));
    assert!(capability.get("remote").is_none());
}

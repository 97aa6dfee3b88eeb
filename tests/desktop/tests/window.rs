//! The real window on a desktop, driven by WebDriver: every view with what a home really holds, by
//! mouse and by keyboard alone.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a test fails, in its plain functions too"
)]

use aco_e2e::aco::{Aco, Builder};
use aco_e2e::eventually;
use aco_e2e_desktop::desktop::Desktop;
use aco_e2e_desktop::installation::Installation;
use aco_e2e_desktop::pages::{SMALLEST, USUAL, serious_findings, too_wide};
use aco_e2e_desktop::views::{VIEWS, go_to, past_first_run};
use aco_e2e_desktop::webdriver::{Key, Window};
use serde_json::json;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(30);

/// Sixty characters without a place to break.
const LONG: &str = "a-name-of-sixty-characters-without-a-place-where-it-may-brea";

/// Configured with names as long as they come.
fn long_names() -> Builder {
    assert_eq!(LONG.len(), 60);
    Aco::builder()
        // Nobody listens there: what is said of the failure is long as well.
        .endpoint(&format!("http://{LONG}.invalid:4317"))
        .config(&format!(
            "[grafana]\nurl = \"https://{LONG}.example.org\"\n\
             [budget]\ndaily_usd = 10\nmonthly_usd = 100\n\
             [[subscription]]\nname = \"{LONG}\"\nfee_usd = 20\nperiod = \"month\"\n\
             tools = [\"claude-code\"]\n"
        ))
}

/// What Claude Code would have written today: calls of a known model and of one with a long name, in
/// a project with a long name.
fn write_history(aco: &Aco) {
    let folder = aco.user_home().join(".claude/projects").join(LONG);
    std::fs::create_dir_all(&folder).unwrap();
    let mut file = std::fs::File::create(folder.join("session.jsonl")).unwrap();
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    let day = aco_histories::utc_day(aco_domain::UnixNanos(now.as_nanos().try_into().unwrap()));
    for (number, model) in ["claude-opus-5", "claude-haiku-5-5", LONG]
        .iter()
        .enumerate()
    {
        let line = json!({
            "type": "assistant",
            "timestamp": format!("{day}T00:00:0{number}.000Z"),
            "sessionId": "session",
            "cwd": format!("/home/user/{LONG}"),
            "requestId": format!("request-{number}"),
            "message": {
                "id": format!("message-{number}"),
                "role": "assistant",
                "model": model,
                "usage": {"input_tokens": 1_234_567, "output_tokens": 98_765},
            },
        });
        writeln!(file, "{line}").unwrap();
    }
}

#[test]
fn every_view_shows_what_the_home_holds() {
    let desktop = Desktop::start();
    let mut tray = Installation::on(&desktop, long_names());
    write_history(&tray.aco);
    tray.start();
    tray.wait_until_up();
    assert_eq!(tray.aco.cmd(&["report"]).code, 0, "the history is read");
    let window = tray.window();
    past_first_run(&window);
    let mut found = Vec::new();
    for view in VIEWS {
        go_to(&window, view);
        for size in [USUAL, SMALLEST] {
            window.resize(size.width, size.height);
            let cut = too_wide(&window);
            found.extend(
                cut.into_iter()
                    .map(|one| format!("{view}, {}: {one}", size.width)),
            );
        }
        let serious = serious_findings(&window);
        found.extend(serious.into_iter().map(|one| format!("{view}: {one}")));
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));

    go_to(&window, "status");
    window.wait_for_text(&format!("{LONG}.invalid"));
    go_to(&window, "logs");
    window.wait_for_text("INFO");
    go_to(&window, "spend");
    window.wait_for_text("API value");
    window.wait_for_text("Claude Code");
    go_to(&window, "settings");
    window.wait_for_text("Endpoint");
}

#[test]
fn the_first_run_tells_what_is_read_and_can_be_skipped_or_walked_through() {
    let desktop = Desktop::start();
    let mut tray = Installation::on(&desktop, Aco::builder());
    write_history(&tray.aco);
    tray.start();
    tray.wait_until_up();
    {
        let window = tray.window();
        window.wait_for_text("Claude Code");
        window.wait_for_text("Prompts, answers");
        assert_eq!(serious_findings(&window), [""; 0]);
        window.find_saying("button", "Continue").click();
        window.find_saying("button", "Back");
        window.find_saying("button", "Continue").click();
        window.find_saying("button", "Finish").click();
        window.find("nav [data-view=status]");
    }
    // Once is enough.
    let window = tray.window();
    window.find("nav [data-view=status]");
}

/// A line made of everything that could be taken for more than text.
const HOSTILE: &str = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'\
                       </script> \u{1b}[31mred\u{1b}[0m \u{202e}desrever\u{202c} end of the line";

#[test]
fn hostile_lines_are_text_and_bounded() {
    let desktop = Desktop::start();
    let mut tray = Installation::on(&desktop, Aco::builder());
    // Lines of an earlier agent, as a file may hold them: one of a megabyte, one that is no UTF-8.
    let logs = tray.aco.home().join("logs");
    std::fs::create_dir_all(&logs).unwrap();
    let mut old = std::fs::File::create(logs.join("ai-cost-observer.log")).unwrap();
    let start = "2026-01-01T00:00:00.000Z INFO  aco::agent";
    writeln!(old, "{start} long {}", "x".repeat(1_000_000)).unwrap();
    old.write_all(start.as_bytes()).unwrap();
    old.write_all(b" broken \xff\xfe\xc3 bytes\n").unwrap();
    drop(old);
    tray.start();
    tray.wait_until_up();
    let window = tray.window();
    past_first_run(&window);
    go_to(&window, "logs");
    let emitted = tray.aco.cmd(&[
        "emit",
        "--count",
        "3",
        "--message",
        HOSTILE,
        "--grace",
        "0s",
    ]);
    assert_eq!(emitted.code, 0, "{emitted:?}");
    window.wait_for_text("end of the line");
    let text = window.text();
    assert!(
        text.contains("<img src=x onerror="),
        "shown as it is: {text}"
    );
    for raw in ['\u{1b}', '\u{202e}', '\u{202c}'] {
        assert!(!text.contains(raw), "{raw:?} in {text}");
    }
    let inside = "const list = document.querySelector('main:not([hidden])');
        return [document.title.includes('taken'), list.querySelectorAll('img, script').length,
            list.innerText.length, document.querySelectorAll('*').length];";
    let found = window.run(inside, &[]);
    assert_eq!(found[0], false, "a script ran");
    assert_eq!(found[1], 0, "markup became elements");
    assert!(found[2].as_u64() < Some(100_000), "bounded: {found}");
    assert!(found[3].as_u64() < Some(2_000), "virtualised: {found}");
    assert_eq!(too_wide(&window), [""; 0]);
}

/// What can be acted upon, as the page has it now: a name for each, and whether it is one that has
/// the keyboard.
const CONTROLS: &str = "
    const shown = (one) => one.getClientRects().length > 0
        && getComputedStyle(one).visibility !== 'hidden' && !one.disabled;
    window.acoNames ??= new WeakMap();
    window.acoNext ??= 0;
    const name = (one) => {
        if (!window.acoNames.has(one)) window.acoNames.set(one, ++window.acoNext);
        return `${window.acoNames.get(one)} ${one.tagName.toLowerCase()} `
            + (one.getAttribute('aria-label') ?? one.innerText ?? one.name ?? '').slice(0, 40);
    };
    const all = [...document.querySelectorAll(
        'button, a[href], input, select, textarea, summary, [role=button], [role=tab], [role=radio]')]
        .filter(shown).map(name);
    const has = document.activeElement;
    return [all, has === null || has === document.body ? '' : name(has)];";

fn controls(window: &Window) -> (BTreeSet<String>, String) {
    let found = window.run(CONTROLS, &[]);
    let all = found[0].as_array().expect("a list").iter();
    (
        all.map(|one| one.as_str().expect("a name").to_owned())
            .collect(),
        found[1].as_str().expect("a name").to_owned(),
    )
}

/// Walks through a view as a person without a mouse does: Tab from one group to the next, the arrows
/// within one. Returns what could not be reached.
fn unreached(window: &Window) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    for _ in 0..120 {
        window.press(Key::Tab);
        let (all, here) = controls(window);
        if !reached.insert(here.clone()) && all.is_subset(&reached) {
            break;
        }
        // Within a group only one takes Tab; from there the arrows lead to the others.
        let moves = "return document.activeElement?.closest(
            '[role=radiogroup], [role=tablist], [role=listbox], [role=grid], [role=toolbar], nav')
            !== null;";
        if window.run(moves, &[]) == json!(true) {
            for key in [Key::Down, Key::Right] {
                for _ in 0..12 {
                    window.press(key);
                    if !reached.insert(controls(window).1) {
                        break;
                    }
                }
            }
        }
        if controls(window).0.is_subset(&reached) {
            break;
        }
    }
    controls(window).0.difference(&reached).cloned().collect()
}

#[test]
fn everything_is_done_by_the_keyboard_alone() {
    let desktop = Desktop::start();
    let mut tray = Installation::on(&desktop, long_names());
    write_history(&tray.aco);
    tray.start();
    tray.wait_until_up();
    let window = tray.window();
    eventually(SOON, "the window's first view", || {
        !window.all("button").is_empty()
    });
    // The first run, skipped without a mouse.
    eventually(SOON, "Skip to have the keyboard", || {
        window.press(Key::Tab);
        window.focused().text().contains("Skip")
    });
    window.press(Key::Enter);
    window.find("nav [data-view=status]");

    let mut missed = Vec::new();
    for view in VIEWS {
        // To the sidebar, and down to the view.
        eventually(SOON, "the sidebar to have the keyboard", || {
            window.press(Key::Tab);
            window.focused().attribute("data-view").is_some()
        });
        eventually(SOON, &format!("{view} to have the keyboard"), || {
            let here = window.focused().attribute("data-view");
            let there = here.as_deref() == Some(view);
            if !there {
                window.press(Key::Down);
            }
            there
        });
        window.press(Key::Enter);
        window.find(&format!("nav [data-view={view}][aria-current=page]"));
        missed.extend(
            unreached(&window)
                .into_iter()
                .map(|one| format!("{view}: {one}")),
        );
    }
    assert!(missed.is_empty(), "\n{}", missed.join("\n"));
}

#[test]
fn a_pause_by_the_keyboard_is_the_agents() {
    let desktop = Desktop::start();
    let mut tray = Installation::on(&desktop, Aco::builder().endpoint("http://127.0.0.1:1"));
    tray.start();
    tray.wait_until_up();
    let window = tray.window();
    past_first_run(&window);
    go_to(&window, "status");
    window.find_saying("main button", "Pause");
    eventually(SOON, "Pause to have the keyboard", || {
        window.press(Key::Tab);
        window.focused().text().contains("Pause")
    });
    window.press(Key::Enter);
    // Its choices have the keyboard now.
    window.press(Key::Down);
    window.press(Key::Enter);
    eventually(SOON, "the agent to be paused", || {
        !tray.aco.status()["paused"].is_null() && tray.aco.status()["state"] == "paused"
    });
    window.find_saying("nav [role=status]", "Paused");
}

#[test]
fn without_an_agent_the_window_says_so_and_finds_the_next_one() {
    let desktop = Desktop::start();
    let mut tray = Installation::on(&desktop, Aco::builder());
    tray.start();
    tray.wait_until_up();
    let window = tray.window();
    past_first_run(&window);
    tray.kill9_everything();
    eventually(SOON, "the word that no agent runs", || {
        window.text().to_lowercase().contains("not running")
    });
    tray.start();
    tray.wait_until_up();
    eventually(SOON, "the view again", || {
        !window.text().to_lowercase().contains("not running")
    });
    go_to(&window, "status");
}

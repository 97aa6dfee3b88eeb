//! The real tray application on a desktop: its menu read and clicked, against the real Collector and
//! Loki where something is to be shipped.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a test fails, in its plain functions too"
)]

use aco_e2e::aco::{Aco, Builder};
use aco_e2e::judge::{all_arrived, sequences};
use aco_e2e::process::Process;
use aco_e2e::stack::Stack;
use aco_e2e::{eventually, loki};
use aco_e2e_desktop::desktop::Desktop;
use aco_e2e_desktop::family;
use aco_e2e_desktop::installation::Installation;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(60);
const DRAINED: Duration = Duration::from_secs(180);

/// What the contract gives Quit, SIGTERM and the end of a session.
const DRAIN: Duration = Duration::from_secs(5);

const GRAFANA: &str = "[grafana]\nurl = \"https://grafana.example.org/sub\"";

/// An installation of the tray that ships to `stack`. It takes nothing from its environment: the
/// token is stored, as a user stores it.
fn shipping<'a>(desktop: &'a Desktop, stack: &Stack) -> Installation<'a> {
    let builder = Aco::builder()
        .ships_to(stack)
        .env("ACO_TOKEN", "")
        .config(GRAFANA);
    let installation = Installation::on(desktop, builder);
    installation.aco.store_token(stack.token());
    installation
}

fn local() -> Builder {
    Aco::builder().config(GRAFANA)
}

/// Records through the running agent; how many the spool had taken when it was done.
#[track_caller]
fn emit(tray: &Installation<'_>, count: u32) -> u64 {
    let count = count.to_string();
    let emitted = tray.aco.cmd(&["emit", "--count", &count, "--grace", "1s"]);
    assert_eq!(emitted.code, 0, "{emitted:?}");
    tray.aco.status()["records"]["spooled"].as_u64().unwrap()
}

#[test]
fn the_menu_says_what_is_so_and_does_what_it_says() {
    let desktop = Desktop::start();
    let mut tray = Installation::on(&desktop, local());
    let menu = tray.start().menu();
    tray.wait_until_up();
    menu.wait_for(&["Local only"]);
    menu.wait_for(&["This Month"]);
    assert_eq!(
        menu.labels(),
        [
            "Local only",
            "Today $0.00 API value",
            "This Month $0.00 API value",
            "Open AI Cost Observer",
            "Open in Grafana",
            "Pause Shipping",
            "Pause Shipping > For 1 Hour",
            "Pause Shipping > Until Tomorrow",
            "Pause Shipping > Until I Resume",
            "Open Log Folder",
            "Start at Login",
            "Settings…",
            "Quit AI Cost Observer",
        ]
    );

    menu.click(&["Open Log Folder"]);
    let logs = tray.aco.home().join("logs");
    eventually(SOON, "the log folder to be opened", || {
        desktop.opened() == [logs.display().to_string()]
    });
    menu.click(&["Open in Grafana"]);
    eventually(SOON, "Grafana to be opened", || desktop.opened().len() == 2);
    let url = desktop.opened().remove(1);
    let host = tray.aco.status()["host_name"].as_str().unwrap().to_owned();
    assert!(
        url.starts_with("https://grafana.example.org/sub/explore?"),
        "{url}"
    );
    for part in ["loki-vps", "ai-cost-observer", &host] {
        // In a query a hyphen is written by its number.
        assert!(
            url.contains(&part.replace('-', "%2D")),
            "no {part} in {url}"
        );
    }
    assert!(
        desktop.display().windows().is_empty(),
        "nothing opened a window"
    );
}

#[test]
fn start_at_login_is_what_the_menu_says() {
    let desktop = Desktop::start();
    let mut tray = Installation::on(&desktop, local());
    let menu = tray.start().menu();
    tray.wait_until_up();
    let entry = tray.aco.user_home().join(".config/autostart");
    let entries = || std::fs::read_dir(&entry).map_or(0, Iterator::count);
    let ticked = || menu.wait_for(&["Start at Login"]).ticked;
    assert_eq!((ticked(), entries()), (Some(false), 0));
    menu.click(&["Start at Login"]);
    eventually(SOON, "a tick", || ticked() == Some(true));
    assert_eq!(entries(), 1);
    menu.click(&["Start at Login"]);
    eventually(SOON, "no tick", || ticked() == Some(false));
    assert_eq!(entries(), 0);
}

#[test]
fn pausing_stops_the_collector_from_receiving_and_resuming_delivers_the_backlog() {
    let desktop = Desktop::start();
    let stack = Stack::builder().without_prometheus().start();
    let mut tray = shipping(&desktop, &stack);
    let icon = tray.start();
    let menu = icon.menu();
    tray.wait_until_up();
    emit(&tray, 5);
    all_arrived(&stack, &tray.aco, DRAINED);
    menu.wait_for(&["Up to date"]);
    let shown_before = icon.picture();

    menu.click(&["Pause Shipping", "Until I Resume"]);
    menu.wait_for(&["Resume Shipping"]);
    menu.wait_for(&["Paused"]);
    eventually(SOON, "another picture", || icon.picture() != shown_before);
    let before = sequences(&stack, &tray.aco);
    let recorded = emit(&tray, 200);
    assert!(recorded >= 205, "recording goes on: {recorded}");
    assert_eq!(sequences(&stack, &tray.aco), before, "nothing leaves");

    // A pause survives the end of the program, and a kill.
    tray.kill9_everything();
    let menu = tray.start().menu();
    tray.wait_until_up();
    menu.wait_for(&["Paused"]);
    assert_eq!(
        sequences(&stack, &tray.aco),
        before,
        "nothing leaves after a restart"
    );

    menu.click(&["Resume Shipping"]);
    menu.wait_for(&["Pause Shipping", "For 1 Hour"]);
    assert!(all_arrived(&stack, &tray.aco, DRAINED) >= recorded);
    menu.wait_for(&["Up to date"]);
}

#[test]
fn closing_the_window_ends_its_processes_and_the_agent_goes_on() {
    let desktop = Desktop::start();
    let mut tray = Installation::on(&desktop, local());
    let menu = tray.start().menu();
    let agent = tray.wait_until_up()["pid"].clone();
    let alone = tray.family();

    menu.click(&["Open AI Cost Observer"]);
    let window = tray.shown_window();
    assert_ne!(window.pid, tray.tray().pid(), "a process of its own");
    eventually(SOON, "something painted", || {
        desktop.display().colours(&window) > 4
    });
    let family = tray.family();
    let opened: Vec<u32> = family
        .iter()
        .copied()
        .filter(|pid| !alone.contains(pid))
        .collect();
    assert!(
        opened.len() >= 3,
        "the window, and its webview's: {opened:?}"
    );

    // A second click brings it to the front, and opens no other.
    menu.click(&["Settings"]);
    menu.click(&["Open AI Cost Observer"]);
    desktop.display().close(&window);
    eventually(SOON, "the end of its processes", || {
        !opened.iter().any(|pid| family::is_alive(*pid))
    });
    assert!(desktop.display().windows().is_empty());
    assert_eq!(tray.aco.status()["pid"], agent, "the same agent");
    assert_eq!(tray.family(), alone);
    menu.wait_for(&["Local only"]);
}

#[test]
fn a_crash_of_the_window_does_not_touch_the_agent() {
    let desktop = Desktop::start();
    let mut tray = Installation::on(&desktop, local());
    let menu = tray.start().menu();
    let agent = tray.wait_until_up()["pid"].clone();
    menu.click(&["Open AI Cost Observer"]);
    let window = tray.shown_window();
    let pid = rustix::process::Pid::from_raw(window.pid.try_into().unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    eventually(SOON, "its end", || desktop.display().windows().is_empty());
    assert_eq!(tray.aco.status()["pid"], agent);
    menu.click(&["Open AI Cost Observer"]);
    let again = tray.shown_window();
    assert_ne!(again.pid, window.pid);
}

#[test]
fn a_second_start_shows_the_window_of_the_first() {
    let desktop = Desktop::start();
    let mut tray = Installation::on(&desktop, local());
    tray.start();
    tray.wait_until_up();
    let mut second = tray.process(&[]);
    assert!(second.wait(SOON).success(), "{}", second.output());
    let window = tray.shown_window();
    assert!(tray.family().contains(&window.pid), "the first one's");
    assert_eq!(desktop.panel().registered().len(), 1, "one icon");
}

#[test]
fn quit_and_sigterm_end_it_in_time() {
    let desktop = Desktop::start();
    let mut tray = Installation::on(&desktop, local());
    for way in ["Quit", "SIGTERM"] {
        let menu = tray.start().menu();
        tray.wait_until_up();
        let family = tray.family();
        let took = if way == "Quit" {
            let began = std::time::Instant::now();
            menu.click(&["Quit"]);
            assert!(tray.tray().wait(SOON).success());
            began.elapsed()
        } else {
            let (status, took) = tray.terminate();
            assert!(status.success(), "{status}");
            took
        };
        assert!(took <= DRAIN, "{way} took {took:?}");
        assert!(!family.iter().any(|pid| family::is_alive(*pid)), "{way}");
    }
    let stops = tray.aco.local_log().matches("agent stopped").count();
    assert_eq!(stops, 2, "{}", tray.aco.local_log());
}

#[test]
fn killing_everything_loses_nothing() {
    let desktop = Desktop::start();
    let mut stack = Stack::builder().without_prometheus().start();
    let mut tray = shipping(&desktop, &stack);
    let mut recorded = 0;
    for kill_after in [700, 1_900] {
        let menu = tray.start().menu();
        tray.wait_until_up();
        menu.click(&["Open AI Cost Observer"]);
        tray.shown_window();
        let before = tray.aco.status()["records"]["spooled"].as_u64().unwrap();
        let emitting = tray
            .aco
            .spawn(&["emit", "--count", "4000", "--rate", "2000", "--grace", "0s"]);
        eventually(SOON, "records in the spool", || {
            recorded = tray.aco.status()["records"]["spooled"]
                .as_u64()
                .unwrap_or_default();
            recorded >= before + kill_after
        });
        stack.kill_collector();
        tray.kill9_everything();
        let _ = Process::kill9(emitting);
        stack.start_collector();
    }
    tray.start();
    tray.wait_until_up();
    let arrived = all_arrived(&stack, &tray.aco, DRAINED);
    assert!(arrived >= recorded, "{arrived} of at least {recorded}");
    assert_eq!(
        loki::distinct(&stack.loki().uids()),
        usize::try_from(arrived).unwrap()
    );
}

#[test]
fn it_is_a_client_of_an_agent_that_runs_and_takes_over_when_that_ends() {
    let desktop = Desktop::start();
    let mut tray = Installation::on(&desktop, local());
    tray.aco.spawn_run();
    tray.aco.wait_until_up(SOON);
    let menu = tray.start().menu();
    menu.wait_for(&["Run by Service"]);
    menu.click(&["Quit"]);
    assert!(tray.tray().wait(SOON).success());
    assert!(tray.aco.agent().is_running(), "Quit leaves the agent");

    tray.start().menu().wait_for(&["Run by Service"]);
    assert!(tray.aco.sigterm().success());
    let pid = tray.tray().pid();
    eventually(SOON, "the tray's own agent", || {
        tray.aco.status()["pid"].as_u64() == Some(u64::from(pid))
    });
    let menu = tray.menu();
    eventually(SOON, "no word of a service", || {
        let labels = menu.labels();
        !labels.is_empty() && !labels.iter().any(|label| label.contains("Service"))
    });
}

#[test]
fn without_a_panel_a_start_by_hand_opens_the_window_and_says_why() {
    let mut desktop = Desktop::builder().without_panel().start();
    {
        let mut tray = Installation::on(&desktop, local());
        tray.spawn(&[]);
        tray.wait_until_up();
        let window = tray.shown_window();
        eventually(SOON, "something painted", || {
            desktop.display().colours(&window) > 4
        });
        assert!(tray.aco.local_log().contains("tray") || tray.tray().output().contains("tray"));
        tray.terminate();
    }
    {
        let mut tray = Installation::on(&desktop, local());
        tray.spawn(&["--hidden"]);
        tray.wait_until_up();
        assert!(
            desktop.display().windows().is_empty(),
            "a login start is hidden"
        );
        tray.terminate();
    }
    desktop.open_panel();
    let mut tray = Installation::on(&desktop, local());
    tray.start();
}

#[test]
fn without_a_display_it_says_so_and_runs_the_agent() {
    let desktop = Desktop::start();
    let builder = local().env("WAYLAND_DISPLAY", "");
    let mut tray = Installation::on(&desktop, builder);
    tray.aco.set_env("DISPLAY", "");
    tray.spawn(&[]);
    tray.wait_until_up();
    assert!(
        tray.tray().output().contains("display"),
        "{}",
        tray.tray().output()
    );
    let (status, took) = tray.terminate();
    assert!(status.success() && took <= DRAIN, "{status} after {took:?}");
}

#[test]
fn smoke_ends_well_without_a_display() {
    let desktop = Desktop::start();
    let mut tray = Installation::on(&desktop, local());
    tray.aco.set_env("DISPLAY", "");
    let mut smoke = tray.process(&["--smoke"]);
    assert!(smoke.wait(SOON).success(), "{}", smoke.output());
    assert!(smoke.output().contains("pages"), "{}", smoke.output());
}

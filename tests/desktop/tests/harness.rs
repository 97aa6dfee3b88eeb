//! That the harness sees, clicks and drives what it says: shown with the least program there can be.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a test fails, in its plain functions too"
)]

use aco_e2e::aco::Aco;
use aco_e2e::eventually;
use aco_e2e_desktop::desktop::Desktop;
use aco_e2e_desktop::installation::Installation;
use aco_e2e_desktop::webdriver::{Key, Window};
use aco_e2e_desktop::{family, programs};
use std::time::Duration;

const SOON: Duration = Duration::from_secs(30);

#[test]
fn a_tray_is_read_and_clicked_and_its_window_closed() {
    let desktop = Desktop::start();
    let mut minimal = Installation::of(&desktop, Aco::builder(), &programs::minimal());
    let icon = minimal.start();
    let menu = icon.menu();
    assert_eq!(menu.labels(), ["Open Minimal", "Quit Minimal"]);
    assert!(!icon.picture().is_empty());
    assert!(desktop.display().windows().is_empty());

    menu.click(&["Open"]);
    let window = minimal.shown_window();
    assert_eq!(window.title, "Minimal");
    eventually(SOON, "something painted", || {
        desktop.display().colours(&window) > 2
    });
    let family = minimal.family();
    let names: Vec<String> = family.iter().map(|pid| family::name(*pid)).collect();
    assert!(
        names.iter().any(|name| name.starts_with("WebKitWeb")),
        "{names:?}"
    );

    desktop.display().close(&window);
    eventually(SOON, "no window", || desktop.display().windows().is_empty());
    assert!(minimal.tray().is_running(), "the tray goes on");
    menu.click(&["Quit"]);
    assert!(minimal.tray().wait(SOON).success());
    eventually(SOON, "the end of its processes", || {
        !family.iter().any(|pid| family::is_alive(*pid))
    });
}

#[test]
fn a_window_is_driven_and_closed() {
    let desktop = Desktop::start();
    let minimal = Installation::of(&desktop, Aco::builder(), &programs::minimal());
    let window: Window = minimal.window();
    window.wait_for_text("Minimal");
    window.press(Key::Tab);
    assert_eq!(window.focused().label(), "Press");
    window.resize(600, 420);
    assert_eq!(&window.screenshot()[1..4], b"PNG");
    let driven = family::of(window.driver_pid());
    assert!(driven.len() > 2, "{driven:?}");
    drop(window);
    eventually(SOON, "the end of its processes", || {
        !driven.iter().any(|pid| family::is_alive(*pid))
    });
}

#[test]
fn the_opener_writes_down_what_it_is_given() {
    let desktop = Desktop::start();
    let aco = desktop
        .environment()
        .into_iter()
        .fold(Aco::builder(), |builder, (name, value)| {
            builder.env(name, value)
        })
        .build();
    let status = aco
        .command_of(
            "xdg-open".as_ref(),
            &["https://grafana.example/explore?a=b&c"],
        )
        .status();
    assert!(status.unwrap().success());
    assert_eq!(desktop.opened(), ["https://grafana.example/explore?a=b&c"]);
}

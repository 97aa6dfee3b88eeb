//! The product's window: its views by name, and the way to them.

use std::time::Duration;

use aco_e2e::eventually;

use crate::webdriver::Window;

const SOON: Duration = Duration::from_secs(30);

/// The four views, as the sidebar has them.
pub const VIEWS: [&str; 4] = ["status", "logs", "spend", "settings"];

/// Past the first run, which a new home opens with.
#[track_caller]
pub fn past_first_run(window: &Window) {
    eventually(SOON, "the window's first view", || {
        !window.all("button").is_empty()
    });
    if window.all("nav [data-view]").is_empty() {
        window.find_saying("button", "Skip").click();
    }
    window.find("nav [data-view=status]");
}

/// Clicks a view in the sidebar, and waits until its first line answers its question.
#[track_caller]
pub fn go_to(window: &Window, view: &str) {
    let css = format!("nav [data-view={view}]");
    window.find(&css).click();
    window.find(&format!("{css}[aria-current=page]"));
    let script = "return document.querySelector('main:not([hidden]) header')?.innerText ?? '';";
    eventually(SOON, &format!("the first line of {view}"), || {
        let line = window.run(script, &[]);
        line.as_str()
            .is_some_and(|line| line.chars().any(char::is_alphanumeric))
    });
}

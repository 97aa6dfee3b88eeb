//! Every view in every state, in the real webview, as Rust's view models describe it: nothing is cut
//! without saying so, axe has no serious finding, and there is a picture of each.
//!
//! `ACO_SCREENSHOTS` names the folder for the pictures; otherwise they are taken and thrown away.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a test fails, in its plain functions too"
)]

use aco_e2e_desktop::desktop::Desktop;
use aco_e2e_desktop::pages::{Gallery, SMALLEST, USUAL, fixtures, serious_findings, too_wide};
use std::path::PathBuf;

/// One failure must not hide the others behind it.
#[track_caller]
fn none(found: &[String]) {
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn nothing_is_cut_without_saying_so() {
    let desktop = Desktop::start();
    let gallery = Gallery::open(&desktop);
    let mut found = Vec::new();
    for fixture in fixtures() {
        gallery.show(&fixture, "light", USUAL);
        for size in [USUAL, SMALLEST] {
            for size in [size, size.at_200_percent()] {
                gallery.resize(size);
                let here = format!("{fixture} at {}×{}", size.width, size.height);
                let cut = too_wide(&gallery.window);
                found.extend(cut.into_iter().map(|cut| format!("{here}: {cut}")));
            }
        }
    }
    none(&found);
}

#[test]
fn axe_finds_nothing_serious() {
    let desktop = Desktop::start();
    let gallery = Gallery::open(&desktop);
    let mut found = Vec::new();
    for fixture in fixtures() {
        for theme in ["light", "dark"] {
            gallery.show(&fixture, theme, USUAL);
            let serious = serious_findings(&gallery.window);
            found.extend(
                serious
                    .into_iter()
                    .map(|one| format!("{fixture}, {theme}: {one}")),
            );
        }
    }
    none(&found);
}

/// Pictures of all of it, which only a person can judge; that no two are alike is all that is asked
/// of them here.
#[test]
fn every_view_and_state_has_its_picture() {
    let desktop = Desktop::start();
    let gallery = Gallery::open(&desktop);
    let folder = std::env::var_os("ACO_SCREENSHOTS").map(PathBuf::from);
    if let Some(folder) = &folder {
        std::fs::create_dir_all(folder).unwrap();
    }
    let mut taken: Vec<(String, Vec<u8>)> = Vec::new();
    for (theme, size, suffix) in [
        ("light", USUAL, "light"),
        ("dark", USUAL, "dark"),
        ("light", SMALLEST, "light-600x420"),
    ] {
        for fixture in fixtures() {
            let name = format!("{fixture}-{suffix}");
            let picture = gallery.picture(&fixture, theme, size);
            if let Some((other, _)) = taken.iter().find(|(_, known)| *known == picture) {
                panic!("{name} and {other} are the same picture");
            }
            if let Some(folder) = &folder {
                std::fs::write(folder.join(format!("{name}.png")), &picture).unwrap();
            }
            taken.push((name, picture));
        }
    }
}

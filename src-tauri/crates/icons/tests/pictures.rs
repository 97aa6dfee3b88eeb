//! What is committed is what the SVGs draw, and what they draw can be told apart.

#![allow(
    clippy::unwrap_used,
    reason = "a test ends where something is not as it must be"
)]

use aco_icons::{GROUNDS, Picture, STATES, TRAY_SIZES, all};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// How much of the smaller of two shapes may lie outside their intersection before they count as
/// different, measured in opacity. Below this two icons are told apart by looking closely.
const DIFFERENT: f64 = 0.15;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../icons")
}

fn read(name: &str) -> Result<String, String> {
    fs::read_to_string(folder().join(name)).map_err(|error| format!("{name}: {error}"))
}

fn svg(ground: &str, state: &str) -> String {
    read(&format!("tray/{ground}/{state}.svg")).unwrap()
}

/// The opacity of each pixel: the shape without its colour.
fn shape(ground: &str, state: &str, size: u32) -> Vec<f64> {
    let picture = Picture::aligned(&svg(ground, state), size).unwrap();
    let pixels = picture.rgba();
    pixels
        .chunks(4)
        .map(|it| f64::from(it[3]) / 255.0)
        .collect()
}

#[test]
fn what_is_committed_is_what_the_svgs_draw() {
    let files = all(&read).unwrap();
    let stale: Vec<_> = files
        .iter()
        .filter(|file| fs::read(folder().join(&file.path)).ok().as_ref() != Some(&file.bytes))
        .map(|file| file.path.display().to_string())
        .collect();
    assert!(
        stale.is_empty(),
        "not what the SVGs draw; write them again by `cargo xtask icons`: {stale:?}"
    );
}

#[test]
fn nothing_lies_there_that_no_svg_draws() {
    let drawn: BTreeSet<_> = all(&read)
        .unwrap()
        .into_iter()
        .map(|file| folder().join(file.path))
        .collect();
    let mut open = vec![folder()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_none_or(|extension| extension != "svg") {
                assert!(drawn.contains(&path), "{} has no SVG", path.display());
            }
        }
    }
}

#[test]
fn the_states_are_told_apart_without_colour() {
    for (i, one) in STATES.iter().enumerate() {
        for other in &STATES[i + 1..] {
            for size in [16, 22, 32] {
                let (a, b) = (shape("template", one, size), shape("template", other, size));
                let differs: f64 = a.iter().zip(&b).map(|(a, b)| (a - b).abs()).sum();
                let ink = a.iter().sum::<f64>().min(b.iter().sum());
                assert!(
                    differs / ink > DIFFERENT,
                    "{one} and {other} at {size}: {:.2}",
                    differs / ink
                );
            }
        }
    }
}

#[test]
fn a_state_has_one_shape_on_every_ground() {
    for state in STATES {
        for ground in GROUNDS {
            let (shape, template) = (shape(ground, state, 32), shape("template", state, 32));
            let differs = shape.iter().zip(&template).filter(|(a, b)| a != b).count();
            assert_eq!(differs, 0, "{state} {ground}");
        }
    }
}

/// On the grid, a larger picture is the smaller one with each pixel repeated; only round edges are
/// finer. Of straight ones no pixel is half covered: bars, screens and the lines inside.
#[test]
fn straight_edges_lie_between_pixels_at_every_size() {
    // Inside the ring or the screen, where every edge is straight: columns and rows of the grid.
    let inside = [("paused", 5..11, 5..11), ("local", 3..13, 4..10)];
    for (state, columns, rows) in inside {
        for size in TRAY_SIZES {
            let shape = shape("template", state, size);
            let (scale, margin) = (size / 16, (size - size / 16 * 16) / 2);
            for row in rows.clone() {
                for column in columns.clone() {
                    for (dx, dy) in (0..scale).flat_map(|x| (0..scale).map(move |y| (x, y))) {
                        let x = margin + column * scale + dx;
                        let y = margin + row * scale + dy;
                        let opacity = shape[(y * size + x) as usize];
                        assert!(
                            opacity == 0.0 || opacity == 1.0,
                            "{state} at {size}: pixel {x},{y} is {opacity}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn a_size_without_whole_pixels_is_refused() {
    assert!(Picture::aligned(&svg("template", "local"), 15).is_err());
    assert!(Picture::aligned("<p>", 16).is_err());
}

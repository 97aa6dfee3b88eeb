//! One of the two programs, taken through all of its states.

use crate::watch::{Watched, watch};
use aco_e2e::aco::Aco;
use aco_e2e::eventually;
use aco_e2e_desktop::desktop::Desktop;
use aco_e2e_desktop::family;
use aco_e2e_desktop::installation::Installation;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long and how often.
#[derive(Clone, Debug)]
pub(crate) struct Effort {
    /// Each state is watched for this long.
    pub(crate) watched: Duration,
    /// Starts and openings, of which the median counts.
    pub(crate) times: usize,
    /// Before a state is watched: what it took to come there is over.
    settles: Duration,
}

impl Effort {
    pub(crate) const FULL: Self = Self {
        watched: Duration::from_secs(60),
        times: 9,
        settles: Duration::from_secs(20),
    };
    pub(crate) const QUICK: Self = Self {
        watched: Duration::from_secs(10),
        times: 3,
        settles: Duration::from_secs(8),
    };
}

const SOON: Duration = Duration::from_secs(60);

/// Between two looks at the display: the error of the time to the first words.
const LOOK: Duration = Duration::from_millis(5);

/// More than a ground, a frame and a few greys of one edge: there are words.
const PAINTED: usize = 6;

/// A program and what its menu says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) program: &'a Path,
    /// The beginning of the entry that opens the window.
    pub(crate) open: &'a str,
    /// And of the one that ends the program.
    pub(crate) quit: &'a str,
}

/// What was found of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    pub(crate) never_opened: Watched,
    pub(crate) open: Watched,
    pub(crate) closed_again: Watched,
    /// Milliseconds, sorted.
    pub(crate) start: Vec<f64>,
    /// Milliseconds, sorted.
    pub(crate) painted: Vec<f64>,
}

/// Measures everything but the starts.
pub(crate) fn measure(subject: Subject<'_>, effort: &Effort) -> Findings {
    let desktop = Desktop::start();
    let mut running = Installation::of(&desktop, Aco::builder(), subject.program);
    let menu = running.start().menu();
    let tray = running.tray().pid();
    let watched = || {
        std::thread::sleep(effort.settles);
        watch(effort.watched, || family::of(tray))
    };
    let never_opened = watched();

    let mut painted = Vec::new();
    let mut open = Watched::default();
    for turn in 0..effort.times {
        let clicked = Instant::now();
        menu.click(&[subject.open]);
        let window = running.shown_window();
        while desktop.display().colours(&window) < PAINTED {
            assert!(clicked.elapsed() < SOON, "nothing is painted");
            std::thread::sleep(LOOK);
        }
        painted.push(milliseconds(clicked.elapsed()));
        if turn + 1 == effort.times {
            open = watched();
        }
        desktop.display().close(&window);
        eventually(SOON, "no window", || desktop.display().windows().is_empty());
    }
    let closed_again = watched();
    menu.click(&[subject.quit]);
    running.tray().wait(SOON);
    painted.sort_by(f64::total_cmp);
    Findings {
        never_opened,
        open,
        closed_again,
        start: Vec::new(),
        painted,
    }
}

/// A start, until the panel has the icon; in milliseconds.
pub(crate) fn start(desktop: &Desktop, running: &mut Installation<'_>, quit: &str) -> f64 {
    let before = desktop.panel().registered().len();
    let began = Instant::now();
    running.spawn(&["--hidden"]);
    let icon = {
        eventually(SOON, "an icon", || {
            desktop.panel().registered().len() > before
        });
        running.icon()
    };
    let took = icon.at().duration_since(began);
    icon.menu().click(&[quit]);
    running.tray().wait(SOON);
    milliseconds(took)
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

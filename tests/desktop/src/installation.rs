//! The real tray application in a home of its own on a desktop of its own; beside it `aco`, which
//! speaks to the same agent.

use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use aco_e2e::aco::{self, Aco};
use aco_e2e::eventually_some;
use aco_e2e::process::Process;

use crate::desktop::Desktop;
use crate::display;
use crate::menu::Menu;
use crate::panel::Icon;
use crate::webdriver::Window;
use crate::{family, programs};

/// Generous: a debug build on a busy machine.
const START: Duration = Duration::from_secs(60);
/// What the contract gives Quit and SIGTERM, and as much again for a busy machine.
const END: Duration = Duration::from_secs(10);

/// An installation on a desktop. Dropping it kills what still runs.
#[derive(Debug)]
pub struct Installation<'a> {
    desktop: &'a Desktop,
    program: PathBuf,
    tray: Option<Process>,
    started: u32,
    /// `aco` of the same home: its files, its commands.
    pub aco: Aco,
}

impl<'a> Installation<'a> {
    /// Writes the home. Nothing is started.
    pub fn on(desktop: &'a Desktop, builder: aco::Builder) -> Self {
        Self::of(desktop, builder, &programs::tray())
    }

    /// Another program than the product's.
    pub fn of(desktop: &'a Desktop, mut builder: aco::Builder, program: &Path) -> Self {
        for (name, value) in desktop.environment() {
            builder = builder.env(name, value);
        }
        Self {
            desktop,
            program: program.to_owned(),
            tray: None,
            started: 0,
            aco: builder.build(),
        }
    }

    /// Starts the tray with these arguments and goes on at once.
    #[track_caller]
    pub fn spawn(&mut self, arguments: &[&str]) -> u32 {
        let tray = self.process(arguments);
        self.tray.insert(tray).pid()
    }

    /// A further start of the same program.
    #[track_caller]
    pub fn process(&mut self, arguments: &[&str]) -> Process {
        self.started += 1;
        let output = self
            .aco
            .user_home()
            .join(format!("tray-{}.output", self.started));
        let mut command = self.aco.command_of(&self.program, arguments);
        Process::spawn("ai-cost-observer", &mut command, &output)
    }

    /// Starts the tray as a login does, without a window, and waits for its icon.
    #[track_caller]
    pub fn start(&mut self) -> Icon {
        self.spawn(&["--hidden"]);
        self.icon()
    }

    /// The tray's icon.
    #[track_caller]
    pub fn icon(&mut self) -> Icon {
        let desktop = self.desktop;
        let tray = self.tray();
        let pid = tray.pid();
        eventually_some(START, "an icon, or the tray's end", || {
            assert!(tray.is_running(), "it ended: {}", tray.output());
            let all = desktop.panel().registered();
            (!all.is_empty()).then_some(())
        });
        desktop.panel().icon_of(pid, START)
    }

    /// The menu behind it.
    #[track_caller]
    pub fn menu(&mut self) -> Menu {
        self.icon().menu()
    }

    /// The tray's process.
    #[track_caller]
    pub fn tray(&mut self) -> &mut Process {
        self.tray.as_mut().expect("a tray that was started")
    }

    /// The tray and everything it has started.
    #[track_caller]
    pub fn family(&mut self) -> Vec<u32> {
        family::of(self.tray().pid())
    }

    /// The window that the tray has opened, as the display has it.
    #[track_caller]
    pub fn shown_window(&mut self) -> display::Window {
        let pid = self.tray().pid();
        self.desktop.display().window_of(|| family::of(pid), START)
    }

    /// Opens the window by itself, as the tray does, for a driver to hold.
    #[track_caller]
    pub fn window(&self) -> Window {
        let like = self.aco.command(&[]);
        Window::open(&like, &self.program, &["--window"])
    }

    /// SIGTERM to the tray; waits for its end and says how long it took.
    #[track_caller]
    pub fn terminate(&mut self) -> (ExitStatus, Duration) {
        let tray = self.tray.take().expect("a tray that was started");
        let began = Instant::now();
        (tray.terminate(END), began.elapsed())
    }

    /// SIGKILL to the tray and everything it has started, at once.
    #[track_caller]
    pub fn kill9_everything(&mut self) {
        let family = self.family();
        let tray = self.tray.take().expect("a tray that was started");
        // Ours first: it would open a window that has ended again.
        tray.kill9();
        for pid in family.into_iter().skip(1) {
            let pid = rustix::process::Pid::from_raw(pid.try_into().unwrap()).unwrap();
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        }
    }

    /// Waits until `aco status` has an answer of the running agent.
    #[track_caller]
    pub fn wait_until_up(&mut self) -> serde_json::Value {
        eventually_some(START, "the agent's answer", || {
            let tray = self.tray();
            assert!(tray.is_running(), "it ended: {}", tray.output());
            let status = self.aco.status();
            (!status["pid"].is_null()).then_some(status)
        })
    }
}

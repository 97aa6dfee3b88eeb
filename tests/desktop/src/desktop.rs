//! A display, a session bus, a window manager, a panel and an opener, for one test alone.
//!
//! Programs are told of them by [`Desktop::environment`]; nothing of the machine's own session, nor
//! of another test's, reaches them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use aco_e2e::eventually_some;
use aco_e2e::process::Process;
use tempfile::TempDir;

use crate::display::Display;
use crate::panel::Panel;

/// A busy machine starts a server of any kind within it.
const START: Duration = Duration::from_secs(30);

/// What the opener is called, and what it does: one line for each thing it is asked to open.
const OPENERS: &[&str] = &["xdg-open", "gio"];
const OPENER: &str = "#!/bin/sh\nfor last in \"$@\"; do :; done\n\
                      printf '%s\\n' \"$last\" >> \"$(dirname \"$0\")/../opened\"\n";

/// A session bus on which everything is allowed and nothing is started: the machine's own services
/// have no place on it.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// What a desktop is like; by default 1280×800, light, 100 %, with a panel.
#[derive(Clone, Debug)]
pub struct Builder {
    panel: bool,
    screen: (u16, u16),
    dark: bool,
    scale: u8,
}

impl Builder {
    /// Nobody takes tray icons, as on stock GNOME.
    #[must_use]
    pub fn without_panel(mut self) -> Self {
        self.panel = false;
        self
    }

    /// Pixels across and down.
    #[must_use]
    pub fn screen(mut self, width: u16, height: u16) -> Self {
        self.screen = (width, height);
        self
    }

    /// The desktop prefers dark.
    #[must_use]
    pub fn dark(mut self) -> Self {
        self.dark = true;
        self
    }

    /// Pixels of the display for one of the window's, each way.
    #[must_use]
    pub fn scale(mut self, scale: u8) -> Self {
        self.scale = scale;
        self
    }

    /// Starts all of it and waits until each part answers.
    #[track_caller]
    pub fn start(self) -> Desktop {
        Desktop::with(self)
    }
}

/// A running desktop; it ends when dropped.
#[derive(Debug)]
pub struct Desktop {
    options: Builder,
    address: String,
    name: String,
    panel: Option<Panel>,
    display: Display,
    // After the connections to them, which would log their loss.
    _window_manager: Process,
    _bus: Process,
    _server: Process,
    // The last field: removed after everything that writes into it has ended.
    folder: TempDir,
}

impl Desktop {
    /// See [`Builder`] for what can be asked for.
    pub fn builder() -> Builder {
        Builder {
            panel: true,
            screen: (1280, 800),
            dark: false,
            scale: 1,
        }
    }

    /// The usual one.
    #[track_caller]
    pub fn start() -> Self {
        Self::builder().start()
    }

    #[track_caller]
    fn with(options: Builder) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("aco-desktop-")
            .tempdir()
            .expect("a temporary folder");
        let at = folder.path();
        for name in ["bin", "run"] {
            fs::create_dir(at.join(name)).unwrap();
            fs::set_permissions(at.join(name), fs::Permissions::from_mode(0o700)).unwrap();
        }
        for name in OPENERS {
            let path = at.join("bin").join(name);
            fs::write(&path, OPENER).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let (server, name) = start_server(at, options.screen);
        let (bus, address) = start_bus(at);
        let window_manager = Process::spawn(
            "openbox",
            Command::new("openbox").env("DISPLAY", &name),
            &at.join("openbox.output"),
        );
        let display = Display::connect(&name);
        eventually_some(START, "the window manager", || {
            display.is_managed().then_some(())
        });
        let panel = options.panel.then(|| Panel::open(&address));
        Self {
            options,
            address,
            name,
            panel,
            display,
            _window_manager: window_manager,
            _bus: bus,
            _server: server,
            folder,
        }
    }

    /// What a program needs to know to appear here, over an environment that has `PATH` and `HOME`.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let theme = if self.options.dark {
            "Adwaita:dark"
        } else {
            "Adwaita"
        };
        let path = std::env::var("PATH").unwrap_or_default();
        vec![
            (
                "PATH",
                format!("{}:{path}", self.folder.path().join("bin").display()),
            ),
            ("DISPLAY", self.name.clone()),
            ("DBUS_SESSION_BUS_ADDRESS", self.address.clone()),
            // The session bus is private, but systemd's and the portals' sockets would be the
            // machine's.
            (
                "XDG_RUNTIME_DIR",
                self.folder.path().join("run").display().to_string(),
            ),
            ("GTK_THEME", theme.to_owned()),
            ("GDK_BACKEND", "x11".to_owned()),
            ("GDK_SCALE", self.options.scale.to_string()),
            // Neither settings nor volumes of whoever runs the tests.
            ("GSETTINGS_BACKEND", "memory".to_owned()),
            ("GIO_USE_VFS", "local".to_owned()),
            ("NO_AT_BRIDGE", "1".to_owned()),
            ("LC_ALL", "C.UTF-8".to_owned()),
        ]
    }

    /// What takes tray icons here.
    #[track_caller]
    pub fn panel(&self) -> &Panel {
        self.panel.as_ref().expect("a desktop with a panel")
    }

    /// A panel that appears after the programs have started.
    pub fn open_panel(&mut self) {
        self.panel = Some(Panel::open(&self.address));
    }

    /// What is on the display.
    pub fn display(&self) -> &Display {
        &self.display
    }

    /// How many pixels of the display one of a window's is, each way.
    pub fn scale(&self) -> u8 {
        self.options.scale
    }

    /// What programs have asked the desktop to open, in order.
    pub fn opened(&self) -> Vec<String> {
        fs::read_to_string(self.folder.path().join("opened"))
            .unwrap_or_default()
            .lines()
            .map(str::to_owned)
            .collect()
    }
}

/// Xvfb chooses a display that is free, and writes its number when it takes connections.
#[track_caller]
fn start_server(folder: &Path, (width, height): (u16, u16)) -> (Process, String) {
    let output = folder.join("xvfb.output");
    let mut server = Process::spawn(
        "Xvfb",
        Command::new("Xvfb")
            .args(["-displayfd", "1", "-nolisten", "tcp", "-noreset", "-screen"])
            .args(["0", &format!("{width}x{height}x24")]),
        &output,
    );
    let number = first_line(&mut server, &output, "the display's number", |line| {
        line.bytes().all(|byte| byte.is_ascii_digit())
    });
    (server, format!(":{number}"))
}

#[track_caller]
fn start_bus(folder: &Path) -> (Process, String) {
    let output = folder.join("bus.output");
    let config = folder.join("bus.conf");
    let socket = folder.join("run/bus");
    fs::write(
        &config,
        BUS.replace("{socket}", socket.to_str().expect("UTF-8")),
    )
    .unwrap();
    let mut bus = Process::spawn(
        "dbus-daemon",
        Command::new("dbus-daemon")
            .args(["--nofork", "--nopidfile", "--print-address=1"])
            .arg(format!("--config-file={}", config.display())),
        &output,
    );
    let address = first_line(&mut bus, &output, "the bus's address", |line| {
        line.starts_with("unix:")
    });
    (bus, address)
}

/// Waits for the line in which a server says where it is.
#[track_caller]
fn first_line(
    process: &mut Process,
    output: &PathBuf,
    what: &str,
    is_it: impl Fn(&str) -> bool,
) -> String {
    eventually_some(START, what, || {
        assert!(process.is_running(), "it ended: {}", process.output());
        let text = fs::read_to_string(output).ok()?;
        // The last line may be written in part.
        let (whole, _) = text.rsplit_once('\n')?;
        whole
            .lines()
            .find(|line| !line.is_empty() && is_it(line))
            .map(str::to_owned)
    })
}

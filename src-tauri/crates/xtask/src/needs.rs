//! What the machine must have, why, and how it comes there.
//!
//! Rust, Node and Go are taken for granted. The list is short because the product is: no protoc
//! (opentelemetry-proto ships its generated code), no OpenSSL and no cmake (rustls with ring). The
//! tray application alone links the system's libraries, those of its webview; `aco` builds without.
//! cargo-deny is fetched as source, like any other dependency, into the cache folder.

use crate::place::Place;
use crate::process::{Failure, run, step, succeeds};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The version the checks are written for. `deny.toml` names no version of its own.
const CARGO_DENY: &str = "0.20.2";

/// A program a command cannot do without.
#[derive(Debug)]
pub(crate) struct Need {
    /// A harmless command that succeeds where the program is there.
    probe: &'static [&'static str],
    /// What it is and what for.
    what: &'static str,
    /// How to get it.
    remedy: Remedy,
}

#[derive(Clone, Copy, Debug)]
enum Remedy {
    /// A Debian package (or several, a space between them), and what to install on other systems.
    System {
        debian: &'static str,
        elsewhere: &'static str,
    },
    /// A component of the Rust toolchain.
    Rustup(&'static str),
    /// Nothing we could install: the sentence says what to do.
    Hand(&'static str),
}

/// ring's C and assembly, and the linking of every Rust program.
pub(crate) const C_COMPILER: Need = Need {
    probe: &["cc", "--version"],
    what: "cc, a C compiler and linker (for ring, the TLS arithmetic)",
    remedy: Remedy::System {
        debian: "build-essential",
        elsewhere: "macOS: `xcode-select --install`; Fedora: `dnf install gcc`; Arch: `pacman -S base-devel`",
    },
};

/// The formatter of the pinned toolchain.
pub(crate) const RUSTFMT: Need = Need {
    probe: &["cargo", "fmt", "--version"],
    what: "rustfmt",
    remedy: Remedy::Rustup("rustfmt"),
};

/// The linter of the pinned toolchain.
pub(crate) const CLIPPY: Need = Need {
    probe: &["cargo", "clippy", "--version"],
    what: "clippy",
    remedy: Remedy::Rustup("clippy"),
};

/// Builds the real Collector, Loki and Prometheus.
pub(crate) const GO: Need = Need {
    probe: &["go", "version"],
    what: "Go (for the real Collector, Loki and Prometheus)",
    remedy: Remedy::Hand("install Go 1.26 or newer, see https://go.dev/dl"),
};

/// Installs and builds the pages of the window.
pub(crate) const NODE: Need = Need {
    probe: &["node", "--version"],
    what: "Node.js with npm (for the pages of the window)",
    remedy: Remedy::Hand("install Node.js 20.19 or newer with npm, see https://nodejs.org"),
};

/// Finds the libraries that the tray application links.
const PKG_CONFIG: Need = Need {
    probe: &["pkg-config", "--version"],
    what: "pkg-config",
    remedy: Remedy::System {
        debian: "pkg-config",
        elsewhere: "Fedora: `dnf install pkgconf`; Arch: `pacman -S pkgconf`",
    },
};

/// Draws the window. The tray and the toolkit come with it.
const WEBVIEW: Need = Need {
    probe: &["pkg-config", "--exists", "webkit2gtk-4.1"],
    what: "WebKitGTK's development files (for the tray application's window)",
    remedy: Remedy::System {
        debian: "libwebkit2gtk-4.1-dev",
        elsewhere: "Fedora: `dnf install webkit2gtk4.1-devel`; Arch: `pacman -S webkit2gtk-4.1`",
    },
};

/// Speaks to the panel; loaded when the program runs.
const APPINDICATOR: Need = Need {
    probe: &["pkg-config", "--exists", "ayatana-appindicator3-0.1"],
    what: "libayatana-appindicator (for the tray icon)",
    remedy: Remedy::System {
        debian: "libayatana-appindicator3-dev",
        elsewhere: "Fedora: `dnf install libayatana-appindicator-gtk3-devel`; \
                    Arch: `pacman -S libayatana-appindicator`",
    },
};

/// What building the tray application takes beyond a compiler. Elsewhere the system has it.
pub(crate) const TRAY: &[&Need] = if cfg!(target_os = "linux") {
    &[&PKG_CONFIG, &WEBVIEW, &APPINDICATOR]
} else {
    &[]
};

/// A display in memory.
const DISPLAY: Need = Need {
    probe: &["Xvfb", "-help"],
    what: "Xvfb (a display for the tests)",
    remedy: Remedy::System {
        debian: "xvfb",
        elsewhere: "Fedora: `dnf install xorg-x11-server-Xvfb`; Arch: `pacman -S xorg-server-xvfb`",
    },
};

/// Frames, so that a window has a button to close it.
const WINDOW_MANAGER: Need = Need {
    probe: &["openbox", "--version"],
    what: "openbox (a window manager for the tests)",
    remedy: Remedy::System {
        debian: "openbox",
        elsewhere: "Fedora: `dnf install openbox`; Arch: `pacman -S openbox`",
    },
};

/// What the tray icon and its menu are spoken to over.
const SESSION_BUS: Need = Need {
    probe: &["dbus-daemon", "--version"],
    what: "dbus-daemon (a session bus for the tests)",
    remedy: Remedy::System {
        debian: "dbus",
        elsewhere: "Fedora: `dnf install dbus-daemon`; Arch: `pacman -S dbus`",
    },
};

/// Holds the window as a person would.
const WEBDRIVER: Need = Need {
    probe: &["WebKitWebDriver", "--help"],
    what: "WebKitWebDriver (drives the window in the tests)",
    remedy: Remedy::System {
        debian: "webkit2gtk-driver",
        elsewhere: "Fedora: `dnf install webkit2gtk4.1`; Arch: it comes with webkit2gtk-4.1",
    },
};

/// A window without a font shows no words. The wide one: what fits with it fits with others.
const FONT: Need = Need {
    probe: &["sh", "-c", "fc-list | grep -q DejaVuSans"],
    what: "the font DejaVu Sans (for the tests of the window)",
    remedy: Remedy::System {
        debian: "fonts-dejavu-core fontconfig",
        elsewhere: "Fedora: `dnf install dejavu-sans-fonts`; Arch: `pacman -S ttf-dejavu`",
    },
};

/// What the tests of the tray application take: a desktop.
pub(crate) const DESKTOP: &[&Need] = if cfg!(target_os = "linux") {
    &[&DISPLAY, &WINDOW_MANAGER, &SESSION_BUS, &WEBDRIVER, &FONT]
} else {
    &[]
};

/// Links the programs for Windows whose tests run under Wine. The variant whose threads are POSIX's:
/// Rust's unwinder is linked with it.
pub(crate) const MINGW: Need = Need {
    probe: &["x86_64-w64-mingw32-gcc", "--version"],
    what: "a C compiler and linker for Windows",
    remedy: Remedy::System {
        debian: "gcc-mingw-w64-x86-64-posix",
        elsewhere: "Fedora: `dnf install mingw64-gcc`; Arch: `pacman -S mingw-w64-gcc`",
    },
};

/// Runs the tests for Windows.
pub(crate) const WINE: Need = Need {
    probe: &["wine", "--version"],
    what: "Wine (for the tests of Windows; `--no-wine` does without)",
    remedy: Remedy::System {
        debian: "wine",
        elsewhere: "Fedora: `dnf install wine-core`; Arch: `pacman -S wine`",
    },
};

/// Makes sure that everything is there by which all of our code compiles and is checked, the real
/// servers and other systems aside.
///
/// # Errors
/// As [`install`].
pub(crate) fn all(place: &Place) -> Result<(), Failure> {
    install(
        place,
        &[&[&C_COMPILER, &RUSTFMT, &CLIPPY, &NODE], TRAY].concat(),
    )
}

/// Makes sure that each of `needs` is there, installing what can be installed.
///
/// # Errors
/// When something is missing still, with one line for each telling what to do.
pub(crate) fn install(place: &Place, needs: &[&Need]) -> Result<(), Failure> {
    let missing: Vec<&Need> = needs
        .iter()
        .copied()
        // On Windows the compiler comes with the toolchain Rust itself links by; `cc` is not its
        // name, and a Rust that runs there has it.
        .filter(|need| !(cfg!(windows) && matches!(need.remedy, Remedy::System { .. })))
        .filter(|need| !is_there(place, need))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    for need in &missing {
        if let Remedy::Rustup(component) = need.remedy {
            // Best effort: whether it worked is asked below, in one place for all.
            succeeds(
                place
                    .command("rustup")
                    .args(["component", "add", component]),
            );
        }
    }
    let packages: Vec<&str> = missing
        .iter()
        .filter_map(|need| match need.remedy {
            Remedy::System { debian, .. } => Some(debian.split(' ')),
            Remedy::Rustup(_) | Remedy::Hand(_) => None,
        })
        .flatten()
        .collect();
    if !packages.is_empty() && Path::new("/etc/debian_version").exists() {
        step("install Debian packages", || apt(&packages))?;
    }
    let still: Vec<String> = missing
        .into_iter()
        .filter(|need| !is_there(place, need))
        .map(|need| format!("\n  {}: {}", need.what, need.advice()))
        .collect();
    if still.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(format!(
            "missing on this machine:{}",
            still.concat()
        )))
    }
}

impl Need {
    fn advice(&self) -> String {
        match self.remedy {
            Remedy::System { debian, elsewhere } => {
                format!("Debian, Ubuntu: `apt-get install {debian}`; {elsewhere}")
            }
            Remedy::Rustup(component) => format!("`rustup component add {component}`"),
            Remedy::Hand(sentence) => sentence.to_owned(),
        }
    }
}

fn is_there(place: &Place, need: &Need) -> bool {
    match need.probe {
        [program, arguments @ ..] => succeeds(place.command(program).args(arguments)),
        [] => true,
    }
}

/// Installs packages, from lists that are of today.
fn apt(packages: &[&str]) -> Result<(), Failure> {
    let arguments = [&["install", "--yes", "--no-install-recommends"], packages].concat();
    apt_update()
        .and_then(|()| apt_get(&arguments))
        .map_err(|failure| {
            Failure::new(format!(
                "{failure}; run `sudo apt-get install {}` and start again",
                packages.join(" ")
            ))
        })
}

/// Has apt read what its servers offer today.
///
/// # Errors
/// When that takes a root we are not, or no server answers.
pub(crate) fn apt_update() -> Result<(), Failure> {
    apt_get(&["update"])
}

/// As root directly, with sudo where it asks nothing; otherwise the command is for the user.
fn apt_get(arguments: &[&str]) -> Result<(), Failure> {
    let is_root = Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    let prefix: &[&str] = if is_root {
        &[]
    } else if succeeds(Command::new("sudo").args(["-n", "true"])) {
        &["sudo", "-n"]
    } else {
        return Err(Failure::new("this needs root"));
    };
    let words = [
        prefix,
        &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"],
        arguments,
    ]
    .concat();
    run(Command::new(words[0]).args(&words[1..]))
}

/// The pinned cargo-deny, built if this machine has not built it before.
///
/// # Errors
/// When it cannot be built.
pub(crate) fn cargo_deny(place: &Place) -> Result<PathBuf, Failure> {
    // One folder a version: that it exists is the whole check, and two clones may disagree.
    let folder = place.tools.join(format!("cargo-deny-{CARGO_DENY}"));
    let program = folder
        .join("bin")
        .join(format!("cargo-deny{}", std::env::consts::EXE_SUFFIX));
    if program.is_file() {
        return Ok(program);
    }
    let building = folder.join("build");
    step("build cargo-deny (once)", || {
        // Unoptimised: it runs for a second and would take four times as long to build.
        run(place
            .cargo(&["install", "cargo-deny", "--quiet", "--locked", "--debug"])
            .args(["--version", CARGO_DENY, "--root"])
            .arg(&folder)
            .env("CARGO_TARGET_DIR", &building)
            .env("CARGO_PROFILE_DEV_DEBUG", "0"))
    })?;
    // Half a gigabyte that nothing reads again; left lying, it harms nobody.
    let _ = std::fs::remove_dir_all(&building);
    Ok(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_installed_is_named_with_its_remedy() {
        let place = Place::find().unwrap();
        let need = Need {
            probe: &["a-program-nobody-has"],
            what: "a program nobody has",
            remedy: Remedy::Hand("write it"),
        };
        let text = install(&place, &[&need]).unwrap_err().to_string();
        assert!(text.contains("a program nobody has: write it"), "{text}");
    }

    #[test]
    fn every_remedy_names_what_to_do() {
        let always = [&C_COMPILER, &RUSTFMT, &CLIPPY, &GO, &NODE, &MINGW, &WINE];
        for need in always.iter().chain(TRAY).chain(DESKTOP) {
            let advice = need.advice();
            assert!(
                ["install", "add", "pacman"]
                    .iter()
                    .any(|word| advice.contains(word)),
                "{advice}"
            );
        }
        assert!(
            C_COMPILER
                .advice()
                .contains("apt-get install build-essential")
        );
    }
}

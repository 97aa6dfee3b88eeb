//! The icons: from SVG to the files that programs and packages take.
//!
//! A tool for developers (`cargo xtask icons`), and the check that what is committed is what the
//! SVGs draw. The product holds the files and never links this crate: drawing at run time would cost
//! every user a renderer for pictures that change once a year.
//!
//! What may not enter: the meaning of an icon (that is `aco-tray`'s), and any picture that is not
//! drawn from an SVG in the repository.

mod container;
mod draw;

pub use container::{icns, ico};
pub use draw::{DrawError, Picture};

use std::path::PathBuf;

/// The five states, by the names of their SVGs.
pub const STATES: [&str; 5] = ["attention", "paused", "local", "backlog", "shipping"];

/// What an icon of the tray lies on: a panel of known or unknown colour, or a menu bar that colours
/// it itself.
pub const GROUNDS: [&str; 4] = ["template", "on-light", "on-dark", "on-any"];

/// The sizes in pixels that panels ask for: 16, 22 and 24 (Linux), 20 and 24 (Windows at 125 and
/// 150 %), 18 points (macOS) and each of them twice.
pub const TRAY_SIZES: [u32; 8] = [16, 20, 22, 24, 32, 36, 44, 64];

/// The application's icon, as PNG: `icon.png` and what the bundles want.
const APP_SIZES: [u32; 4] = [32, 128, 256, 512];

/// Windows: the taskbar, Explorer's views, the installer.
const ICO_SIZES: [u32; 6] = [16, 24, 32, 48, 64, 256];

/// How much of macOS' square an application fills; its grid wants more margin than the SVG leaves.
const MACOS_SCALE: f32 = 0.92;

/// A file below the folder of icons, as the SVGs draw it.
pub struct Rendered {
    /// Relative to the folder of icons.
    pub path: PathBuf,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Draws every file that is committed. `read` gives the text of an SVG below the folder of icons.
///
/// # Errors
/// When an SVG cannot be read or drawn.
pub fn all(read: &dyn Fn(&str) -> Result<String, String>) -> Result<Vec<Rendered>, String> {
    let mut files = Vec::new();
    for ground in GROUNDS {
        for state in STATES {
            let name = format!("tray/{ground}/{state}");
            let svg = read(&format!("{name}.svg"))?;
            for size in TRAY_SIZES {
                let picture = Picture::aligned(&svg, size).map_err(|e| format!("{name}: {e}"))?;
                files.push(Rendered {
                    path: format!("{name}-{size}.png").into(),
                    bytes: picture.png()?,
                });
            }
        }
    }
    files.extend(application(&read("app.svg")?).map_err(|error| format!("app.svg: {error}"))?);
    Ok(files)
}

fn application(svg: &str) -> Result<Vec<Rendered>, String> {
    let draw = |size, scale| -> Result<Picture, String> {
        Picture::scaled(svg, size, scale).map_err(|error| error.to_string())
    };
    let mut files = Vec::new();
    for size in APP_SIZES {
        let name = match size {
            512 => "icon.png".to_owned(),
            256 => "128x128@2x.png".to_owned(),
            size => format!("{size}x{size}.png"),
        };
        files.push(Rendered {
            path: name.into(),
            bytes: draw(size, 1.0)?.png()?,
        });
    }
    let pictures: Vec<_> = ICO_SIZES
        .iter()
        .map(|&size| draw(size, 1.0))
        .collect::<Result<_, _>>()?;
    files.push(Rendered {
        path: "icon.ico".into(),
        bytes: ico(&pictures)?,
    });
    let pictures: Vec<_> = container::ICNS_TYPES
        .iter()
        .map(|&(_, size)| draw(size, MACOS_SCALE))
        .collect::<Result<_, _>>()?;
    files.push(Rendered {
        path: "icon.icns".into(),
        bytes: icns(&pictures)?,
    });
    Ok(files)
}

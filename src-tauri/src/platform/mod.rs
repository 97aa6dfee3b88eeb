//! What differs between desktops. Nothing else in this crate asks which system it runs on.
//!
//! | | Linux | macOS | Windows |
//! |---|---|---|---|
//! | a display | `DISPLAY`, `WAYLAND_DISPLAY` | always | always |
//! | a place for the icon | a host of `org.kde.StatusNotifierWatcher` | always | always |
//! | the machine wakes up | logind's `PrepareForSleep` | `NSWorkspace` | `WM_POWERBROADCAST` |
//! | the session ends | `SIGTERM` | the application ends | `WM_ENDSESSION` |
//! | a start at login | an XDG autostart entry | a launch agent | the `Run` key |
//! | a click on the icon | opens the menu | opens the menu | opens the window |

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(any(windows, target_os = "macos"))]
mod notification;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(target_os = "macos")]
use macos as system;
#[cfg(windows)]
use windows as system;

#[cfg(target_os = "linux")]
pub(crate) use linux::{notified, notify};
#[cfg(any(windows, target_os = "macos"))]
pub(crate) use notification::{notified, notify};
pub(crate) use system::{
    CLICK_OPENS_WINDOW, GROUND, LoginEntry, has_display, no_tray, settle, watch_session,
};

//! Windows: a window that is never shown hears of sleep and of the session's end.
//!
//! A program without a console gets no console event, and a message-only window no broadcast;
//! therefore a real one, on a thread of its own.

#![allow(
    unsafe_code,
    reason = "windows and their messages are calls of the Win32 API"
)]

mod login;

pub(crate) use login::LoginEntry;

use crate::tray::Event;
use aco_home::Environment;
use aco_tray::Ground;
use std::ptr::{null, null_mut};
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;
use tokio::sync::mpsc;
use windows_sys::Win32::Foundation::{HWND, LPARAM, LRESULT, WPARAM};
use windows_sys::Win32::System::LibraryLoader::GetModuleHandleW;
use windows_sys::Win32::UI::WindowsAndMessaging::{
    CreateWindowExW, DefWindowProcW, DispatchMessageW, GetMessageW, MSG, PBT_APMRESUMEAUTOMATIC,
    RegisterClassW, WM_ENDSESSION, WM_POWERBROADCAST, WNDCLASSW,
};

/// The taskbar may be dark while windows are light, and changes at any time.
pub(crate) const GROUND: Ground = Ground::Any;

/// The left button acts, the right one shows the menu.
pub(crate) const CLICK_OPENS_WINDOW: bool = true;

/// How long the end of the session is held up. Windows ends a program by itself after five seconds.
const HOLDS_SESSION_FOR: Duration = Duration::from_millis(4_900);

/// There is one, or nothing of this starts.
pub(crate) fn has_display(_: &Environment) -> bool {
    true
}

/// The taskbar is always there.
pub(crate) async fn no_tray() -> Option<String> {
    None
}

/// There is nothing to settle here.
pub(crate) fn settle(_: &mut tauri::App) {}

/// To whom the window tells. A window procedure is a plain function, and there is one window.
static EVENTS: OnceLock<mpsc::Sender<Event>> = OnceLock::new();

/// Tells when the machine wakes up and when the session ends.
pub(crate) fn watch_session(events: mpsc::Sender<Event>) {
    if EVENTS.set(events).is_err() {
        return;
    }
    let listening = thread::Builder::new()
        .name("session".to_owned())
        .spawn(listen);
    if let Err(error) = listening {
        log::warn!(target: "aco::tray", "nobody tells of sleep and of the session's end: {error}");
    }
}

fn listen() {
    let name: Vec<u16> = "AI Cost Observer session\0".encode_utf16().collect();
    // SAFETY: the name ends with a zero and outlives the calls, the class is filled in whole, and
    // the window lives as long as the loop that serves it on this thread.
    unsafe {
        let instance = GetModuleHandleW(null());
        let class = WNDCLASSW {
            style: 0,
            lpfnWndProc: Some(hear),
            cbClsExtra: 0,
            cbWndExtra: 0,
            hInstance: instance,
            hIcon: null_mut(),
            hCursor: null_mut(),
            hbrBackground: null_mut(),
            lpszMenuName: null(),
            lpszClassName: name.as_ptr(),
        };
        if RegisterClassW(&raw const class) == 0 {
            return;
        }
        let window = CreateWindowExW(
            0,
            name.as_ptr(),
            name.as_ptr(),
            0,
            0,
            0,
            0,
            0,
            null_mut(),
            null_mut(),
            instance,
            null(),
        );
        if window.is_null() {
            return;
        }
        let mut message: MSG = std::mem::zeroed();
        while GetMessageW(&raw mut message, window, 0, 0) > 0 {
            DispatchMessageW(&raw const message);
        }
    }
}

unsafe extern "system" fn hear(window: HWND, message: u32, wide: WPARAM, long: LPARAM) -> LRESULT {
    let tell = |event| EVENTS.get().map(|events| events.blocking_send(event));
    match message {
        WM_POWERBROADCAST if wide == PBT_APMRESUMEAUTOMATIC as usize => {
            tell(Event::Woke);
            1
        }
        WM_ENDSESSION if wide != 0 => {
            tell(Event::End("the session ends"));
            // After this returns, Windows ends the process. It ends by itself when it has drained.
            thread::sleep(HOLDS_SESSION_FOR);
            0
        }
        // SAFETY: the arguments are the system's own.
        _ => unsafe { DefWindowProcW(window, message, wide, long) },
    }
}

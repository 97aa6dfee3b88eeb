//! macOS: the workspace tells of sleep; a launch agent starts us at login.

#![allow(
    unsafe_code,
    reason = "the workspace's notifications are Objective-C, and its types cannot promise what it keeps"
)]

mod login;

pub(crate) use login::LoginEntry;

use crate::tray::Event;
use aco_home::Environment;
use aco_tray::Ground;
use block2::RcBlock;
use objc2_app_kit::{NSWorkspace, NSWorkspaceDidWakeNotification};
use objc2_foundation::NSNotification;
use std::ptr::NonNull;
use tokio::sync::mpsc;

/// The menu bar colours it.
pub(crate) const GROUND: Ground = Ground::Template;

/// A click in the menu bar opens a menu, of every application.
pub(crate) const CLICK_OPENS_WINDOW: bool = false;

/// There is one, or nothing of this starts.
pub(crate) fn has_display(_: &Environment) -> bool {
    true
}

/// The menu bar is always there.
pub(crate) async fn no_tray() -> Option<String> {
    None
}

/// No icon in the Dock and no menu of its own: an application of the menu bar.
pub(crate) fn settle(app: &mut tauri::App) {
    app.set_activation_policy(tauri::ActivationPolicy::Accessory);
}

/// Tells when the machine wakes up. That the session ends is said by the application's own event
/// loop.
pub(crate) fn watch_session(events: mpsc::Sender<Event>) {
    let woke = RcBlock::new(move |_: NonNull<NSNotification>| {
        // One that waits to be heard is enough.
        let _ = events.try_send(Event::Woke);
    });
    let center = NSWorkspace::sharedWorkspace().notificationCenter();
    // SAFETY: the name is the framework's own constant, no object is filtered by, and the block
    // takes one notification, may be called on any thread, and is copied by the center.
    let observer = unsafe {
        center.addObserverForName_object_queue_usingBlock(
            Some(NSWorkspaceDidWakeNotification),
            None,
            None,
            &woke,
        )
    };
    // Observed for as long as this process lives.
    std::mem::forget(observer);
}

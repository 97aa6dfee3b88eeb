//! Notifications where the system's own library is asked.

use aco_domain::PRODUCT_NAME;
use std::thread;

/// The same, for who waits until it is shown.
pub(crate) async fn notified(title: String, body: String) {
    let mut notification = notify_rust::Notification::new();
    notification
        .appname(PRODUCT_NAME)
        .summary(&title)
        .body(&body);
    let (shown, is_shown) = tokio::sync::oneshot::channel();
    thread::spawn(move || {
        if let Err(error) = notification.show() {
            log::warn!(target: "aco::tray", "a notification was not shown: {error}");
        }
        drop(shown.send(()));
    });
    // Its thread is gone without a word: it is not shown.
    let _ = is_shown.await;
}

/// Shows one. Asking waits for the system, and it may hang: therefore on a thread.
pub(crate) fn notify(title: &str, body: &str) {
    let mut notification = notify_rust::Notification::new();
    notification.appname(PRODUCT_NAME).summary(title).body(body);
    let shown = thread::Builder::new()
        .name("notification".to_owned())
        .spawn(move || {
            if let Err(error) = notification.show() {
                log::warn!(target: "aco::tray", "a notification was not shown: {error}");
            }
        });
    if let Err(error) = shown {
        log::warn!(target: "aco::tray", "a notification was not shown: {error}");
    }
}

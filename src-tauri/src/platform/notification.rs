//! Notifications where the system's own library is asked.

use aco_domain::PRODUCT_NAME;
use notify_rust::Notification;
use std::thread;

/// Shows one, and waits until it is shown or will not be.
pub(crate) async fn notified(title: String, body: String) {
    // The sender ends with the thread, whatever happens there.
    let (shown, is_shown) = tokio::sync::oneshot::channel::<()>();
    ask(notification(&title, &body), move || drop(shown));
    let _ = is_shown.await;
}

/// Shows one.
pub(crate) fn notify(title: &str, body: &str) {
    ask(notification(title, body), || ());
}

fn notification(title: &str, body: &str) -> Notification {
    let mut notification = Notification::new();
    notification.appname(PRODUCT_NAME).summary(title).body(body);
    notification
}

/// Asking waits for the system, and it may hang: therefore on a thread.
fn ask(notification: Notification, then: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().name("notification".to_owned());
    let asked = thread.spawn(move || {
        if let Err(error) = notification.show() {
            log::warn!(target: "aco::tray", "a notification was not shown: {error}");
        }
        then();
    });
    if let Err(error) = asked {
        log::warn!(target: "aco::tray", "a notification was not shown: {error}");
    }
}

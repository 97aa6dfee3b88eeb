//! Linux: the session bus tells of the tray, the system bus of sleep.

mod login;

pub(crate) use login::LoginEntry;

use crate::tray::Event;
use aco_domain::PRODUCT_NAME;
use aco_home::Environment;
use aco_tray::Ground;
use futures_util::StreamExt as _;
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;
use zbus::zvariant::Value;
use zbus::{Connection, MatchRule, MessageStream, Proxy};

/// The panel's colour is known to the panel alone.
pub(crate) const GROUND: Ground = Ground::Any;

/// An icon of StatusNotifier has no click of its own in every panel; its menu it has everywhere.
pub(crate) const CLICK_OPENS_WINDOW: bool = false;

/// How long a panel may take to say that it is there.
const PANEL_ANSWERS_WITHIN: Duration = Duration::from_secs(2);

/// Whether there is anything to draw on. What the variables name may still refuse.
pub(crate) fn has_display(environment: &Environment) -> bool {
    ["WAYLAND_DISPLAY", "DISPLAY"]
        .iter()
        .any(|name| environment.get(name).is_some())
}

/// Why the desktop has no place for the icon, if it has none: asks for a host of status icons. One that comes later is told of our icon by
/// libayatana, which watches for it. A panel that knows only XEmbed icons gets one as well, and is
/// not found here: then a start by hand opens a window that nobody needed.
pub(crate) async fn no_tray() -> Option<String> {
    let missing = |why: &str| Some(why.to_owned());
    let asked = timeout(PANEL_ANSWERS_WITHIN, async {
        let bus = Connection::session().await?;
        let watcher = Proxy::new(
            &bus,
            "org.kde.StatusNotifierWatcher",
            "/StatusNotifierWatcher",
            "org.kde.StatusNotifierWatcher",
        )
        .await?;
        watcher
            .get_property::<bool>("IsStatusNotifierHostRegistered")
            .await
    });
    match asked.await {
        Ok(Ok(true)) => None,
        Ok(Ok(false)) => missing("no panel here shows status icons"),
        Ok(Err(_)) => missing(
            "this desktop has no place for status icons (on GNOME the extension AppIndicator adds \
             one)",
        ),
        Err(_) => missing("the panel does not answer"),
    }
}

/// There is nothing to settle here.
pub(crate) fn settle(_: &mut tauri::App) {}

/// Tells when the machine wakes up, as logind says it. Must be called on a tokio runtime. That the
/// session ends is said by a signal.
pub(crate) fn watch_session(events: mpsc::Sender<Event>) {
    tokio::spawn(async move {
        if let Err(error) = listen(&events).await {
            log::debug!(target: "aco::tray", "nobody tells when this machine wakes up: {error}");
        }
    });
}

/// `PrepareForSleep(false)` is the moment after the sleep (org.freedesktop.login1(5)).
async fn listen(events: &mpsc::Sender<Event>) -> zbus::Result<()> {
    let bus = Connection::system().await?;
    let rule = MatchRule::builder()
        .msg_type(zbus::message::Type::Signal)
        .sender("org.freedesktop.login1")?
        .path("/org/freedesktop/login1")?
        .interface("org.freedesktop.login1.Manager")?
        .member("PrepareForSleep")?
        .build();
    let mut signals = MessageStream::for_match_rule(rule, &bus, Some(1)).await?;
    while let Some(signal) = signals.next().await {
        let sleeps: bool = signal?.body().deserialize()?;
        if !sleeps && events.send(Event::Woke).await.is_err() {
            break;
        }
    }
    Ok(())
}

/// Shows a notification (Desktop Notifications Specification). Must be called on a tokio runtime.
pub(crate) fn notify(title: &str, body: &str) {
    tokio::spawn(notified(title.to_owned(), body.to_owned()));
}

/// The same, for who waits until it is shown, or until nobody shows it.
pub(crate) async fn notified(title: String, body: String) {
    match timeout(PANEL_ANSWERS_WITHIN, show(&title, &markup(&body))).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            log::warn!(target: "aco::tray", "a notification was not shown: {error}");
        }
        Err(_) => log::warn!(target: "aco::tray", "nobody shows notifications here in time"),
    }
}

async fn show(title: &str, body: &str) -> zbus::Result<()> {
    const REPLACES_NONE: u32 = 0;
    const AS_LONG_AS_THE_DESKTOP_LIKES: i32 = -1;
    let bus = Connection::session().await?;
    let actions: &[&str] = &[];
    let hints: HashMap<&str, Value<'_>> =
        [("desktop-entry", Value::from("ai-cost-observer"))].into();
    let message = (
        PRODUCT_NAME,
        REPLACES_NONE,
        "ai-cost-observer",
        title,
        body,
        actions,
        hints,
        AS_LONG_AS_THE_DESKTOP_LIKES,
    );
    let name = "org.freedesktop.Notifications";
    let path = "/org/freedesktop/Notifications";
    bus.call_method(Some(name), path, Some(name), "Notify", &message)
        .await?;
    Ok(())
}

/// A body may hold markup, so that a server's words must not be taken for it.
fn markup(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_display_is_what_a_variable_names() {
        let display = |variables: &[(&str, &str)]| {
            has_display(&variables.iter().copied().collect::<Environment>())
        };
        assert!(display(&[("DISPLAY", ":0")]));
        assert!(display(&[("WAYLAND_DISPLAY", "wayland-0")]));
        assert!(!display(&[("DISPLAY", ""), ("HOME", "/home/a")]));
    }

    #[test]
    fn no_words_become_markup() {
        assert_eq!(markup("<b>a</b> & b"), "&lt;b&gt;a&lt;/b&gt; &amp; b");
    }
}

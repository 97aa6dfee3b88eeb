//! `org.kde.StatusNotifierWatcher`, as far as programs with an icon ask it.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use zbus::message::Header;
use zbus::object_server::SignalEmitter;

use super::Registration;

/// The name every program with an icon looks for.
#[derive(Debug)]
pub(super) struct Watcher {
    pub(super) registered: Arc<Mutex<Vec<Registration>>>,
}

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    /// `service` is a name on the bus, or, from libayatana, the path at whoever calls.
    async fn register_status_notifier_item(
        &self,
        service: String,
        #[zbus(header)] header: Header<'_>,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        let (owner, path) = if service.starts_with('/') {
            (sender, service.clone())
        } else {
            (service.clone(), "/StatusNotifierItem".to_owned())
        };
        self.registered.lock().unwrap().push(Registration {
            owner,
            path,
            at: Instant::now(),
        });
        let _ = Self::status_notifier_item_registered(&emitter, &service).await;
    }

    async fn register_status_notifier_host(&self, _service: String) {}

    #[zbus(property)]
    async fn registered_status_notifier_items(&self) -> Vec<String> {
        let all = self.registered.lock().unwrap();
        all.iter()
            .map(|icon| format!("{}{}", icon.owner, icon.path))
            .collect()
    }

    #[zbus(property)]
    async fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    async fn protocol_version(&self) -> i32 {
        0
    }

    /// An icon has come.
    #[zbus(signal)]
    async fn status_notifier_item_registered(
        emitter: &SignalEmitter<'_>,
        service: &str,
    ) -> zbus::Result<()>;

    /// A panel that draws has come.
    #[zbus(signal)]
    async fn status_notifier_host_registered(emitter: &SignalEmitter<'_>) -> zbus::Result<()>;
}

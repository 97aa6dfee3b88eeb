//! The side of a tray icon that a panel is: takes icons, reads their state and their menus.
//!
//! Written from the StatusNotifierItem specification (freedesktop.org) and what libayatana says on
//! the bus. A panel of a desktop would draw; this one remembers.

#[allow(missing_docs, reason = "zbus' macro makes methods of its own")]
mod watcher;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aco_e2e::eventually_some;
use zbus::blocking::{Connection, Proxy, connection};

use crate::menu::Menu;
use watcher::Watcher;

const NAME: &str = "org.kde.StatusNotifierWatcher";
const PATH: &str = "/StatusNotifierWatcher";
const ITEM: &str = "org.kde.StatusNotifierItem";

/// An icon that was handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The program's name on the bus.
    pub owner: String,
    /// Where the icon is there.
    pub path: String,
    /// When it came.
    pub at: Instant,
}

/// A panel.
#[derive(Debug)]
pub struct Panel {
    connection: Connection,
    registered: Arc<Mutex<Vec<Registration>>>,
}

impl Panel {
    /// Opens one on the bus at `address`.
    #[track_caller]
    pub(crate) fn open(address: &str) -> Self {
        let registered = Arc::new(Mutex::new(Vec::new()));
        let watcher = Watcher {
            registered: Arc::clone(&registered),
        };
        let connection = connection::Builder::address(address)
            .and_then(|builder| builder.serve_at(PATH, watcher))
            .and_then(|builder| builder.name(NAME))
            .and_then(connection::Builder::build)
            .expect("a session bus that takes a panel");
        Self {
            connection,
            registered,
        }
    }

    /// Icons handed in so far, those of programs that have ended included.
    pub fn registered(&self) -> Vec<Registration> {
        self.registered.lock().unwrap().clone()
    }

    /// Waits until the process has an icon here.
    #[track_caller]
    pub fn icon_of(&self, pid: u32, deadline: Duration) -> Icon {
        eventually_some(deadline, "an icon in the tray", || {
            let all = self.registered();
            let ours = all
                .into_iter()
                .find(|icon| self.pid(&icon.owner) == Some(pid))?;
            Some(Icon {
                connection: self.connection.clone(),
                registration: ours,
            })
        })
    }

    fn pid(&self, owner: &str) -> Option<u32> {
        let bus = zbus::blocking::fdo::DBusProxy::new(&self.connection).ok()?;
        bus.get_connection_unix_process_id(owner.try_into().ok()?)
            .ok()
    }
}

/// An icon, as the panel sees it.
#[derive(Clone, Debug)]
pub struct Icon {
    connection: Connection,
    registration: Registration,
}

impl Icon {
    /// When it was handed in.
    pub fn at(&self) -> Instant {
        self.registration.at
    }

    /// The picture shown now: its file's name without an ending, different for each picture.
    #[track_caller]
    pub fn picture(&self) -> String {
        self.property("IconName")
    }

    /// The menu behind it.
    #[track_caller]
    pub fn menu(&self) -> Menu {
        let path: zbus::zvariant::OwnedObjectPath =
            self.item().get_property("Menu").expect("a menu");
        Menu::new(&self.connection, &self.registration.owner, path.as_str())
    }

    #[track_caller]
    fn property(&self, name: &str) -> String {
        self.item()
            .get_property(name)
            .expect("a property of the icon")
    }

    #[track_caller]
    fn item(&self) -> Proxy<'static> {
        let Registration { owner, path, .. } = self.registration.clone();
        zbus::blocking::proxy::Builder::new(&self.connection)
            .destination(owner)
            .and_then(|builder| builder.path(path))
            .and_then(|builder| builder.interface(ITEM))
            // It changes, and says so by signals of its own.
            .map(|builder| builder.cache_properties(zbus::proxy::CacheProperties::No))
            .and_then(zbus::blocking::proxy::Builder::build)
            .expect("the icon's program")
    }
}

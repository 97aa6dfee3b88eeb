//! What is on the display: whose windows, what is painted in them; and closing one as its title bar
//! does.

use std::collections::BTreeSet;
use std::time::Duration;

use aco_e2e::eventually_some;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    self, AtomEnum, ClientMessageEvent, ConnectionExt as _, EventMask, ImageFormat, MapState,
};
use x11rb::rust_connection::RustConnection;

const START: Duration = Duration::from_secs(30);

/// Looked at for colours: as many points across and down.
const POINTS: u16 = 48;

/// A connection to the display.
#[derive(Debug)]
pub struct Display {
    connection: RustConnection,
    root: u32,
}

/// A window that a person can see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    id: u32,
    /// The process that opened it, as it says.
    pub pid: u32,
    /// What its title bar says.
    pub title: String,
    /// Pixels across, without the frame.
    pub width: u16,
    /// Pixels down.
    pub height: u16,
}

impl Display {
    #[track_caller]
    pub(crate) fn connect(name: &str) -> Self {
        let (connection, screen) = eventually_some(START, "the display", || {
            RustConnection::connect(Some(name)).ok()
        });
        let root = connection.setup().roots[screen].root;
        Self { connection, root }
    }

    /// Whether a window manager has come up.
    pub(crate) fn is_managed(&self) -> bool {
        self.numbers(self.root, "_NET_SUPPORTING_WM_CHECK")
            .is_some()
    }

    /// Windows that are shown now, in the order in which they came.
    pub fn windows(&self) -> Vec<Window> {
        let clients = self
            .numbers(self.root, "_NET_CLIENT_LIST")
            .unwrap_or_default();
        clients
            .into_iter()
            .filter_map(|id| self.window(id))
            .collect()
    }

    /// Waits for a window of one of these processes.
    #[track_caller]
    pub fn window_of(&self, pids: impl Fn() -> Vec<u32>, deadline: Duration) -> Window {
        eventually_some(deadline, "a window", || {
            let pids = pids();
            self.windows()
                .into_iter()
                .find(|window| pids.contains(&window.pid))
        })
    }

    /// Asks the window to close, as the button in its title bar does.
    #[track_caller]
    pub fn close(&self, window: &Window) {
        let message = ClientMessageEvent::new(
            32,
            window.id,
            self.atom("_NET_CLOSE_WINDOW"),
            // The present time, and a request by a person's hand.
            [0, 2, 0, 0, 0],
        );
        let mask = EventMask::SUBSTRUCTURE_NOTIFY | EventMask::SUBSTRUCTURE_REDIRECT;
        self.connection
            .send_event(false, self.root, mask, message)
            .expect("the display");
        self.connection.flush().expect("the display");
    }

    /// Resizes it, as its frame does.
    #[track_caller]
    pub fn resize(&self, window: &Window, width: u32, height: u32) {
        let size = xproto::ConfigureWindowAux::new()
            .width(width)
            .height(height);
        self.connection
            .configure_window(window.id, &size)
            .expect("the display");
        self.connection.flush().expect("the display");
    }

    /// How many colours a grid of points in the middle of the window has: one before anything is
    /// painted, several once there are words.
    pub fn colours(&self, window: &Window) -> usize {
        let Some((x, y)) = self.position(window) else {
            return 0;
        };
        // What is painted first is at the top: headings and the sidebar.
        let (width, height) = (window.width, window.height);
        let image = self.connection.get_image(
            ImageFormat::Z_PIXMAP,
            self.root,
            x,
            y,
            width,
            height,
            u32::MAX,
        );
        let Some(image) = image.ok().and_then(|cookie| cookie.reply().ok()) else {
            return 0;
        };
        let pixels: Vec<&[u8]> = image.data.chunks_exact(4).collect();
        let step = (pixels.len() / (usize::from(POINTS) * usize::from(POINTS))).max(1);
        // An odd step walks through the columns.
        let colours: BTreeSet<&[u8]> = pixels
            .into_iter()
            .step_by(step | 1)
            .map(|pixel| &pixel[..3])
            .collect();
        colours.len()
    }

    fn position(&self, window: &Window) -> Option<(i16, i16)> {
        let answer = self
            .connection
            .translate_coordinates(window.id, self.root, 0, 0)
            .ok()?
            .reply()
            .ok()?;
        Some((answer.dst_x, answer.dst_y))
    }

    fn window(&self, id: u32) -> Option<Window> {
        let attributes = self
            .connection
            .get_window_attributes(id)
            .ok()?
            .reply()
            .ok()?;
        if attributes.map_state != MapState::VIEWABLE {
            return None;
        }
        let geometry = self.connection.get_geometry(id).ok()?.reply().ok()?;
        Some(Window {
            id,
            pid: *self.numbers(id, "_NET_WM_PID")?.first()?,
            title: self.text(id, "_NET_WM_NAME").unwrap_or_default(),
            width: geometry.width,
            height: geometry.height,
        })
    }

    fn numbers(&self, window: u32, property: &str) -> Option<Vec<u32>> {
        let answer = self.property(window, property)?;
        let numbers = answer.value32()?.collect::<Vec<_>>();
        (!numbers.is_empty()).then_some(numbers)
    }

    fn text(&self, window: u32, property: &str) -> Option<String> {
        let answer = self.property(window, property)?;
        String::from_utf8(answer.value).ok()
    }

    fn property(&self, window: u32, property: &str) -> Option<xproto::GetPropertyReply> {
        let atom = self.atom(property);
        self.connection
            .get_property(false, window, atom, AtomEnum::ANY, 0, 4_096)
            .ok()?
            .reply()
            .ok()
    }

    #[track_caller]
    fn atom(&self, name: &str) -> u32 {
        self.connection
            .intern_atom(false, name.as_bytes())
            .expect("the display")
            .reply()
            .expect("the display")
            .atom
    }
}

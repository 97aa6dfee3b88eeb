//! The window: a process of its own, one more client of the agent's socket.
//!
//! A webview that is hidden or destroyed leaves up to 200 MiB in its process; a process that ends
//! leaves nothing. Its crash cannot touch the agent.
//!
//! ```text
//!  ui (Svelte) ──commands──> commands ──> session ──Request──> the agent's socket
//!              <──events───  Tell      <──        <─Response──
//!                                     aco-window: what is shown, as data
//! ```
//!
//! What may not enter: a decision about what is shown (that is `aco-window`'s), and anything from
//! the network: pages, styles and scripts are embedded, and the window goes nowhere else.

mod commands;
#[cfg(test)]
mod doubles;
mod offers;
mod outside;
mod session;
mod store;

use crate::Surroundings;
use crate::platform;
use crate::view::{Order, QUIT, View};
use aco_home::Home;
use jiff::tz::TimeZone;
use outside::Machine;
use serde_json::Value;
use session::{Parts, Session};
use std::io::BufRead as _;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use store::{Place, WindowStore};
use tauri::webview::NewWindowResponse;
use tauri::{
    AppHandle, Builder, Emitter as _, Manager as _, Runtime, Url, WebviewUrl, WebviewWindow,
    WebviewWindowBuilder, WindowEvent,
};

/// Its name in the capability.
const LABEL: &str = "main";

/// Size in logical pixels, as it opens first and as it is at least.
const SIZE: (f64, f64) = (760.0, 540.0);
const LEAST: (f64, f64) = (600.0, 420.0);

/// A page that does not come is shown all the same, for its error to be seen.
const SHOWN_WITHIN: Duration = Duration::from_secs(3);

/// How the window is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Opening {
    /// At which view; where it was left, when none is named.
    pub view: Option<View>,
    /// This desktop has no tray, and the window says so: it is why it was opened.
    pub no_tray: bool,
    /// Standard input carries the tray's orders ([`crate::view::Order`]), one a line. Its end means
    /// nothing: the tray may end before the window.
    pub ordered: bool,
}

/// By which a driver (WebDriver) tells Tauri that it holds the window.
const DRIVEN: &str = "TAURI_WEBVIEW_AUTOMATION";

/// Whether nobody has gone through, or skipped, the first run of this home.
#[must_use]
pub fn is_first_run(home: &Home) -> bool {
    WindowStore::open(home).is_first_run()
}

/// Shows the window until it is closed.
pub fn run(opening: Opening, surroundings: Surroundings) -> ExitCode {
    let home = match Home::resolve(&surroundings.environment) {
        Ok(home) => home,
        Err(error) => {
            crate::say(&error.to_string());
            return ExitCode::from(2);
        }
    };
    // Without one the toolkit panics.
    if !platform::has_display(&surroundings.environment) {
        crate::say("there is no display to open a window on; `aco status` says the same");
        return ExitCode::FAILURE;
    }
    let handle: Arc<OnceLock<AppHandle<tauri::Wry>>> = Arc::default();
    let told = Arc::clone(&handle);
    let session = Session::new(parts(
        home,
        opening,
        &surroundings,
        Box::new(move |event, payload| {
            if let Some(app) = told.get() {
                tell(app, event, payload);
            }
        }),
    ));
    let begun = Arc::clone(&session);
    let driven = surroundings
        .environment
        .get(DRIVEN)
        .is_some_and(|word| word == "true");
    let builder = assemble(Builder::default(), session).setup(move |app| {
        // It is set once: this runs once.
        let _ = handle.set(app.handle().clone());
        let runtime = tauri::async_runtime::handle();
        let _inside = runtime.inner().enter();
        begun.begin();
        open(app.handle(), &begun, driven)?;
        Ok(())
    });
    let app = match builder.build(crate::context()) {
        Ok(app) => app,
        Err(error) => {
            crate::say(&format!("the window cannot be opened: {error}"));
            return ExitCode::FAILURE;
        }
    };
    if opening.ordered {
        take_orders(app.handle().clone());
    }
    let code = app.run_return(|_, _| {});
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}

fn parts(home: Home, opening: Opening, from: &Surroundings, tell: session::Tell) -> Parts {
    let (offers, token_found) = offers::found(&from.environment);
    let user_home = ["HOME", "USERPROFILE"]
        .into_iter()
        .find_map(|variable| from.environment.absolute_path(variable));
    Parts {
        store: WindowStore::open(&home),
        home,
        clock: Arc::clone(&from.clock),
        zone: TimeZone::system,
        user_home,
        view: opening.view,
        no_tray: opening.no_tray,
        offers,
        token_found,
        outside: Box::new(Machine::new(from)),
        tell,
    }
}

/// The application, whatever runs it: the real one and the tests' have the same commands.
fn assemble<R: Runtime>(builder: Builder<R>, session: Arc<Session>) -> Builder<R> {
    builder.invoke_handler(commands::handler!()).manage(session)
}

fn open<R: Runtime>(app: &AppHandle<R>, session: &Arc<Session>, driven: bool) -> tauri::Result<()> {
    let place = session.store().place();
    let size = place.map_or(SIZE, |place| {
        (place.width.max(LEAST.0), place.height.max(LEAST.1))
    });
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("index.html".into()))
        .title(aco_domain::PRODUCT_NAME)
        .inner_size(size.0, size.1)
        .min_inner_size(LEAST.0, LEAST.1)
        .maximized(place.is_some_and(|place| place.maximized))
        // Until its page can be drawn; see the command `opening`.
        .visible(false)
        // Nothing is kept: no cache, no cookie, no storage. A driver finds no page in such a view.
        .incognito(!driven)
        .disable_drag_drop_handler()
        .zoom_hotkeys_enabled(true)
        .on_navigation(is_ours)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .build()?;
    let shown = window.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(SHOWN_WITHIN).await;
        let _ = shown.show();
    });
    let (closing, session) = (window.clone(), Arc::clone(session));
    window.on_window_event(move |event| {
        if let WindowEvent::CloseRequested { .. } = event {
            close(&closing, &session);
        }
    });
    Ok(())
}

/// The embedded pages, and nothing else. Windows has no schemes of an application's own.
fn is_ours(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    match url.scheme() {
        "tauri" => host == "localhost",
        "http" | "https" => host == "tauri.localhost",
        _ => false,
    }
}

fn close<R: Runtime>(window: &WebviewWindow<R>, session: &Session) {
    let scale = window.scale_factor().unwrap_or(1.0);
    if let (Ok(size), Ok(maximized)) = (window.inner_size(), window.is_maximized()) {
        let size = size.to_logical::<f64>(scale);
        let before = session.store().place();
        // The size to come back to is the one before it was maximized.
        let (width, height) = match before {
            Some(before) if maximized => (before.width, before.height),
            _ if maximized => SIZE,
            _ => (size.width, size.height),
        };
        session.store().keep_place(Place {
            width,
            height,
            maximized,
        });
    }
    if session.says_that_it_goes_on() {
        // Gone for the user's eyes before anything is waited for.
        let _ = window.hide();
        session.outside().notify(
            "AI Cost Observer goes on",
            "Only the window was closed. The agent keeps recording; Quit is in the menu of its icon.",
        );
    }
}

fn tell<R: Runtime>(app: &AppHandle<R>, event: &'static str, payload: Value) {
    // A window that is gone hears nothing more.
    let _ = app.emit_to(LABEL, event, payload);
}

/// The tray's orders. Reading blocks, and ends with the process.
fn take_orders<R: Runtime>(app: AppHandle<R>) {
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else {
                return;
            };
            match line.parse() {
                Ok(Order::Show(view)) => show(&app, view),
                Ok(Order::Close) => app.exit(0),
                // A newer tray than this window: what it does not know it does not do.
                Err(_) => {}
            }
        }
    });
}

fn show<R: Runtime>(app: &AppHandle<R>, view: Option<View>) {
    if let Some(window) = app.get_webview_window(LABEL) {
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
    }
    if let Some(view) = view {
        tell(app, "go", Value::from(view.as_str()));
    }
}

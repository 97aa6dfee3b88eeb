//! The window's pages in WebKitGTK itself, drawn from fixtures: every view in every state, without
//! an agent that would have to be brought into it.
//!
//! `ui/dist-harness` is the page of the product with answers out of files that Rust's view models
//! wrote; `cargo xtask ui` builds it. It stands in a frame of the size that is looked at, so that
//! no window manager has a say; a window of 600×420 at 200 % is a frame of 300×210.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use aco_e2e::aco::Aco;
use aco_e2e::eventually;
use serde_json::{Value, json};

use crate::desktop::Desktop;
use crate::webdriver::Window;

const SOON: Duration = Duration::from_secs(30);

/// Everything is loaded, drawn and, with no motion longer than 150 ms, at rest.
const SETTLED: &str = "
    const done = arguments[arguments.length - 1];
    const drawn = () => {
        const app = document.getElementById('app');
        if (app === null || app.childElementCount === 0) return void setTimeout(drawn, 20);
        document.fonts.ready.then(() => setTimeout(() => requestAnimationFrame(() =>
            requestAnimationFrame(() => done(true))), 200));
    };
    drawn();";

/// Elements that are wider inside than outside, unless what is cut ends in an ellipsis and is whole
/// in a title. Figures are never cut. What is typed scrolls in its field, and lines nobody sees have
/// no width.
const TOO_WIDE: &str = "
    const figure = /^[-−<≈]?\\s*\\$?[\\d.,]+\\s?[kMG]?$/;
    const found = [];
    for (const element of document.querySelectorAll('body, body *')) {
        if (element.closest('svg') || element.matches('input, textarea, select')) continue;
        const style = getComputedStyle(element);
        if (style.display === 'inline' || element.getClientRects().length === 0) continue;
        if (element.clientWidth <= 1 || element.scrollWidth <= element.clientWidth) continue;
        const ellipsised = style.textOverflow === 'ellipsis' && style.overflowX !== 'visible';
        const words = element.textContent.trim();
        if (ellipsised && element.closest('[title]') && !figure.test(words)) continue;
        const name = element.tagName.toLowerCase() + (element.id && '#' + element.id)
            + [...element.classList].map((one) => '.' + one).join('');
        found.push(`${name} ${element.scrollWidth} > ${element.clientWidth}: ${words.slice(0, 60)}`);
    }
    return found;";

/// Serious or critical findings of axe, each with where.
const AXE: &str = "
    const done = arguments[arguments.length - 1];
    axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => done(violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`))),
        (error) => done([`axe: ${error}`]));";

/// How large the window is, in the page's own pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Across.
    pub width: u32,
    /// Down.
    pub height: u32,
}

/// As the window opens.
pub const USUAL: Size = Size {
    width: 760,
    height: 540,
};
/// As small as it goes.
pub const SMALLEST: Size = Size {
    width: 600,
    height: 420,
};

impl Size {
    /// What is left for the page when each of its pixels is two, each way.
    #[must_use]
    pub fn at_200_percent(self) -> Self {
        Self {
            width: self.width / 2,
            height: self.height / 2,
        }
    }
}

/// The folder of the pages.
fn ui() -> PathBuf {
    aco_e2e::repository().join("ui")
}

/// The states there are, by the names of their files, sorted.
#[track_caller]
pub fn fixtures() -> Vec<String> {
    let folder = ui().join("src/fixtures");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
        .collect();
    names.sort();
    assert!(names.len() > 5, "{names:?}");
    names
}

/// axe-core's script.
#[track_caller]
fn axe() -> String {
    let path = ui().join("node_modules/axe-core/axe.min.js");
    fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; `cargo xtask ui` installs it", path.display()))
}

/// Fails where a page has a serious finding of axe, or more.
#[track_caller]
pub fn serious_findings(window: &Window) -> Vec<String> {
    window.run(&axe(), &[]);
    texts(&window.run_until_called(AXE, &[]))
}

/// What on a page is cut without saying so.
#[track_caller]
pub fn too_wide(window: &Window) -> Vec<String> {
    texts(&window.run(TOO_WIDE, &[]))
}

fn texts(list: &Value) -> Vec<String> {
    let list = list.as_array().expect("a list").iter();
    list.map(|text| text.as_str().expect("text").to_owned())
        .collect()
}

/// A webview that shows one fixture after the other.
#[derive(Debug)]
pub struct Gallery {
    /// The page inside the frame.
    pub window: Window,
    address: String,
}

impl Gallery {
    /// Opens WebKitGTK's own browser on the display.
    #[track_caller]
    pub fn open(desktop: &Desktop) -> Self {
        let harness = ui().join("dist-harness");
        assert!(
            harness.join("harness.html").is_file(),
            "{} is not built; `cargo xtask ui` builds it",
            harness.display()
        );
        let home = desktop
            .environment()
            .into_iter()
            .fold(Aco::builder(), |builder, (name, value)| {
                builder.env(name, value)
            })
            .build();
        let window = Window::browse(&home.command(&[]));
        Self {
            window,
            address: serve(&harness),
        }
    }

    /// Shows a fixture in a frame of this size, and waits until it is at rest.
    #[track_caller]
    pub fn show(&self, fixture: &str, theme: &str, size: Size) {
        let Size { width, height } = size;
        let page = format!("frame?{fixture}&{theme}&{width}&{height}");
        self.window.go_to(&format!("{}/{page}", self.address));
        self.window.enter_frame("iframe");
        eventually(SOON, &format!("{fixture} to be drawn"), || {
            self.window.run_until_called(SETTLED, &[]) == json!(true)
        });
    }

    /// Gives what is shown another size, and waits until it is at rest.
    #[track_caller]
    pub fn resize(&self, size: Size) {
        self.window.leave_frame();
        let script = "const frame = document.querySelector('iframe');
            [frame.width, frame.height] = arguments;";
        self.window
            .run(script, &[json!(size.width), json!(size.height)]);
        self.window.enter_frame("iframe");
        self.window.run_until_called(SETTLED, &[]);
    }

    /// Shows a fixture, and takes its picture as a PNG.
    #[track_caller]
    pub fn picture(&self, fixture: &str, theme: &str, size: Size) -> Vec<u8> {
        self.window.resize(size.width, size.height);
        self.show(fixture, theme, size);
        // Of the page that has the frame, which is no larger: WebKitGTK cuts a single element out of
        // the wrong place.
        self.window.leave_frame();
        self.window.screenshot()
    }
}

/// Serves a folder on a port of its own, for as long as the test program lives.
#[track_caller]
fn serve(folder: &Path) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = format!("http://{}", listener.local_addr().unwrap());
    let folder = folder.to_owned();
    std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let folder = folder.clone();
            std::thread::spawn(move || answer(connection, &folder));
        }
    });
    address
}

fn answer(mut connection: TcpStream, folder: &Path) -> Option<()> {
    let mut lines = BufReader::new(connection.try_clone().ok()?).lines();
    let request = lines.next()?.ok()?;
    // The rest of the head, up to the empty line.
    while !lines.next()?.ok()?.is_empty() {}
    let target = request.split(' ').nth(1)?.trim_start_matches('/');
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let (kind, body) = if path == "frame" {
        ("text/html", frame(query).into_bytes())
    } else {
        let kind = match path.rsplit('.').next() {
            Some("js") => "text/javascript",
            Some("css") => "text/css",
            Some("svg") => "image/svg+xml",
            _ => "text/html",
        };
        (kind, fs::read(folder.join(path)).unwrap_or_default())
    };
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nConnection: close\r\n\r\n",
        body.len()
    );
    connection.write_all(head.as_bytes()).ok()?;
    connection.write_all(&body).ok()
}

fn frame(query: &str) -> String {
    let words: Vec<&str> = query.split('&').collect();
    let [fixture, theme, width, height] = words[..] else {
        return String::new();
    };
    format!(
        "<!doctype html><title>{fixture}</title><body style=\"margin:0;overflow:hidden\">\
         <iframe style=\"border:0;display:block\" width={width} height={height} \
         src=\"harness.html?fixture={fixture}&amp;theme={theme}\"></iframe>"
    )
}

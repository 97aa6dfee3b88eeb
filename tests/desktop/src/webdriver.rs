//! A window driven as a person would: found by what is on it, clicked, typed into, looked at.
//!
//! WebKitGTK's own driver (W3C WebDriver) starts the program and speaks to its webview. tauri-driver,
//! which stands before it elsewhere, would only rename one capability here; the program is told of
//! the automation by the environment, as tauri-driver tells it.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use aco_e2e::process::Process;
use aco_e2e::{PortBlock, eventually, eventually_some};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The name under which an element is spoken of (W3C WebDriver, "web element identifier").
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
const START: Duration = Duration::from_secs(60);
/// From an action to what the window shows of it.
const SOON: Duration = Duration::from_secs(20);

/// A window, and the driver that holds it. Dropping it closes the window.
#[derive(Debug)]
pub struct Window {
    http: ureq::Agent,
    session: String,
    driver: Process,
    _port: PortBlock,
    _folder: TempDir,
}

/// Something in a window.
#[derive(Debug)]
pub struct Element<'a> {
    window: &'a Window,
    id: String,
}

/// A key without a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words on the keys")]
pub enum Key {
    Tab,
    ShiftTab,
    Enter,
    Space,
    Escape,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
}

impl Key {
    /// The code point, after that of a key to hold.
    fn codes(self) -> (Option<char>, char) {
        match self {
            Self::Tab => (None, '\u{e004}'),
            Self::ShiftTab => (Some('\u{e008}'), '\u{e004}'),
            Self::Enter => (None, '\u{e007}'),
            Self::Space => (None, ' '),
            Self::Escape => (None, '\u{e00c}'),
            Self::Up => (None, '\u{e013}'),
            Self::Down => (None, '\u{e015}'),
            Self::Left => (None, '\u{e012}'),
            Self::Right => (None, '\u{e014}'),
            Self::Home => (None, '\u{e011}'),
            Self::End => (None, '\u{e010}'),
        }
    }
}

impl Window {
    /// Starts `program` with a window and takes hold of it. `like` is a command whose environment
    /// the program gets.
    #[track_caller]
    pub fn open(like: &Command, program: &Path, arguments: &[&str]) -> Self {
        Self::start(
            like,
            &json!({"webkitgtk:browserOptions": {"binary": program, "args": arguments}}),
        )
    }

    /// Starts WebKitGTK's own browser, on an empty page.
    #[track_caller]
    pub fn browse(like: &Command) -> Self {
        Self::start(like, &json!({}))
    }

    #[track_caller]
    fn start(like: &Command, wanted: &Value) -> Self {
        let port = PortBlock::reserve();
        let folder = tempfile::Builder::new()
            .prefix("aco-webdriver-")
            .tempdir()
            .unwrap();
        let mut command = Command::new("WebKitWebDriver");
        command
            .arg(format!("--port={}", port.port(0)))
            .env_clear()
            .envs(
                like.get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            )
            .env("TAURI_AUTOMATION", "true")
            .env("TAURI_WEBVIEW_AUTOMATION", "true");
        let driver = Process::spawn(
            "WebKitWebDriver",
            &mut command,
            &folder.path().join("output"),
        );
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(START))
            .proxy(None)
            .build();
        let mut window = Self {
            http: config.new_agent(),
            session: format!("http://127.0.0.1:{}", port.port(0)),
            driver,
            _port: port,
            _folder: folder,
        };
        eventually(START, "the driver", || {
            window
                .http
                .get(format!("{}/status", window.session))
                .call()
                .is_ok()
        });
        let wanted = json!({"capabilities": {"alwaysMatch": wanted}});
        let answer = window.post("/session", &wanted);
        let id = answer["sessionId"].as_str().expect("a session");
        window.session = format!("{}/session/{id}", window.session);
        window
    }

    /// Loads a page, and waits until it is.
    #[track_caller]
    pub fn go_to(&self, url: &str) {
        self.post("/url", &json!({"url": url}));
    }

    /// Goes on inside a frame of the page.
    #[track_caller]
    pub fn enter_frame(&self, css: &str) {
        let frame = self.find(css).reference();
        self.post("/frame", &json!({"id": frame}));
    }

    /// Back to the page that has the frame.
    #[track_caller]
    pub fn leave_frame(&self) {
        self.post("/frame/parent", &json!({}));
    }

    /// The process that holds the driver and, below it, the window.
    pub fn driver_pid(&self) -> u32 {
        self.driver.pid()
    }

    /// What the driver and the program have written.
    pub fn output(&self) -> String {
        self.driver.output()
    }

    /// Waits for the first element that a CSS selector finds.
    #[track_caller]
    pub fn find(&self, css: &str) -> Element<'_> {
        eventually_some(SOON, css, || self.all(css).into_iter().next())
    }

    /// Waits for the first element of a CSS selector whose words contain `text`.
    #[track_caller]
    pub fn find_saying(&self, css: &str, text: &str) -> Element<'_> {
        eventually_some(SOON, &format!("{css} saying {text:?}"), || {
            let mut all = self.all(css).into_iter();
            all.find(|element| element.try_text().is_some_and(|words| words.contains(text)))
        })
    }

    /// What a CSS selector finds now.
    #[track_caller]
    pub fn all(&self, css: &str) -> Vec<Element<'_>> {
        let query = json!({"using": "css selector", "value": css});
        let found = self.post("/elements", &query);
        let ids = found.as_array().expect("elements").iter();
        ids.map(|element| self.element(element)).collect()
    }

    /// The element that has the keyboard.
    #[track_caller]
    pub fn focused(&self) -> Element<'_> {
        let element = self.get("/element/active");
        self.element(&element)
    }

    /// Waits until the page's words contain `text`.
    #[track_caller]
    pub fn wait_for_text(&self, text: &str) {
        let mut last = String::new();
        let found = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            eventually(SOON, text, || {
                last = self.text();
                last.contains(text)
            });
        }));
        assert!(
            found.is_ok(),
            "no {text:?} on the page, which says:\n{last}"
        );
    }

    /// The page's words, as they are shown.
    #[track_caller]
    pub fn text(&self) -> String {
        let text = self.run("return document.body.innerText;", &[]);
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Runs a script as the body of a function; elements and JSON go in and come out.
    #[track_caller]
    pub fn run(&self, script: &str, arguments: &[Value]) -> Value {
        self.post(
            "/execute/sync",
            &json!({"script": script, "args": arguments}),
        )
    }

    /// The same, for one that calls its last argument when it is done.
    #[track_caller]
    pub fn run_until_called(&self, script: &str, arguments: &[Value]) -> Value {
        self.post(
            "/execute/async",
            &json!({"script": script, "args": arguments}),
        )
    }

    /// Presses and releases a key, wherever the keyboard is.
    #[track_caller]
    pub fn press(&self, key: Key) {
        let (hold, key) = key.codes();
        let mut actions = Vec::new();
        actions.extend(hold.map(|hold| json!({"type": "keyDown", "value": hold})));
        actions.push(json!({"type": "keyDown", "value": key}));
        actions.push(json!({"type": "keyUp", "value": key}));
        actions.extend(hold.map(|hold| json!({"type": "keyUp", "value": hold})));
        self.act(&actions);
    }

    /// Types where the keyboard is.
    #[track_caller]
    pub fn type_text(&self, text: &str) {
        let keys = text
            .chars()
            .flat_map(|key| ["keyDown", "keyUp"].map(|what| json!({"type": what, "value": key})));
        self.act(&keys.collect::<Vec<_>>());
    }

    #[track_caller]
    fn act(&self, actions: &[Value]) {
        let keyboard = json!({"actions": [{"type": "key", "id": "keyboard", "actions": actions}]});
        self.post("/actions", &keyboard);
    }

    /// Gives the page this many of its own pixels and waits until it has them.
    #[track_caller]
    pub fn resize(&self, width: u32, height: u32) {
        let inner = || {
            let size = self.run("return [innerWidth, innerHeight];", &[]);
            [0, 1].map(|side| size[side].as_u64().expect("a size"))
        };
        let wanted = [u64::from(width), u64::from(height)];
        // The frame takes its part; once seen, it is added.
        let (mut ask_width, mut ask_height) = (width, height);
        eventually(SOON, &format!("a page of {width}×{height}"), || {
            if inner() == wanted {
                return true;
            }
            self.post(
                "/window/rect",
                &json!({"width": ask_width, "height": ask_height}),
            );
            let [has_width, has_height] = inner();
            ask_width += u32::try_from(wanted[0].saturating_sub(has_width)).unwrap();
            ask_height += u32::try_from(wanted[1].saturating_sub(has_height)).unwrap();
            false
        });
    }

    /// The page as a PNG.
    #[track_caller]
    pub fn screenshot(&self) -> Vec<u8> {
        let text = self.get("/screenshot");
        from_base64(text.as_str().expect("a picture"))
    }

    #[track_caller]
    fn element(&self, reference: &Value) -> Element<'_> {
        Element {
            window: self,
            id: reference[ELEMENT].as_str().expect("an element").to_owned(),
        }
    }

    #[track_caller]
    fn get(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.session);
        self.value(path, self.http.get(url).call())
            .unwrap_or_else(|error| panic!("{error}"))
    }

    #[track_caller]
    fn post(&self, path: &str, body: &Value) -> Value {
        self.try_post(path, body)
            .unwrap_or_else(|error| panic!("{error}"))
    }

    fn try_post(&self, path: &str, body: &Value) -> Result<Value, String> {
        let url = format!("{}{path}", self.session);
        self.value(path, self.http.post(url).send_json(body))
    }

    fn value(
        &self,
        path: &str,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<Value, String> {
        let mut answer = answer.map_err(|error| format!("{path}: {error}"))?;
        let status = answer.status();
        let body = answer.body_mut().with_config().limit(64 * 1024 * 1024);
        let mut body: Value = body
            .read_json()
            .map_err(|error| format!("{path}: {error}"))?;
        if status.is_success() {
            Ok(body["value"].take())
        } else {
            let Value::Object(error) = body["value"].take() else {
                return Err(format!("{path}: {status}"));
            };
            Err(format!("{path}: {}: {}", error["error"], error["message"]))
        }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // The driver closes the window and the processes of its page with it; killed, it would not.
        let _ = self.http.delete(&self.session).call();
    }
}

impl Element<'_> {
    /// Clicks its middle, after bringing it into view.
    #[track_caller]
    pub fn click(&self) {
        self.window.post(&self.path("click"), &json!({}));
    }

    /// Types into it.
    #[track_caller]
    pub fn type_text(&self, text: &str) {
        self.window
            .post(&self.path("value"), &json!({"text": text}));
    }

    /// Empties a field.
    #[track_caller]
    pub fn clear(&self) {
        self.window.post(&self.path("clear"), &json!({}));
    }

    /// Its words, as they are shown.
    #[track_caller]
    pub fn text(&self) -> String {
        let text = self.window.get(&self.path("text"));
        text.as_str().unwrap_or_default().to_owned()
    }

    /// The same; nothing when it is no longer there.
    fn try_text(&self) -> Option<String> {
        let script = json!({
            "script": "return arguments[0].isConnected ? arguments[0].innerText : null;",
            "args": [self.reference()],
        });
        let text = self.window.try_post("/execute/sync", &script).ok()?;
        text.as_str().map(str::to_owned)
    }

    /// The value of an attribute.
    #[track_caller]
    pub fn attribute(&self, name: &str) -> Option<String> {
        let value = self.window.get(&self.path(&format!("attribute/{name}")));
        value.as_str().map(str::to_owned)
    }

    /// What a screen reader calls it.
    #[track_caller]
    pub fn label(&self) -> String {
        let label = self.window.get(&self.path("computedlabel"));
        label.as_str().unwrap_or_default().to_owned()
    }

    /// For scripts.
    pub fn reference(&self) -> Value {
        json!({ ELEMENT: self.id })
    }

    fn path(&self, what: &str) -> String {
        format!("/element/{}/{what}", self.id)
    }
}

/// RFC 4648's usual alphabet, as the driver writes pictures.
#[track_caller]
fn from_base64(text: &str) -> Vec<u8> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        other => panic!("{other} is no base64"),
    };
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let digits: Vec<u8> = text
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=')
        .map(digit)
        .collect();
    for group in digits.chunks(4) {
        let joined = group
            .iter()
            .fold(0_u32, |all, digit| all << 6 | u32::from(*digit));
        let joined = joined << (6 * (4 - group.len()));
        let whole = joined.to_be_bytes();
        bytes.extend(&whole[1..group.len()]);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::from_base64;

    #[test]
    fn pictures_come_out_as_they_went_in() {
        for (text, bytes) in [
            ("", b"".as_slice()),
            ("Zg==", b"f"),
            ("Zm8=", b"fo"),
            ("Zm9v", b"foo"),
            ("Zm9vYg==", b"foob"),
            ("+/+/", &[0xfb, 0xff, 0xbf]),
        ] {
            assert_eq!(from_base64(text), bytes, "{text}");
        }
    }
}

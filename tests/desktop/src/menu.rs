//! A tray icon's menu, read and clicked over the bus as a panel does it (com.canonical.dbusmenu).

use std::collections::HashMap;
use std::time::Duration;

use aco_e2e::eventually_some;
use zbus::blocking::{Connection, Proxy};
use zbus::zvariant::{OwnedValue, Value};

const INTERFACE: &str = "com.canonical.dbusmenu";
/// From a click or a change to what the menu shows of it.
const SOON: Duration = Duration::from_secs(20);

/// One entry: `(id, properties, children)` on the bus.
type Raw = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

/// A menu that a program exports.
#[derive(Clone, Debug)]
pub struct Menu {
    proxy: Proxy<'static>,
}

/// An entry of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it says, without the mark of its access key; empty for a line.
    pub label: String,
    /// Whether it can be clicked.
    pub enabled: bool,
    /// For entries with a tick, whether it is set.
    pub ticked: Option<bool>,
    /// The menu behind it.
    pub children: Vec<Entry>,
    id: i32,
}

impl Menu {
    #[track_caller]
    pub(crate) fn new(connection: &Connection, owner: &str, path: &str) -> Self {
        let proxy = Proxy::new(connection, owner.to_owned(), path.to_owned(), INTERFACE);
        Self {
            proxy: proxy.expect("the menu's program"),
        }
    }

    /// Its entries as they are now, lines between them left out.
    ///
    /// Empty when the program is putting the menu together at this moment.
    pub fn entries(&self) -> Vec<Entry> {
        let no_filter: &[&str] = &[];
        let answer: zbus::Result<(u32, Raw)> =
            self.proxy.call("GetLayout", &(0_i32, -1_i32, no_filter));
        let Ok((_, (_, _, children))) = answer else {
            return Vec::new();
        };
        entries(children)
    }

    /// What it says, level by level: `Pause Shipping` and below it `Pause Shipping > 1 Hour`.
    pub fn labels(&self) -> Vec<String> {
        fn walk(entries: &[Entry], above: &str, found: &mut Vec<String>) {
            for entry in entries {
                let path = format!("{above}{}", entry.label);
                walk_into(entry, &path, found);
            }
        }
        fn walk_into(entry: &Entry, path: &str, found: &mut Vec<String>) {
            found.push(path.to_owned());
            walk(&entry.children, &format!("{path} > "), found);
        }
        let mut found = Vec::new();
        walk(&self.entries(), "", &mut found);
        found
    }

    /// Waits for an entry; each of `path` is the beginning of a label, and what follows it is behind
    /// that entry.
    #[track_caller]
    pub fn wait_for(&self, path: &[&str]) -> Entry {
        let what = format!("the menu entry {path:?}");
        let mut last = Vec::new();
        let found = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            eventually_some(SOON, &what, || {
                last = self.entries();
                find(&last, path).cloned()
            })
        }));
        found.unwrap_or_else(|_| panic!("no {what}; the menu says {:#?}", self.labels()))
    }

    /// Clicks an entry, once it is there and can be clicked.
    ///
    /// Between the look and the click the program may have put another menu in its place, whose
    /// entries have other numbers; that click hits nothing, and another follows.
    #[track_caller]
    pub fn click(&self, path: &[&str]) {
        eventually_some(SOON, &format!("{path:?} to be clicked"), || {
            let entry = self.wait_for(path);
            if !entry.enabled {
                return None;
            }
            let click = (entry.id, "clicked", Value::from(0_i32), 0_u32);
            let answer: zbus::Result<()> = self.proxy.call("Event", &click);
            // It may end the program before that has answered.
            (answer.is_ok() || path[0].starts_with("Quit")).then_some(())
        });
    }
}

fn find<'a>(entries: &'a [Entry], path: &[&str]) -> Option<&'a Entry> {
    let (first, rest) = path.split_first()?;
    let entry = entries
        .iter()
        .find(|entry| entry.label.starts_with(first))?;
    if rest.is_empty() {
        Some(entry)
    } else {
        find(&entry.children, rest)
    }
}

fn entries(children: Vec<OwnedValue>) -> Vec<Entry> {
    children
        .into_iter()
        .filter_map(|child| Raw::try_from(child).ok())
        .filter_map(entry)
        .collect()
}

/// `None` for a line, and for what is not shown.
fn entry((id, properties, children): Raw) -> Option<Entry> {
    let flag = |name: &str| {
        properties
            .get(name)
            .and_then(|value| bool::try_from(value).ok())
    };
    let text = |name: &str| {
        let value = properties.get(name)?;
        <&str>::try_from(value).ok().map(str::to_owned)
    };
    if text("type").as_deref() == Some("separator") || flag("visible") == Some(false) {
        return None;
    }
    let ticked = text("toggle-type")
        .filter(|kind| !kind.is_empty())
        .map(|_| {
            let state = properties.get("toggle-state");
            state.and_then(|value| i32::try_from(value).ok()) == Some(1)
        });
    Some(Entry {
        label: without_access_key(&text("label").unwrap_or_default()),
        enabled: flag("enabled").unwrap_or(true),
        ticked,
        children: entries(children),
        id,
    })
}

/// `_Open` is Open with a mark; `__` is an underscore.
fn without_access_key(label: &str) -> String {
    label
        .split("__")
        .map(|part| part.replace('_', ""))
        .collect::<Vec<_>>()
        .join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(label: &str) -> Entry {
        Entry {
            label: label.to_owned(),
            enabled: true,
            ticked: None,
            children: Vec::new(),
            id: 0,
        }
    }

    #[test]
    fn an_entry_is_found_by_the_beginning_of_its_words() {
        let mut pause = leaf("Pause Shipping");
        pause.children = vec![leaf("1 Hour"), leaf("Until Tomorrow")];
        let menu = [leaf("Today $1.25 API value"), pause];
        assert_eq!(
            find(&menu, &["Today"]).unwrap().label,
            "Today $1.25 API value"
        );
        assert!(find(&menu, &["Pause", "Until"]).is_some());
        assert!(find(&menu, &["Today", "Until"]).is_none());
    }

    #[test]
    fn marks_of_access_keys_are_no_words() {
        assert_eq!(without_access_key("_Quit"), "Quit");
        assert_eq!(without_access_key("a__b _c"), "a_b c");
    }
}

//! The icon and its menu, by Tauri. On the main thread alone.

use crate::platform;
use crate::tray::controller::{Drawing, Event};
use crate::tray::pictures;
use aco_tray::{Command, Entry};
use tauri::image::Image;
use tauri::menu::{
    CheckMenuItem, CheckMenuItemBuilder, IsMenuItem, Menu, MenuItem, MenuItemBuilder,
    PredefinedMenuItem, Submenu, SubmenuBuilder,
};
use tauri::tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Wry};
use tokio::sync::mpsc;

/// Names the icon on the bus, among others of this program's.
const ID: &str = "main";

/// A side of the icon in points, where the desktop's scale is 1.
const POINTS: f64 = if cfg!(windows) {
    16.0
} else if cfg!(target_os = "macos") {
    18.0
} else {
    22.0
};

/// What is on the screen.
pub(crate) struct Drawn {
    app: AppHandle,
    tray: TrayIcon<Wry>,
    drawing: Drawing,
    items: Vec<Drawable>,
}

/// A line of the menu that can change.
enum Drawable {
    Words(MenuItem<Wry>),
    Item(MenuItem<Wry>),
    Check(CheckMenuItem<Wry>),
    Submenu(Submenu<Wry>, Vec<Drawable>),
    Separator(PredefinedMenuItem<Wry>),
}

impl Drawn {
    /// Puts the icon there. Clicks become events.
    pub(crate) fn new(
        app: &AppHandle,
        drawing: Drawing,
        events: &mpsc::Sender<Event>,
    ) -> tauri::Result<Self> {
        let items = build(app, &drawing.menu)?;
        let (clicked, icon_clicked) = (events.clone(), events.clone());
        let tray = TrayIconBuilder::with_id(ID)
            .icon(picture(app, &drawing)?)
            .icon_as_template(drawing.icon.ground == aco_tray::Ground::Template)
            .tooltip(&drawing.words)
            .menu(&assemble(app, &items)?)
            .show_menu_on_left_click(!platform::CLICK_OPENS_WINDOW)
            .on_menu_event(move |_, event| {
                if let Some(command) = Command::from_id(event.id().as_ref()) {
                    tell(&clicked, Event::Clicked(command));
                }
            })
            .on_tray_icon_event(move |_, event| {
                let is_click = matches!(
                    event,
                    TrayIconEvent::Click {
                        button: MouseButton::Left,
                        button_state: MouseButtonState::Up,
                        ..
                    }
                );
                if is_click && platform::CLICK_OPENS_WINDOW {
                    tell(&icon_clicked, Event::IconClicked);
                }
            })
            .build(app)?;
        Ok(Self {
            app: app.clone(),
            tray,
            drawing,
            items,
        })
    }

    /// Changes what differs. A menu of another shape is built again; one that is open and keeps its
    /// shape stays open.
    pub(crate) fn change(&mut self, drawing: Drawing, anew: bool) -> tauri::Result<()> {
        if self.drawing.icon != drawing.icon {
            let template = drawing.icon.ground == aco_tray::Ground::Template;
            self.tray
                .set_icon_with_as_template(Some(picture(&self.app, &drawing)?), template)?;
        }
        if self.drawing.words != drawing.words {
            self.tray.set_tooltip(Some(&drawing.words))?;
        }
        if anew || !same_shape(&self.drawing.menu, &drawing.menu) {
            let items = build(&self.app, &drawing.menu)?;
            self.tray.set_menu(Some(assemble(&self.app, &items)?))?;
            self.items = items;
        } else {
            revise(&self.items, &self.drawing.menu, &drawing.menu)?;
        }
        self.drawing = drawing;
        Ok(())
    }
}

fn tell(events: &mpsc::Sender<Event>, event: Event) {
    // The main thread must not wait; a loop that has 64 events before it has ended.
    if let Err(error) = events.try_send(event) {
        log::warn!(target: "aco::tray", "a click was lost: {error}");
    }
}

/// For the sharpest monitor: smaller is drawn well by every panel, larger by none.
fn picture(app: &AppHandle, drawing: &Drawing) -> tauri::Result<Image<'static>> {
    let scales = app.available_monitors().unwrap_or_default();
    let scale = scales
        .iter()
        .map(tauri::Monitor::scale_factor)
        .fold(1.0, f64::max);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a few dozen pixels"
    )]
    let pixels = (POINTS * scale).round() as u32;
    Image::from_bytes(pictures::png(drawing.icon, pixels))
}

fn build(app: &AppHandle, entries: &[Entry]) -> tauri::Result<Vec<Drawable>> {
    let lines = entries.iter().map(|entry| {
        Ok(match entry {
            Entry::Words(text) => Drawable::Words(
                MenuItemBuilder::new(label(text))
                    .enabled(false)
                    .build(app)?,
            ),
            Entry::Item {
                command,
                label: text,
                enabled,
            } => Drawable::Item(
                MenuItemBuilder::with_id(command.id(), label(text))
                    .enabled(*enabled)
                    .build(app)?,
            ),
            Entry::Check {
                command,
                label: text,
                checked,
                enabled,
            } => Drawable::Check(
                CheckMenuItemBuilder::with_id(command.id(), label(text))
                    .checked(*checked)
                    .enabled(*enabled)
                    .build(app)?,
            ),
            Entry::Submenu {
                label: text,
                enabled,
                entries,
            } => {
                let items = build(app, entries)?;
                let submenu = SubmenuBuilder::new(app, label(text))
                    .enabled(*enabled)
                    .build()?;
                submenu.append_items(&references(&items))?;
                Drawable::Submenu(submenu, items)
            }
            Entry::Separator => Drawable::Separator(PredefinedMenuItem::separator(app)?),
        })
    });
    lines.collect()
}

fn assemble(app: &AppHandle, items: &[Drawable]) -> tauri::Result<Menu<Wry>> {
    let menu = Menu::new(app)?;
    menu.append_items(&references(items))?;
    Ok(menu)
}

fn references(items: &[Drawable]) -> Vec<&dyn IsMenuItem<Wry>> {
    let references = items.iter().map(|item| -> &dyn IsMenuItem<Wry> {
        match item {
            Drawable::Words(item) | Drawable::Item(item) => item,
            Drawable::Check(item) => item,
            Drawable::Submenu(item, _) => item,
            Drawable::Separator(item) => item,
        }
    });
    references.collect()
}

/// Whether the lines are of the same kinds and ask for the same.
fn same_shape(one: &[Entry], other: &[Entry]) -> bool {
    let same = |(one, other): (&Entry, &Entry)| match (one, other) {
        (Entry::Words(_), Entry::Words(_)) | (Entry::Separator, Entry::Separator) => true,
        (Entry::Item { command: a, .. }, Entry::Item { command: b, .. })
        | (Entry::Check { command: a, .. }, Entry::Check { command: b, .. }) => a == b,
        (Entry::Submenu { entries: a, .. }, Entry::Submenu { entries: b, .. }) => same_shape(a, b),
        _ => false,
    };
    one.len() == other.len() && one.iter().zip(other).all(same)
}

fn revise(items: &[Drawable], before: &[Entry], now: &[Entry]) -> tauri::Result<()> {
    for ((item, before), now) in items.iter().zip(before).zip(now) {
        if before == now {
            continue;
        }
        match (item, now) {
            (Drawable::Words(item), Entry::Words(text)) => item.set_text(label(text))?,
            (
                Drawable::Item(item),
                Entry::Item {
                    label: text,
                    enabled,
                    ..
                },
            ) => {
                item.set_text(label(text))?;
                item.set_enabled(*enabled)?;
            }
            (
                Drawable::Check(item),
                Entry::Check {
                    label: text,
                    checked,
                    enabled,
                    ..
                },
            ) => {
                item.set_text(label(text))?;
                item.set_checked(*checked)?;
                item.set_enabled(*enabled)?;
            }
            (
                Drawable::Submenu(item, items),
                Entry::Submenu {
                    label: text,
                    enabled,
                    entries,
                },
            ) => {
                item.set_text(label(text))?;
                item.set_enabled(*enabled)?;
                if let Entry::Submenu { entries: old, .. } = before {
                    revise(items, old, entries)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// An ampersand names the key of an entry; ours have none.
fn label(text: &str) -> String {
    text.replace('&', "&&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(command: Command, label: &str) -> Entry {
        Entry::Item {
            command,
            label: label.to_owned(),
            enabled: true,
        }
    }

    #[test]
    fn other_words_keep_the_shape_and_other_commands_do_not() {
        let submenu = |label: &str, entries| Entry::Submenu {
            label: label.to_owned(),
            enabled: true,
            entries,
        };
        let menu = [
            item(Command::Open, "a"),
            submenu("b", vec![Entry::Separator]),
        ];
        let renamed = [
            item(Command::Open, "x"),
            submenu("y", vec![Entry::Separator]),
        ];
        assert!(same_shape(&menu, &renamed));
        let others = [
            vec![
                item(Command::Quit, "a"),
                submenu("b", vec![Entry::Separator]),
            ],
            vec![item(Command::Open, "a"), submenu("b", vec![])],
            vec![item(Command::Open, "a"), Entry::Separator],
            vec![item(Command::Open, "a")],
        ];
        for other in others {
            assert!(!same_shape(&menu, &other), "{other:?}");
        }
    }

    #[test]
    fn no_letter_of_a_label_becomes_its_key() {
        assert_eq!(label("Read & Write"), "Read && Write");
    }
}

//! The least a Tauri program with a tray can be: an icon, a menu of two entries, a window with a
//! few words. What the product's memory and times are measured against, in the same run.
//!
//! Nothing of ours may enter: whatever the product adds shows as the difference. Its window is made
//! on demand and destroyed when closed, as Tauri's own examples do it.

#![allow(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a measuring stick may fail loudly"
)]

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("measured by Linux's own accounting (/proc); run it there");
    std::process::exit(2);
}

#[cfg(target_os = "linux")]
fn main() {
    // Its window alone: for tests of the harness, which drive a window from its start on.
    let is_window = std::env::args().any(|argument| argument == "--window");
    let app = tauri::Builder::default()
        .setup(move |app| {
            if is_window {
                open(app.handle())?;
            } else {
                tray(app.handle())?;
            }
            Ok(())
        })
        .build(tauri::generate_context!())
        .expect("a display and the webview's libraries");
    app.run(move |_, event| {
        if let tauri::RunEvent::ExitRequested {
            code: None, api, ..
        } = event
            && !is_window
        {
            api.prevent_exit();
        }
    });
}

#[cfg(target_os = "linux")]
fn tray(app: &tauri::AppHandle) -> tauri::Result<()> {
    use tauri::menu::{Menu, MenuItem};

    let menu = Menu::with_items(
        app,
        &[
            &MenuItem::with_id(app, "open", "Open Minimal", true, None::<&str>)?,
            &MenuItem::with_id(app, "quit", "Quit Minimal", true, None::<&str>)?,
        ],
    )?;
    let mut tray = tauri::tray::TrayIconBuilder::with_id("minimal")
        .menu(&menu)
        .on_menu_event(|app, event| match event.id().as_ref() {
            "open" => open(app).expect("a window"),
            "quit" => app.exit(0),
            _ => {}
        });
    if let Some(icon) = app.default_window_icon() {
        tray = tray.icon(icon.clone());
    }
    tray.build(app)?;
    Ok(())
}

#[cfg(target_os = "linux")]
fn open(app: &tauri::AppHandle) -> tauri::Result<()> {
    tauri::WebviewWindowBuilder::new(app, "main", tauri::WebviewUrl::default())
        .title("Minimal")
        .inner_size(760.0, 540.0)
        .build()?;
    Ok(())
}

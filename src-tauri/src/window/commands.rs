//! The commands, by name: each hands its arguments to the session and does nothing else.
//!
//! What is not in this list is refused by Tauri before it comes here, and so is what the capability
//! does not name (`capabilities/window.json`).

use crate::window::session::Session;
use aco_ipc::Secret;
use aco_window::{
    Change, FirstRunChoice, FirstRunView, Grouping, LogFilter, LogPage, Opening, PauseChoice,
    Problem, Range, SettingsView, SpendView, StatusView, Subscription,
};
use std::sync::Arc;
use tauri::{AppHandle, Manager as _, Runtime, State};

type Shared<'a> = State<'a, Arc<Session>>;

/// All of them, for the builder.
macro_rules! handler {
    () => {
        tauri::generate_handler![
            crate::window::commands::opening,
            crate::window::commands::status,
            crate::window::commands::pause,
            crate::window::commands::resume,
            crate::window::commands::try_now,
            crate::window::commands::acknowledge_dropped,
            crate::window::commands::send_kept,
            crate::window::commands::open_grafana,
            crate::window::commands::open_config,
            crate::window::commands::open_log_folder,
            crate::window::commands::show_quarantine,
            crate::window::commands::start_agent,
            crate::window::commands::follow_logs,
            crate::window::commands::took_logs,
            crate::window::commands::stop_logs,
            crate::window::commands::older_logs,
            crate::window::commands::spend,
            crate::window::commands::stop_spend,
            crate::window::commands::update_prices,
            crate::window::commands::settings,
            crate::window::commands::check_settings,
            crate::window::commands::change_settings,
            crate::window::commands::change_subscriptions,
            crate::window::commands::set_token,
            crate::window::commands::clear_token,
            crate::window::commands::test_connection,
            crate::window::commands::stop_test,
            crate::window::commands::first_run,
            crate::window::commands::try_first_run,
            crate::window::commands::finish_first_run,
            crate::window::commands::skip_first_run,
            crate::window::commands::quit,
        ]
    };
}
pub(crate) use handler;

#[tauri::command]
pub(crate) async fn opening<R: Runtime>(
    app: AppHandle<R>,
    session: Shared<'_>,
) -> Result<Opening, Problem> {
    // The page can be drawn now; before, an empty window would stand there.
    if let Some(window) = app.get_webview_window(super::LABEL) {
        let _ = window.show();
        let _ = window.set_focus();
    }
    Ok(session.opening())
}

#[tauri::command]
pub(crate) async fn status(session: Shared<'_>) -> Result<StatusView, Problem> {
    session.status()
}

#[tauri::command]
pub(crate) async fn pause(session: Shared<'_>, choice: PauseChoice) -> Result<(), Problem> {
    session.pause(choice).await
}

#[tauri::command]
pub(crate) async fn resume(session: Shared<'_>) -> Result<(), Problem> {
    session.resume().await
}

#[tauri::command]
pub(crate) async fn try_now(session: Shared<'_>) -> Result<(), Problem> {
    session.try_now().await
}

#[tauri::command]
pub(crate) async fn acknowledge_dropped(session: Shared<'_>) -> Result<(), Problem> {
    session.acknowledge_dropped().await
}

#[tauri::command]
pub(crate) async fn send_kept(session: Shared<'_>, send: bool) -> Result<(), Problem> {
    session.send_kept(send).await
}

#[tauri::command]
pub(crate) async fn open_grafana(session: Shared<'_>, at: Option<String>) -> Result<(), Problem> {
    session.open_grafana(at).await
}

#[tauri::command]
pub(crate) async fn open_config(session: Shared<'_>) -> Result<(), Problem> {
    session.open_config()
}

#[tauri::command]
pub(crate) async fn open_log_folder(session: Shared<'_>) -> Result<(), Problem> {
    session.open_log_folder()
}

#[tauri::command]
pub(crate) async fn show_quarantine(session: Shared<'_>) -> Result<(), Problem> {
    session.show_quarantine()
}

#[tauri::command]
pub(crate) async fn start_agent(session: Shared<'_>) -> Result<(), Problem> {
    session.start_agent()
}

#[tauri::command]
pub(crate) async fn follow_logs(session: Shared<'_>, filter: LogFilter) -> Result<u32, Problem> {
    Ok(session.follow_logs(filter))
}

#[tauri::command]
pub(crate) async fn took_logs(session: Shared<'_>, follow: u32) -> Result<(), Problem> {
    session.took_logs(follow);
    Ok(())
}

#[tauri::command]
pub(crate) async fn stop_logs(session: Shared<'_>) -> Result<(), Problem> {
    session.stop_logs();
    Ok(())
}

#[tauri::command]
pub(crate) async fn older_logs(
    session: Shared<'_>,
    filter: LogFilter,
    before: Option<String>,
) -> Result<LogPage, Problem> {
    session.older_logs(filter, before).await
}

#[tauri::command]
pub(crate) async fn spend(
    session: Shared<'_>,
    range: Range,
    by: Grouping,
) -> Result<SpendView, Problem> {
    session.spend(range, by).await
}

#[tauri::command]
pub(crate) async fn stop_spend(session: Shared<'_>) -> Result<(), Problem> {
    session.stop_spend();
    Ok(())
}

#[tauri::command]
pub(crate) async fn update_prices(session: Shared<'_>) -> Result<String, Problem> {
    session.update_prices().await
}

#[tauri::command]
pub(crate) async fn settings(session: Shared<'_>) -> Result<SettingsView, Problem> {
    session.settings().await
}

#[tauri::command]
pub(crate) async fn check_settings(
    session: Shared<'_>,
    changes: Vec<Change>,
) -> Result<SettingsView, Problem> {
    session.check_settings(changes).await
}

#[tauri::command]
pub(crate) async fn change_settings(
    session: Shared<'_>,
    changes: Vec<Change>,
) -> Result<SettingsView, Problem> {
    session.change_settings(changes).await
}

#[tauri::command]
pub(crate) async fn change_subscriptions(
    session: Shared<'_>,
    rows: Vec<Subscription>,
) -> Result<SettingsView, Problem> {
    session.change_subscriptions(rows).await
}

#[tauri::command]
pub(crate) async fn set_token(session: Shared<'_>, token: Secret) -> Result<SettingsView, Problem> {
    session.set_token(token).await
}

#[tauri::command]
pub(crate) async fn clear_token(session: Shared<'_>) -> Result<SettingsView, Problem> {
    session.clear_token().await
}

#[tauri::command]
pub(crate) async fn test_connection(session: Shared<'_>) -> Result<(), Problem> {
    session.test_connection();
    Ok(())
}

#[tauri::command]
pub(crate) async fn stop_test(session: Shared<'_>) -> Result<(), Problem> {
    session.stop_test();
    Ok(())
}

#[tauri::command]
pub(crate) async fn first_run(session: Shared<'_>) -> Result<FirstRunView, Problem> {
    session.first_run().await
}

#[tauri::command]
pub(crate) async fn try_first_run(
    session: Shared<'_>,
    choice: FirstRunChoice,
) -> Result<FirstRunView, Problem> {
    session.try_first_run(choice).await
}

#[tauri::command]
pub(crate) async fn finish_first_run(
    session: Shared<'_>,
    choice: FirstRunChoice,
) -> Result<Option<FirstRunView>, Problem> {
    session.finish_first_run(choice).await
}

#[tauri::command]
pub(crate) async fn skip_first_run(session: Shared<'_>) -> Result<(), Problem> {
    session.skip_first_run();
    Ok(())
}

#[tauri::command]
pub(crate) async fn quit<R: Runtime>(app: AppHandle<R>) -> Result<(), Problem> {
    // Whoever started the window knows this answer.
    app.exit(i32::from(super::QUIT));
    Ok(())
}

#[cfg(test)]
#[path = "commands_tests.rs"]
mod tests;

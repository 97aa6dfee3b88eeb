//! What the window may ask and what it is told: the one list of commands and events. The program
//! answers exactly these (its permissions are tested against this list), and the TypeScript side is
//! written from it.

/// A command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command {
    /// Its name.
    pub name: &'static str,
    /// Its arguments, as a TypeScript type.
    pub takes: &'static str,
    /// Its answer, as a TypeScript type. A refusal is a [`Problem`](crate::Problem).
    pub gives: &'static str,
    /// What it does.
    pub does: &'static str,
}

const fn command(
    name: &'static str,
    takes: &'static str,
    gives: &'static str,
    does: &'static str,
) -> Command {
    Command {
        name,
        takes,
        gives,
        does,
    }
}

/// Every command there is.
pub const COMMANDS: &[Command] = &[
    command(
        "opening",
        "{}",
        "Opening",
        "What the window begins with. Events are sent from here on.",
    ),
    command("status", "{}", "StatusView", "The Status view."),
    command(
        "pause",
        "{ choice: PauseChoice }",
        "null",
        "Nothing leaves the machine any more.",
    ),
    command("resume", "{}", "null", "Ships again."),
    command(
        "try_now",
        "{}",
        "null",
        "Tries the endpoint now rather than at the next attempt.",
    ),
    command(
        "acknowledge_dropped",
        "{}",
        "null",
        "The user has seen that records were dropped.",
    ),
    command(
        "send_kept",
        "{ send: boolean }",
        "null",
        "Whether what was recorded before there was an endpoint is sent.",
    ),
    command(
        "open_grafana",
        "{ at: string | null }",
        "null",
        "Opens Grafana in the browser; with a line's `at`, this host five minutes around it.",
    ),
    command(
        "open_config",
        "{}",
        "null",
        "Opens config.toml in the user's editor.",
    ),
    command(
        "open_log_folder",
        "{}",
        "null",
        "Opens the folder of the local log.",
    ),
    command(
        "show_quarantine",
        "{}",
        "null",
        "Opens the folder of the records that were refused for good.",
    ),
    command(
        "start_agent",
        "{}",
        "null",
        "Starts the tray application, hidden, when no agent runs.",
    ),
    command(
        "follow_logs",
        "{ filter: LogFilter }",
        "number",
        "Begins to send `logs`, the recent lines first, and gives the number these batches bear.",
    ),
    command(
        "took_logs",
        "{ follow: number }",
        "null",
        "The last batch is drawn: the next one may come. Without it none does.",
    ),
    command("stop_logs", "{}", "null", "No more `logs`."),
    command(
        "older_logs",
        "{ filter: LogFilter; before: string | null }",
        "LogPage",
        "Lines from the file: those before `LogPage.before`, or older than the `at` of a shown line.",
    ),
    command(
        "spend",
        "{ range: Range; by: Grouping }",
        "SpendView",
        "The Spend view; `spend` follows when its figures change.",
    ),
    command("stop_spend", "{}", "null", "No more `spend`."),
    command(
        "update_prices",
        "{}",
        "string",
        "Looks for newer prices, and says what came of it.",
    ),
    command("settings", "{}", "SettingsView", "The Settings view."),
    command(
        "check_settings",
        "{ changes: Change[] }",
        "SettingsView",
        "The view as it would be, errors beside the fields; nothing is changed.",
    ),
    command(
        "change_settings",
        "{ changes: Change[] }",
        "SettingsView",
        "Changes them unless one is not accepted; then none is.",
    ),
    command(
        "change_subscriptions",
        "{ rows: Subscription[] }",
        "SettingsView",
        "Replaces the list of fees unless one is not accepted.",
    ),
    command(
        "set_token",
        "{ token: string }",
        "SettingsView",
        "Stores the token for the endpoint.",
    ),
    command("clear_token", "{}", "SettingsView", "Forgets the token."),
    command(
        "test_connection",
        "{}",
        "null",
        "Begins the test; `test` follows after each step.",
    ),
    command("stop_test", "{}", "null", "Ends it."),
    command("first_run", "{}", "FirstRunView", "The first run."),
    command(
        "try_first_run",
        "{ choice: FirstRunChoice }",
        "FirstRunView",
        "Saves the endpoint and the token and begins the test, unless they are not accepted.",
    ),
    command(
        "finish_first_run",
        "{ choice: FirstRunChoice }",
        "FirstRunView | null",
        "Saves what was chosen; null when that is done, else the view with what is not accepted.",
    ),
    command(
        "skip_first_run",
        "{}",
        "null",
        "Saves nothing and does not ask again.",
    ),
    command(
        "quit",
        "{}",
        "null",
        "Ends the whole program, its agent too: for a desktop without a tray to do it in.",
    ),
];

/// An event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its name.
    pub name: &'static str,
    /// What it carries, as a TypeScript type.
    pub carries: &'static str,
    /// When it is sent.
    pub when: &'static str,
}

const fn event(name: &'static str, carries: &'static str, when: &'static str) -> Event {
    Event {
        name,
        carries,
        when,
    }
}

/// Every event there is.
pub const EVENTS: &[Event] = &[
    event(
        "shell",
        "Shell",
        "The sidebar or the connection has changed.",
    ),
    event(
        "status",
        "StatusView",
        "The Status view has changed, its times included; at most once a second.",
    ),
    event(
        "logs",
        "LogBatch",
        "New lines or marks; at most ten a second.",
    ),
    event(
        "spend",
        "SpendView",
        "The figures of the range last asked for have changed.",
    ),
    event(
        "settings",
        "SettingsView",
        "The settings were changed elsewhere.",
    ),
    event("test", "TestView", "A step of the test has passed."),
    event("go", "View", "Somebody asked for this view from outside."),
];

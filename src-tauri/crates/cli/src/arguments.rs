//! What can be typed.

use aco_domain::{LineLevel, ToolId};
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Watches AI tools and ships what it sees to your own Collector. Nothing is lost on the way.
#[derive(Debug, Parser)]
#[command(name = "aco", version, max_term_width = 100, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  aco run                               the agent, until Ctrl-C
  aco token set < token.txt             keep the token for the configured endpoint
  aco status                            is everything arriving?
  aco doctor                            if not, why not, and what to do
  aco report --since 7d                 what was used, and what does it cost?
  aco logs --follow --level warn        what is going wrong, as it happens
  aco pause --for 1h                    nothing leaves this machine for an hour

Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.
Everything lies in the folder `aco config path` names; ACO_HOME puts it elsewhere.";

const REPORTS: &str = "\
Examples:
  aco report                                day by day, all history
  aco report --by month                     month by month
  aco report --by model --since 7d          the last days, dearest model first
  aco report --since 2026-01 --until 2026-01 --csv
  aco report --json | jq .totals.cost_usd

Days: 2026-01-31, 2026-01 (its first or last day), today, yesterday, 7d (so many days ago), 2w.
Both --since and --until are included.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the agent without a display, until Ctrl-C or SIGTERM
    #[command(after_help = "\
Examples:
  aco run                     until Ctrl-C or SIGTERM
  aco run --once              from a timer: look, ship, exit
  ACO_HOME=/srv/aco aco run   with everything below another folder")]
    Run {
        /// Look once, ship what can be shipped within five seconds, and exit
        #[arg(long)]
        once: bool,
    },
    /// Say how it goes: state, endpoint, last answer, what waits, what was lost
    #[command(after_help = "\
Examples:
  aco status                  for people
  aco status --json           for scripts
  aco status --acknowledge    dropped records were seen")]
    Status {
        /// One JSON object; its fields are stable
        #[arg(long)]
        json: bool,
        /// Dismiss the notice about dropped records
        #[arg(long)]
        acknowledge: bool,
    },
    /// Examine the way to the backend, step by step, and say what to do
    ///
    /// Looks at configuration, token, name, connection, TLS, protocol and answer; the first failure
    /// ends it. Sends two test records, one of now and one ten years old, to a stream of their own
    /// (service.name=ai-cost-observer-doctor): the second is to be refused, and in whose words tells
    /// whose the answers are. While shipping is paused nothing is sent.
    #[command(after_help = "\
Examples:
  aco doctor                  for people
  aco doctor --json           for scripts

Exit codes: 0 all is well, 1 something is wrong, 2 the configuration is.")]
    Doctor {
        /// One JSON object, when all is done; its fields are stable
        #[arg(long)]
        json: bool,
    },
    /// Show recent local records
    #[command(after_help = "\
Examples:
  aco logs -n 50              the last 50 lines
  aco logs -f --level warn    trouble, as it happens")]
    Logs(Logs),
    /// Open Grafana Explore at this machine's records
    ///
    /// Grafana's address and the uid of its Loki data source stand under `[grafana]` in config.toml.
    #[command(after_help = "\
Examples:
  aco open                                    the last hour of this machine
  aco open --from 2026-01-31 --to 2026-01-31  one day
  aco open --query '{service_name=\"ai-cost-observer\"} | tool_name=\"ollama\"' --from 7d
  aco open --print                            only the link

A time is 1h or now-1h (ago), 2026-01-31, 2026-01-31T14:30 (local) or 2026-01-31T14:30:00Z.")]
    Open(Open),
    /// Stop everything from leaving this machine; recording goes on
    #[command(after_help = "\
Examples:
  aco pause                   until `aco resume`
  aco pause --for 1h          resumes by itself")]
    Pause {
        /// Resume by itself after this long: 30m, 1h, 2h 30m
        #[arg(long = "for", value_name = "DURATION", value_parser = duration)]
        for_: Option<std::time::Duration>,
    },
    /// Ship again, the backlog first
    Resume,
    /// Where the configuration is, what is in force, whether it is valid
    #[command(subcommand)]
    #[command(after_help = "\
Examples:
  aco config check            exit code 2 when something is wrong
  aco config show             every value and where it came from")]
    Config(Config),
    /// Keep, forget or look for the bearer token
    #[command(subcommand)]
    #[command(after_help = "\
Examples:
  aco token set < token.txt   from a file
  aco token set               typed, and not shown
  aco token status            whether one is sent, and where to")]
    Token(Token),
    /// Run the agent at each login, without a tray
    ///
    /// For machines without a display, or for those who want no tray. It needs no root and concerns
    /// this user alone: a unit of systemd's user manager on Linux, a launch agent on macOS, a value of
    /// the user's Run key on Windows. An agent that runs already keeps the home; this one takes over
    /// when it ends (on Windows: at the next logon). Of the environment only ACO_HOME goes with it
    /// (on Linux XDG_CONFIG_HOME and XDG_DATA_HOME too): everything else belongs into config.toml.
    #[command(subcommand)]
    #[command(after_help = "\
Examples:
  aco service install         now, and at each login; a second time updates it
  aco service install --print only show what would be written and run
  aco service remove          as if it had never been installed")]
    Service(Service),
    /// Prepare a backend of your own
    #[command(subcommand)]
    #[command(after_help = "\
Examples:
  aco stack init                    in a clone: .env and token for infra/
  aco stack init infra/otel-stack   for one of its deployments on a server")]
    Stack(Stack),
    /// Say what was used and what it costs at list price
    ///
    /// Reads first what the tools have recorded since the last time. A day is a day of the local
    /// time zone. What has no known price is said beside the total, and never guessed.
    #[command(after_help = REPORTS)]
    Report(Report),
    /// Write out every counted call
    #[command(after_help = "\
Examples:
  aco export --csv > calls.csv              all of them
  aco export --json --since 2026-01         since the first of January 2026")]
    Export(Export),
    /// Which prices are in force, and others in their place
    #[command(subcommand)]
    #[command(after_help = "\
Examples:
  aco prices status                         the data, and models it does not know
  aco prices update data.json               newer data, from a file
  aco prices update --fetch                 fetched; shows what changes, then asks
  aco prices update --built-in              back to what came with the program

Single prices are set in config.toml, by [[price]].")]
    Prices(Prices),
    /// Take usage from a file, of a tool that keeps none on this machine
    ///
    /// What is known already changes nothing: the same file again, or one that overlaps, counts once. It
    /// moves no metric.
    #[command(subcommand)]
    #[command(after_help = "\
Examples:
  aco import cursor usage-events.csv        from Cursor's dashboard: Usage, Export CSV
  aco import cursor usage-events.csv --json for scripts
  aco report --tool cursor --by model       what it was")]
    Import(Import),
    /// Price calls again that have a price already
    ///
    /// A call keeps the price it got first, whatever becomes of the data. Where that was wrong, this
    /// corrects it, in reports and by records of the difference.
    #[command(after_help = "\
Examples:
  aco reprice                               all calls
  aco reprice --model my-model --since 7d   after setting a [[price]]")]
    Reprice(Reprice),
    /// Print one line for Claude Code's status line, or for a prompt
    ///
    /// The API value of the session and of the day as the ledger has them, and how much of the plan's
    /// limits is used as the tool says. Reads the session and the limits from standard input, where
    /// Claude Code writes them, and does without; `*` stands where something has no known price. Never
    /// reads the tools' files itself: with an agent running (`aco run`) the figures are some seconds old,
    /// and the limits are passed on to it.
    #[command(after_help = "\
Examples:
  aco statusline              $8.40 today · codex week 42 % (14:02)

In Claude Code: into ~/.claude/settings.json (or .claude/settings.json of a project),
  {
    \"statusLine\": { \"type\": \"command\", \"command\": \"aco statusline\" }
  }
with the whole path of aco where it is not on the PATH.")]
    Statusline,
    /// Write numbered test records
    #[command(hide = true)]
    Emit(Emit),
}

#[derive(Debug, Args)]
pub(crate) struct Logs {
    /// Go on with new lines as they are written
    #[arg(long, short)]
    pub(crate) follow: bool,
    /// Only lines at least this urgent: error, warn, info, debug, trace
    #[arg(long, value_name = "LEVEL")]
    pub(crate) level: Option<LineLevel>,
    /// How many of the last lines
    #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 200)]
    pub(crate) last: usize,
    /// One JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Open {
    /// What to show; everything of this machine when absent
    #[arg(long, value_name = "LOGQL")]
    pub(crate) query: Option<String>,
    /// From when on; an hour before the end when absent
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) from: Option<String>,
    /// Until when; now when absent. A date is meant with all its day
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) to: Option<String>,
    /// Print the link instead of opening it
    #[arg(long)]
    pub(crate) print: bool,
}

/// Which calls are meant.
#[derive(Debug, Args)]
pub(crate) struct Days {
    /// From this day on
    #[arg(long, value_name = "DAY", allow_hyphen_values = true)]
    pub(crate) since: Option<String>,
    /// Up to this day
    #[arg(long, value_name = "DAY", allow_hyphen_values = true)]
    pub(crate) until: Option<String>,
    /// Only of this tool: claude-code, codex …
    #[arg(long, value_parser = tool)]
    pub(crate) tool: Option<ToolId>,
    /// Whose days they are: Europe/Berlin, UTC, +05:45; the system's when absent
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true)]
    pub(crate) timezone: Option<String>,
}

#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Scan {
    /// Do not look at the tools' files first
    #[arg(long)]
    pub(crate) no_scan: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    #[command(flatten)]
    pub(crate) days: Days,
    /// What a row is
    #[arg(long, value_enum, default_value = "day")]
    pub(crate) by: By,
    /// One JSON object; its fields are stable
    #[arg(long, conflicts_with = "csv")]
    pub(crate) json: bool,
    /// The rows as CSV
    #[arg(long)]
    pub(crate) csv: bool,
    #[command(flatten)]
    pub(crate) scan: Scan,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum By {
    Hour,
    Day,
    Week,
    Month,
    Tool,
    Model,
    Project,
    Session,
}

impl From<By> for aco_domain::By {
    fn from(by: By) -> Self {
        match by {
            By::Hour => Self::Hour,
            By::Day => Self::Day,
            By::Week => Self::Week,
            By::Month => Self::Month,
            By::Tool => Self::Tool,
            By::Model => Self::Model,
            By::Project => Self::Project,
            By::Session => Self::Session,
        }
    }
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("format").args(["json", "csv"]).required(true))]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) days: Days,
    /// One JSON object, a line a call; its fields are stable
    #[arg(long)]
    pub(crate) json: bool,
    /// A line of names, then a line a call
    #[arg(long)]
    pub(crate) csv: bool,
    #[command(flatten)]
    pub(crate) scan: Scan,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Prices {
    /// Say which data is in force, what it holds, and which recorded models it does not know
    Status {
        /// One JSON object; its fields are stable
        #[arg(long)]
        json: bool,
    },
    /// See what newer price data changes, and take it
    ///
    /// The data is a file of the project genai-prices (prices/new_data/v2/data.json): the one you give,
    /// else the one that waits from the last look, else a freshly fetched one, where `[prices] update`
    /// or --fetch allows that. It is examined first, and what is not understood changes nothing. Calls
    /// without a price then get theirs; others keep it.
    Update {
        #[command(flatten)]
        update: PricesUpdate,
        /// Go back to the data that came with the program
        #[arg(long, conflicts_with_all = ["file", "fetch", "yes", "dry_run"])]
        built_in: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct PricesUpdate {
    /// The file
    pub(crate) file: Option<PathBuf>,
    /// Fetch it now, by one HTTPS request to raw.githubusercontent.com
    #[arg(long, conflicts_with = "file")]
    pub(crate) fetch: bool,
    /// Take it without being asked
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Only show what it changes
    #[arg(long, conflicts_with = "yes")]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Reprice {
    #[command(flatten)]
    pub(crate) days: Days,
    /// Only of this model, as it is recorded
    #[arg(long)]
    pub(crate) model: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// Take a usage export of Cursor's dashboard
    ///
    /// The file that cursor.com gives under Dashboard, Usage, Export CSV, of a person or a team. Rows that
    /// cannot be read are counted.
    Cursor {
        /// The file
        file: PathBuf,
        /// One JSON object; its fields are stable
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Print the path of config.toml
    Path,
    /// Print what is in force, with where each value came from; the token is masked
    Show,
    /// Check config.toml and the environment; exit code 2 when something is wrong
    Check,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Keep the token read from standard input
    ///
    /// It is bound to the endpoint it is saved for and sent to no other.
    Set {
        /// The endpoint it is for; the configured one when absent
        #[arg(long, value_name = "URL")]
        endpoint: Option<String>,
    },
    /// Forget the token
    Clear,
    /// Say whether there is a token, where it came from and what it is for; never the token
    Status,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Service {
    /// Start the agent now and at each login, or update what does
    Install {
        /// Show what would be written and run; do nothing
        #[arg(long)]
        print: bool,
    },
    /// No longer start it at login, and stop it where the system can
    Remove {
        /// Show what would be removed and run; do nothing
        #[arg(long)]
        print: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Stack {
    /// Write .env and token, with secrets of the system's randomness, and say what to do next
    ///
    /// They are made from the folder's .env.example. What is there already stays as it is.
    Init {
        /// The folder with the .env.example; `infra`, else this one
        #[arg(value_name = "DIR")]
        folder: Option<std::path::PathBuf>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Emit {
    /// How many records
    #[arg(long)]
    pub(crate) count: u64,
    /// Records a second; as fast as possible when absent
    #[arg(long, value_parser = rate)]
    pub(crate) rate: Option<f64>,
    /// The body, to which ` seq=<n>` is added
    #[arg(long, default_value = "test record")]
    pub(crate) message: String,
    /// How long to go on shipping before exiting
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "5s")]
    pub(crate) grace: std::time::Duration,
}

fn duration(text: &str) -> Result<std::time::Duration, String> {
    let parsed: jiff::SignedDuration = text
        .parse()
        .map_err(|_| "write it like 30m, 1h or 2h 30m".to_owned())?;
    parsed
        .try_into()
        .map_err(|_| "it must not be negative".to_owned())
}

fn tool(text: &str) -> Result<ToolId, String> {
    ToolId::new(text).map_err(|what| format!("{what}; write it like claude-code"))
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate > 0.0 && rate.is_finite() => Ok(rate),
        _ => Err("write a number of records a second, above 0".to_owned()),
    }
}

#[cfg(test)]
#[path = "arguments_tests.rs"]
mod tests;

// Written from the types of the crate aco-window by its tests; not to be edited.

/**
 * A button.
 */
export type Action = { 
/**
 * What it does.
 */
deed: Deed, 
/**
 * Its label, a verb in title case.
 */
label: string, 
/**
 * Whether it is the one button of its view that is filled with the accent.
 */
primary: boolean, };

/**
 * A key-value of a line.
 */
export type Attribute = { 
/**
 * Its key.
 */
key: string, 
/**
 * Its value.
 */
value: Array<Piece>, 
/**
 * The value as one plain text.
 */
plain: string, };

/**
 * A tinted line below the first one: what, since when, and buttons (one, but for a question with
 * two answers).
 */
export type Banner = { 
/**
 * Its tint.
 */
tone: Tone, 
/**
 * Whole sentences.
 */
text: string, 
/**
 * What can be done.
 */
actions: Array<Action>, };

/**
 * A value to set. Argument of `check_settings` and `change_settings`.
 */
export type Change = { 
/**
 * [`Field::key`].
 */
key: string, 
/**
 * As it was typed; null to go back to what is built in.
 */
value: string | null, };

/**
 * Bars stacked by tool. Heights are parts of the whole: the tallest gridline is 1.
 */
export type Chart = { 
/**
 * What a screen reader says of it.
 */
label: string, 
/**
 * Gridlines, from the bottom: the first is 0.
 */
grid: Array<Gridline>, 
/**
 * The columns, in the order of time.
 */
columns: Array<Column>, };

/**
 * One of several values.
 */
export type Choice = { 
/**
 * As it would be typed.
 */
value: string, 
/**
 * For people.
 */
label: string, };

/**
 * A day, or an hour of today.
 */
export type Column = { 
/**
 * `2026-09-21`, or `2026-09-21T14`.
 */
key: string, 
/**
 * Below the axis; null where it would be too close to the next one.
 */
axis: string | null, 
/**
 * Below the axis while this column is pointed at.
 */
axis_short: string, 
/**
 * `Mon 21 Sep`.
 */
heading: string, 
/**
 * `$57.77`.
 */
total: Shown, 
/**
 * Its parts, from the bottom, in the constant order of the tools; none in a day that has not
 * come yet.
 */
segments: Array<Segment>, };

/**
 * What a finished test came to.
 */
export type Conclusion = { 
/**
 * Whether no step failed.
 */
healthy: boolean, 
/**
 * `What Loki accepts is stored`.
 */
text: string, };

/**
 * What a button does; the window knows how to do each of them.
 */
export type Deed = "pause" | "resume" | "connect" | "replace_token" | "connect_grafana" | "add_folder" | "open_grafana" | "try_now" | "acknowledge" | "open_config" | "show_quarantine" | "open_log_folder" | "show_dropped" | "update_prices" | "start_agent" | "send_kept" | "keep_kept" | "remove_token" | "test" | "stop_test" | "quit";

/**
 * A view with nothing in it: why, where we looked, one next step.
 */
export type Empty = { 
/**
 * Why.
 */
lead: string, 
/**
 * Where we looked.
 */
looked_in: Section | null, 
/**
 * The next step.
 */
action: Action | null, };

/**
 * A choice with its consequence.
 */
export type Explained = { 
/**
 * The choice.
 */
label: string, 
/**
 * What follows.
 */
text: string, };

/**
 * A value of `config.toml`, or one kept elsewhere with a key of its own (`start_at_login`).
 */
export type Field = { 
/**
 * `ship.endpoint`: what a [`Change`] names.
 */
key: string, 
/**
 * Before it.
 */
label: string, 
/**
 * The value as it would be typed; for a switch `true` or `false`.
 */
value: string, 
/**
 * How it is typed.
 */
input: Input, 
/**
 * Where nothing is typed.
 */
placeholder: string, 
/**
 * Behind it: `US dollars of API value`.
 */
unit: string | null, 
/**
 * Whether it is a path or a pattern.
 */
mono: boolean, 
/**
 * At the right edge, in text-2: a source's folder.
 */
aside: Shown | null, 
/**
 * Below it, in small type.
 */
note: string | null, 
/**
 * Why the value is not accepted, and what to type. Stands in place of the note.
 */
error: string | null, 
/**
 * Set when it cannot be changed here: no box, a lock, and this sentence.
 */
fixed: string | null, };

/**
 * The figures of a range.
 */
export type Figures = { 
/**
 * What the total lacks; null when it is exact.
 */
missing: Missing | null, 
/**
 * At most four: fees, billed, projection, budget.
 */
figures: Array<Labelled>, 
/**
 * The chart; its text alternative is the table.
 */
chart: Chart, 
/**
 * The table.
 */
table: Table, 
/**
 * Below the table, in small type: limits a tool has recorded, and the like.
 */
notes: Array<string>, };

/**
 * The line that answers a view's question.
 */
export type FirstLine = { 
/**
 * Before it.
 */
glyph: Glyph | null, 
/**
 * Of the glyph.
 */
tone: Tone, 
/**
 * The word or figure, in weight 600.
 */
word: string, 
/**
 * What follows it, its separator included (` · accepted 12 s ago`, ` API value today`); may be
 * empty.
 */
detail: string, 
/**
 * The exact figure.
 */
title: string | null, };

/**
 * What was chosen. Argument of `finish_first_run`.
 */
export type FirstRunChoice = { 
/**
 * The endpoint as it was typed; null to stay on this machine.
 */
endpoint: string | null, 
/**
 * The token as it was typed; null when none was.
 */
token: string | null, 
/**
 * Whether the token found in the environment is taken.
 */
take_token_found: boolean, 
/**
 * Whether to start at login.
 */
start_at_login: boolean, 
/**
 * Whether to notify.
 */
notify: boolean, };

/**
 * The first run. Command `first_run`.
 */
export type FirstRunView = { 
/**
 * The first step.
 */
found: Found, 
/**
 * The second.
 */
shipping: ShippingStep, 
/**
 * The third.
 */
login: LoginStep, };

/**
 * What was found on this machine, and what is read of it.
 */
export type Found = { 
/**
 * In the sidebar.
 */
title: string, 
/**
 * `7 AI tools found on this machine`.
 */
first: FirstLine, 
/**
 * The tools and where they keep what they record.
 */
tools: Array<Row>, 
/**
 * What is read from them, and what never is.
 */
read: Section, };

/**
 * A drawing with a meaning. The first five are the tray's icons.
 */
export type Glyph = "shipping" | "backlog" | "paused" | "local" | "attention" | "spinner";

/**
 * A line of the grid.
 */
export type Gridline = { 
/**
 * Its height, in millionths of the chart.
 */
at: number, 
/**
 * `$25`.
 */
label: string, };

/**
 * What the rows of the table are.
 */
export type Grouping = "tool" | "model" | "project";

/**
 * How a value is typed.
 */
export type Input = { "as": "text" } | { "as": "number" } | { "as": "switch" } | { "as": "choice", 
/**
 * At most three: segments; else a pop-up.
 */
choices: Array<Choice>, };

/**
 * A figure under its label.
 */
export type Labelled = { 
/**
 * `Fees, September`.
 */
label: string, 
/**
 * `$150.00`.
 */
value: Shown, };

/**
 * How urgent a line is.
 */
export type Level = "error" | "warn" | "info" | "debug" | "trace";

/**
 * Event `logs`, at most ten a second while the view follows.
 */
export type LogBatch = { 
/**
 * What `follow_logs` gave: a batch of an older call is to be ignored.
 */
follow: number, 
/**
 * Whether what was shown before is to be forgotten (a new agent).
 */
afresh: boolean, 
/**
 * `Live · 1 error, 2 warnings in the last hour`.
 */
first: FirstLine, 
/**
 * New rows, oldest first.
 */
rows: Array<LogRow>, 
/**
 * Lines whose mark is another one now.
 */
marks: Array<Remark>, };

/**
 * Which lines are wanted. Argument of `follow_logs` and `older_logs`.
 */
export type LogFilter = { 
/**
 * At least this urgent.
 */
level: Level, 
/**
 * Holding this text, in whatever case; all when empty.
 */
text: string, };

/**
 * A line.
 */
export type LogLine = { 
/**
 * Unique among the rows of this window.
 */
id: string, 
/**
 * When it was written, in nanoseconds since 1970: what `open_grafana` takes.
 */
at: string, 
/**
 * `14:31:02`, or with the date when that is not today's.
 */
time: string, 
/**
 * `Thu 24 Sep, 14:31:02.114`.
 */
time_title: string, 
/**
 * How urgent.
 */
level: Level, 
/**
 * As it stands in the file: `ERROR`.
 */
level_word: string, 
/**
 * The part of the program that wrote it.
 */
target: string, 
/**
 * The message, at most 4 kB of it.
 */
text: Array<Piece>, 
/**
 * The same as one plain text: title, search, what a screen reader says.
 */
plain: string, 
/**
 * What was cut: `1.0 MB, the first 4 kB shown`.
 */
cut: string | null, 
/**
 * The key-values.
 */
attributes: Array<Attribute>, 
/**
 * Where its record is; null for a line paged from the file.
 */
marked: Marked | null, 
/**
 * What Copy puts on the clipboard: time, level, target, text, attributes.
 */
copy: string, };

/**
 * Older lines, from the file. Command `older_logs`.
 */
export type LogPage = { 
/**
 * Oldest first, all of them older than what is shown.
 */
rows: Array<LogRow>, 
/**
 * What the next page is asked for with; null at the beginning of the log.
 */
before: string | null, 
/**
 * Above the first row when `before` is null: `The log begins here`.
 */
end: string | null, };

/**
 * A line, or a gap.
 */
export type LogRow = { "kind": "line" } & LogLine | { "kind": "lost", 
/**
 * Unique among the rows of this window.
 */
id: string, 
/**
 * `1,204 lines lost: the window was too slow`.
 */
text: string, };

/**
 * Start at login, and what is notified.
 */
export type LoginStep = { 
/**
 * In the sidebar.
 */
title: string, 
/**
 * The question.
 */
first: FirstLine, 
/**
 * Why it matters.
 */
lead: string, 
/**
 * The check box, and whether it is checked to begin with.
 */
login: Switch, 
/**
 * The check box, and whether it is checked to begin with.
 */
notify: Switch, 
/**
 * Where the program is once the window is closed.
 */
after: string, };

/**
 * Where a record of a live line is.
 */
export type Mark = "shipped" | "waiting" | "late" | "local";

/**
 * A mark and its word.
 */
export type Marked = { 
/**
 * Which.
 */
mark: Mark, 
/**
 * Beside the glyph: `shipped`, `waiting`, `local`.
 */
word: string, 
/**
 * Of the selected line: `in Loki`, `accepted by the Collector`, `waiting here`, `on this
 * machine only`.
 */
sentence: string, };

/**
 * What a total lacks.
 */
export type Missing = { 
/**
 * `Missing from this total: 1.84 M unpriced tokens, 14 skipped lines`.
 */
wide: string, 
/**
 * The same for a narrow window.
 */
narrow: string, 
/**
 * What might help.
 */
action: Action | null, };

/**
 * Why there is nothing to show.
 */
export type Notice = { 
/**
 * Which of them it is.
 */
kind: NoticeKind, 
/**
 * The first line.
 */
first: FirstLine, 
/**
 * What is safe, and what happens by itself.
 */
lead: string, 
/**
 * What can be done.
 */
action: Action | null, };

/**
 * The reasons for a [`Notice`].
 */
export type NoticeKind = "waiting" | "not_running" | "lost" | "upgrade_needed";

/**
 * What the window is told when it opens. Command `opening`.
 */
export type Opening = { 
/**
 * The view to begin with.
 */
view: View, 
/**
 * The sidebar.
 */
shell: Shell, };

/**
 * How long shipping is paused.
 */
export type PauseChoice = "one_hour" | "until_tomorrow" | "until_resumed";

/**
 * One entry of the pause menu.
 */
export type PauseEntry = { 
/**
 * Argument of the command `pause`.
 */
choice: PauseChoice, 
/**
 * `For 1 Hour`.
 */
label: string, };

/**
 * A stretch of text. Nothing in it is a control, a bidirectional or an unassigned character.
 */
export type Piece = { 
/**
 * The text.
 */
text: string, 
/**
 * Whether it stands for something that cannot be shown (`\x1B`), and is boxed.
 */
raw: boolean, };

/**
 * Why a command did nothing.
 */
export type Problem = { 
/**
 * What is wrong, and where.
 */
message: string, 
/**
 * What to do about it; may be empty.
 */
remedy: string, };

/**
 * How far the reading of the history has come.
 */
export type Progress = { 
/**
 * Why there is no total yet.
 */
lead: string, 
/**
 * Files read.
 */
done: number, 
/**
 * Files in all; 0 while that is not known.
 */
total: number, 
/**
 * Per tool: `398 of 871`.
 */
tools: Section | null, };

/**
 * The days that are looked at.
 */
export type Range = "today" | "week" | "month";

/**
 * A mark that changed.
 */
export type Remark = { 
/**
 * The line.
 */
id: string, 
/**
 * Its mark now.
 */
marked: Marked, };

/**
 * A name and what there is to say about it.
 */
export type Row = { 
/**
 * The name.
 */
label: string, 
/**
 * The value; it is ellipsised with itself as the title.
 */
value: string, 
/**
 * Whether the value is a path.
 */
mono: boolean, 
/**
 * At the right edge.
 */
aside: string | null, 
/**
 * Of the aside.
 */
aside_tone: Tone, 
/**
 * A link at the right edge.
 */
action: Action | null, };

/**
 * Rows under a title.
 */
export type Section = { 
/**
 * The title.
 */
title: string, 
/**
 * Whether the names are what is read and the values explain them (sources), rather than the
 * other way round.
 */
is_list: boolean, 
/**
 * Its rows, at least one.
 */
rows: Array<Row>, };

/**
 * The sections.
 */
export type SectionId = "connection" | "grafana" | "sources" | "fees" | "log_levels" | "general";

/**
 * A part of a column.
 */
export type Segment = { 
/**
 * Its colour.
 */
slot: Slot, 
/**
 * The tool.
 */
name: string, 
/**
 * `$16.62`, or `unpriced`.
 */
amount: Shown, 
/**
 * Its height, in millionths of the chart.
 */
height: number, };

/**
 * One thing in a section.
 */
export type SettingsItem = { "kind": "field" } & Field | { "kind": "token" } & TokenField | { "kind": "test" } & TestView | { "kind": "subscriptions" } & Subscriptions | { "kind": "row" } & Row;

/**
 * A section, in the sidebar below Settings too.
 */
export type SettingsSection = { 
/**
 * `connection`, `grafana`, `sources`, `fees`, `log_levels`, `general`.
 */
id: SectionId, 
/**
 * Its title.
 */
title: string, 
/**
 * What is in it.
 */
items: Array<SettingsItem>, };

/**
 * The Settings view. Commands `settings`, `check_settings` and `change_settings`.
 */
export type SettingsView = { 
/**
 * `Settings` · where they are kept; or `1 value not accepted`.
 */
first: FirstLine, 
/**
 * In the order of the sidebar.
 */
sections: Array<SettingsSection>, };

/**
 * The sidebar and the connection. Event `shell`, whenever it changes.
 */
export type Shell = { 
/**
 * Of the sidebar's Status item.
 */
glyph: Glyph, 
/**
 * Of that glyph.
 */
tone: Tone, 
/**
 * The state in words, for who does not see the glyph.
 */
state: string, 
/**
 * At the foot of the sidebar: `Run by service`.
 */
foot: string | null, 
/**
 * What stands in place of every view that needs the agent, while none answers. What was shown
 * last stays behind it and is not brought up to date.
 */
notice: Notice | null, };

/**
 * Where records go.
 */
export type ShippingStep = { 
/**
 * In the sidebar.
 */
title: string, 
/**
 * The question.
 */
first: FirstLine, 
/**
 * Stay on this machine.
 */
local: Explained, 
/**
 * Ship too.
 */
connect: Explained, 
/**
 * Whether `connect` is chosen to begin with: an address was found.
 */
suggests_connect: boolean, 
/**
 * The endpoint. A value found in the environment is offered as its value, with a note that
 * says so.
 */
endpoint: Field, 
/**
 * The token's placeholder.
 */
token_placeholder: string, 
/**
 * A token was found, and will be taken when this is checked; its value is not here.
 */
token_offer: TokenOffer | null, 
/**
 * The test of what was typed.
 */
test: TestView, };

/**
 * Text whose exact value is longer than what fits: `1.84 M` for `1,840,233`.
 */
export type Shown = { 
/**
 * What stands there.
 */
text: string, 
/**
 * What is exact, for the title; null where the text is already.
 */
title: string | null, };

/**
 * The colour of a tool: six of them, then a hatched "Other".
 */
export type Slot = "s1" | "s2" | "s3" | "s4" | "s5" | "s6" | "other";

/**
 * What there is to show.
 */
export type SpendBody = { "kind": "figures" } & Figures | { "kind": "empty" } & Empty | { "kind": "counting" } & Progress;

/**
 * A row of the table.
 */
export type SpendRow = { 
/**
 * The recorded value, verbatim; unique among its siblings.
 */
key: string, 
/**
 * For people; it is ellipsised.
 */
name: Shown, 
/**
 * The colour, of a tool.
 */
slot: Slot | null, 
/**
 * `8,872`.
 */
calls: Shown, 
/**
 * `7.75 M`.
 */
input: Shown, 
/**
 * Reasoning included.
 */
output: Shown, 
/**
 * Read from and written to a cache.
 */
cached: Shown, 
/**
 * All kinds together, for a narrow window.
 */
tokens: Shown, 
/**
 * What was paid for it; `–` where nothing is configured, empty where the question makes no
 * sense.
 */
fees: Shown, 
/**
 * `$517.98`, or `unpriced`.
 */
value: Shown, 
/**
 * The models of a tool.
 */
children: Array<SpendRow>, };

/**
 * The Spend view. Command `spend`; event `spend` when the figures have changed since.
 */
export type SpendView = { 
/**
 * `$84.10 API value today`.
 */
first: FirstLine, 
/**
 * The days that are shown.
 */
range: Range, 
/**
 * The rows of the table.
 */
by: Grouping, 
/**
 * What is below the first line.
 */
body: SpendBody, };

/**
 * The Status view. Command `status`, and event `status` whenever it changes.
 */
export type StatusView = { 
/**
 * Whether what is recorded is shipped.
 */
first: FirstLine, 
/**
 * At the right of the first line.
 */
actions: Array<Action>, 
/**
 * The menu behind [`Deed::Pause`](crate::Deed::Pause).
 */
pause_choices: Array<PauseEntry>, 
/**
 * What needs the user, or waits; most urgent first.
 */
banners: Array<Banner>, 
/**
 * Connection, delivery, sources.
 */
sections: Array<Section>, };

/**
 * One fee. All values as they would be typed.
 */
export type Subscription = { 
/**
 * For people.
 */
name: string, 
/**
 * US dollars a period.
 */
fee_usd: string, 
/**
 * One of the periods.
 */
period: string, 
/**
 * The first day it is paid for, `2026-03-01`; empty when it was always.
 */
since: string, 
/**
 * The ids of the tools it pays for.
 */
tools: Array<string>, };

/**
 * Why a fee is not accepted.
 */
export type SubscriptionError = { 
/**
 * The row, from 0.
 */
row: number, 
/**
 * `name`, `fee_usd`, `period`, `since` or `tools`.
 */
field: string, 
/**
 * What to type.
 */
message: string, };

/**
 * Fees that are paid.
 */
export type Subscriptions = { 
/**
 * The rows, as they would be typed. The whole list is written back.
 */
rows: Array<Subscription>, 
/**
 * Errors, by row and field.
 */
errors: Array<SubscriptionError>, 
/**
 * What `tools` may name.
 */
tools: Array<Choice>, 
/**
 * What `period` may be.
 */
periods: Array<Choice>, 
/**
 * Below the table.
 */
note: string | null, };

/**
 * A check box.
 */
export type Switch = { 
/**
 * Beside it.
 */
label: string, 
/**
 * Whether it is checked.
 */
checked: boolean, };

/**
 * The table.
 */
export type Table = { 
/**
 * Above the names: `By tool`.
 */
heading: string, 
/**
 * The dearest first.
 */
rows: Array<SpendRow>, 
/**
 * The total. It is exact, whatever rows are left out.
 */
total: SpendRow, 
/**
 * How many rows are left out, in words; null when none is.
 */
left_out: string | null, };

/**
 * How a step is.
 */
export type TestOutcome = "todo" | "running" | "ok" | "note" | "failed";

/**
 * One step.
 */
export type TestStep = { 
/**
 * What is looked at: `TLS`.
 */
name: string, 
/**
 * How it is.
 */
outcome: TestOutcome, 
/**
 * What was found.
 */
what: string, 
/**
 * What to do about it.
 */
advice: string | null, };

/**
 * The test as far as it has come. Event `test`, after each step.
 */
export type TestView = { 
/**
 * `Test Connection` or `Stop Test`.
 */
action: Action, 
/**
 * The steps; none before the first test.
 */
steps: Array<TestStep>, 
/**
 * What it came to; null while it runs.
 */
conclusion: Conclusion | null, };

/**
 * The token. It is written and never read back.
 */
export type TokenField = { 
/**
 * Before it.
 */
label: string, 
/**
 * In the empty field: `Stored; type to replace`.
 */
placeholder: string, 
/**
 * Below it.
 */
note: string, 
/**
 * Why the last one was not taken.
 */
error: string | null, 
/**
 * Set when it cannot be changed here.
 */
fixed: string | null, 
/**
 * Removes it; null when none is stored.
 */
remove: Action | null, };

/**
 * A token that stands in the environment.
 */
export type TokenOffer = { 
/**
 * `Use the token found in ACO_TOKEN`.
 */
label: string, };

/**
 * How loud something is. A colour is never alone: a glyph and a word say the same.
 */
export type Tone = "plain" | "wait" | "act";

/**
 * Which view the window begins with.
 */
export type View = "status" | "logs" | "spend" | "settings" | "first_run";

/** What may be asked: arguments and answer by name. A refusal is a Problem. */
export type Commands = {
/** What the window begins with. Events are sent from here on. */
opening: { takes: {}; gives: Opening };
/** The Status view. */
status: { takes: {}; gives: StatusView };
/** Nothing leaves the machine any more. */
pause: { takes: { choice: PauseChoice }; gives: null };
/** Ships again. */
resume: { takes: {}; gives: null };
/** Tries the endpoint now rather than at the next attempt. */
try_now: { takes: {}; gives: null };
/** The user has seen that records were dropped. */
acknowledge_dropped: { takes: {}; gives: null };
/** Whether what was recorded before there was an endpoint is sent. */
send_kept: { takes: { send: boolean }; gives: null };
/** Opens Grafana in the browser; with a line's `at`, this host five minutes around it. */
open_grafana: { takes: { at: string | null }; gives: null };
/** Opens config.toml in the user's editor. */
open_config: { takes: {}; gives: null };
/** Opens the folder of the local log. */
open_log_folder: { takes: {}; gives: null };
/** Opens the folder of the records that were refused for good. */
show_quarantine: { takes: {}; gives: null };
/** Starts the tray application, hidden, when no agent runs. */
start_agent: { takes: {}; gives: null };
/** Begins to send `logs`, the recent lines first, and gives the number these batches bear. */
follow_logs: { takes: { filter: LogFilter }; gives: number };
/** The last batch is drawn: the next one may come. Without it none does. */
took_logs: { takes: { follow: number }; gives: null };
/** No more `logs`. */
stop_logs: { takes: {}; gives: null };
/** Lines from the file: those before `LogPage.before`, or older than the `at` of a shown line. */
older_logs: { takes: { filter: LogFilter; before: string | null }; gives: LogPage };
/** The Spend view; `spend` follows when its figures change. */
spend: { takes: { range: Range; by: Grouping }; gives: SpendView };
/** No more `spend`. */
stop_spend: { takes: {}; gives: null };
/** Looks for newer prices, and says what came of it. */
update_prices: { takes: {}; gives: string };
/** The Settings view. */
settings: { takes: {}; gives: SettingsView };
/** The view as it would be, errors beside the fields; nothing is changed. */
check_settings: { takes: { changes: Change[] }; gives: SettingsView };
/** Changes them unless one is not accepted; then none is. */
change_settings: { takes: { changes: Change[] }; gives: SettingsView };
/** Replaces the list of fees unless one is not accepted. */
change_subscriptions: { takes: { rows: Subscription[] }; gives: SettingsView };
/** Stores the token for the endpoint. */
set_token: { takes: { token: string }; gives: SettingsView };
/** Forgets the token. */
clear_token: { takes: {}; gives: SettingsView };
/** Begins the test; `test` follows after each step. */
test_connection: { takes: {}; gives: null };
/** Ends it. */
stop_test: { takes: {}; gives: null };
/** The first run. */
first_run: { takes: {}; gives: FirstRunView };
/** Saves the endpoint and the token and begins the test, unless they are not accepted. */
try_first_run: { takes: { choice: FirstRunChoice }; gives: FirstRunView };
/** Saves what was chosen; null when that is done, else the view with what is not accepted. */
finish_first_run: { takes: { choice: FirstRunChoice }; gives: FirstRunView | null };
/** Saves nothing and does not ask again. */
skip_first_run: { takes: {}; gives: null };
/** Ends the whole program, its agent too: for a desktop without a tray to do it in. */
quit: { takes: {}; gives: null };
};

/** What is told: what an event carries, by name. */
export type Events = {
/** The sidebar or the connection has changed. */
shell: Shell;
/** The Status view has changed, its times included; at most once a second. */
status: StatusView;
/** New lines or marks; at most ten a second. */
logs: LogBatch;
/** The figures of the range last asked for have changed. */
spend: SpendView;
/** The settings were changed elsewhere. */
settings: SettingsView;
/** A step of the test has passed. */
test: TestView;
/** Somebody asked for this view from outside. */
go: View;
};

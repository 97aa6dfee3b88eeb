// Small view models for tests that need one thing in a known state. Whole states are fixtures.
import { render } from "@testing-library/svelte";
import App from "../src/App.svelte";
import type {
  Action,
  Chart,
  Deed,
  Field,
  FirstLine,
  FirstRunView,
  LogBatch,
  LogLine,
  Marked,
  Row,
  SettingsItem,
  SettingsView,
  Shell,
  Shown,
  Slot,
  SpendRow,
  SpendView,
  StatusView,
  TestView,
  View,
} from "../src/bindings/window";
import { Session } from "../src/session.svelte";
import { FixtureTransport, type Fixture } from "../src/transport/fixtures";

export const first = (word: string, detail = ""): FirstLine => ({
  glyph: null,
  tone: "plain",
  word,
  detail,
  title: null,
});
export const shown = (text: string, title: string | null = null): Shown => ({ text, title });
export const action = (deed: Deed, label: string, primary = false): Action => ({ deed, label, primary });
export const row = (label: string, value: string, more: Partial<Row> = {}): Row => ({
  label,
  value,
  mono: false,
  aside: null,
  aside_tone: "plain",
  action: null,
  ...more,
});

export const shell = (more: Partial<Shell> = {}): Shell => ({
  glyph: "shipping",
  tone: "plain",
  state: "Up to date",
  foot: null,
  notice: null,
  ...more,
});

export const status = (more: Partial<StatusView> = {}): StatusView => ({
  first: {
    glyph: "shipping",
    tone: "plain",
    word: "Up to date",
    detail: " · accepted 12 s ago",
    title: null,
  },
  actions: [action("pause", "Pause Shipping"), action("open_grafana", "Open in Grafana")],
  pause_choices: [
    { choice: "one_hour", label: "For 1 Hour" },
    { choice: "until_tomorrow", label: "Until Tomorrow" },
    { choice: "until_resumed", label: "Until I Resume" },
  ],
  banners: [],
  sections: [{ title: "Delivery", is_list: false, rows: [row("Waiting", "Nothing")] }],
  ...more,
});

const marks: Record<string, Marked> = {
  shipped: { mark: "shipped", word: "shipped", sentence: "in Loki" },
  waiting: { mark: "waiting", word: "waiting", sentence: "waiting here" },
};

export const marked = (mark: keyof typeof marks): Marked => marks[mark] as Marked;

export const line = (number: number, more: Partial<LogLine> = {}): { kind: "line" } & LogLine => ({
  kind: "line",
  id: String(number),
  at: String(1_790_000_000_000_000_000n + BigInt(number)),
  time: "14:31:58",
  time_title: "Thu 24 Sep, 14:31:58.102",
  level: "info",
  level_word: "INFO",
  target: "aco_agent",
  text: [{ text: `line ${number}`, raw: false }],
  plain: `line ${number}`,
  cut: null,
  attributes: [{ key: "tool.name", value: [{ text: "codex", raw: false }], plain: "codex" }],
  marked: marked("shipped"),
  copy: `copied line ${number}`,
  ...more,
});

export const lines = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => line(from + index));

export const batch = (rows: LogBatch["rows"], more: Partial<LogBatch> = {}): LogBatch => ({
  follow: 1,
  afresh: false,
  first: first("Live", " · no errors"),
  rows,
  marks: [],
  ...more,
});

export const chart = (columns: number, slots: readonly Slot[] = ["s1", "s2"]): Chart => ({
  label: "API value by day.",
  grid: [
    { at: 0, label: "$0" },
    { at: 500_000, label: "$50" },
    { at: 1_000_000, label: "$100" },
  ],
  columns: Array.from({ length: columns }, (_, index) => ({
    key: `2026-09-${index + 1}`,
    axis: index % 7 === 0 ? String(index + 1) : null,
    axis_short: String(index + 1),
    heading: `Day ${index + 1}`,
    total: shown("$20.00"),
    segments: slots.map((slot) => ({ slot, name: `Tool ${slot}`, amount: shown("$10.00"), height: 100_000 })),
  })),
});

export const spendRow = (name: string, more: Partial<SpendRow> = {}): SpendRow => ({
  key: name,
  name: shown(name),
  slot: null,
  calls: shown("12"),
  input: shown("1.84 M", "1,840,233"),
  output: shown("2.10 K"),
  cached: shown("0"),
  tokens: shown("1.85 M"),
  fees: shown("–"),
  value: shown("$3.20"),
  children: [],
  ...more,
});

export const spend = (more: Partial<SpendView> = {}): SpendView => ({
  first: first("$84.10", " API value this month"),
  range: "month",
  by: "tool",
  body: {
    kind: "figures",
    missing: {
      wide: "Missing from this total: 1.84 M unpriced tokens",
      narrow: "Missing: 1.84 M",
      action: action("update_prices", "Update Prices"),
    },
    figures: [{ label: "Fees, September", value: shown("$150.00") }],
    chart: chart(30),
    table: {
      heading: "By tool",
      rows: [
        spendRow("Claude Code", { slot: "s1", children: [spendRow("claude-opus-4-5")] }),
        spendRow("Codex", { slot: "s2" }),
      ],
      total: spendRow("Total"),
      left_out: null,
    },
    notes: [],
  },
  ...more,
});

export const field = (key: string, label: string, more: Partial<Field> = {}): { kind: "field" } & Field => ({
  kind: "field",
  key,
  label,
  value: "",
  input: { as: "text" },
  placeholder: "",
  unit: null,
  mono: false,
  aside: null,
  note: null,
  error: null,
  fixed: null,
  ...more,
});

export const test = (more: Partial<TestView> = {}): TestView => ({
  action: action("test", "Test Connection"),
  steps: [],
  conclusion: null,
  ...more,
});

export const settings = (items: SettingsItem[], word = "Settings"): SettingsView => ({
  first: first(word),
  sections: [
    { id: "connection", title: "Connection", items },
    { id: "general", title: "General", items: [{ kind: "row", ...row("May contact", "otel.home.arpa") }] },
  ],
});

export const firstRun = (): FirstRunView => ({
  found: {
    title: "Tools found",
    first: first("2 AI tools found"),
    tools: [row("Codex", "~/.codex")],
    read: { title: "What is read", is_list: false, rows: [row("Never kept", "Prompts")] },
  },
  shipping: {
    title: "Shipping",
    first: first("Where should records go?"),
    local: { label: "Stay on this machine", text: "Nothing is sent." },
    connect: { label: "Also ship", text: "Over TLS." },
    suggests_connect: false,
    endpoint: { ...field("ship.endpoint", "Endpoint", { value: "https://otel.home.arpa:4317" }) },
    token_placeholder: "Goes to the keychain",
    token_offer: { label: "Use the token found in ACO_TOKEN" },
    test: test(),
  },
  login: {
    title: "At login",
    first: first("Start when you log in?"),
    lead: "Counts are complete only while the agent runs.",
    login: { label: "Start at login", checked: true },
    notify: { label: "Notify", checked: false },
    after: "The icon is in the tray.",
  },
});

/** The whole window over a fixture. */
export async function open(
  view: View,
  fixture: Fixture,
): Promise<{ session: Session; transport: FixtureTransport; container: HTMLElement }> {
  const transport = new FixtureTransport({ opening: { view, shell: shell() }, status: status(), ...fixture });
  const session = new Session(transport);
  const { container } = render(App, { session });
  await session.open();
  return { session, transport, container };
}

/** The arguments of every call of a command. */
export const asked = (transport: FixtureTransport, command: string): unknown[] =>
  transport.asked.filter((each) => each.command === command).map((each) => each.takes);

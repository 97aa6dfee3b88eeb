// The Settings view: what is committed and when, errors beside their fields, and what is never shown.
import { screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { Change, SettingsItem, Subscription } from "../src/bindings/window";
import { action, asked, field, open, settings, test } from "./samples";

const url = (value: string, error: string | null = null) => field("grafana.url", "Address", { value, error });
const uid = (value: string) => field("grafana.loki_uid", "Loki data source", { value });
const token: SettingsItem = {
  kind: "token",
  label: "Token",
  placeholder: "Stored; type to replace",
  note: "Bound to otel.home.arpa.",
  error: null,
  fixed: null,
  remove: action("remove_token", "Remove…"),
};

describe("a field", () => {
  it("is committed on Enter and on blur, and only when it has changed", async () => {
    const user = userEvent.setup();
    const { transport } = await open("settings", { settings: settings([url("http://a"), uid("loki")]) });
    transport.answers.set("change_settings", () => settings([url("http://ab"), uid("loki")]));
    const input = await screen.findByLabelText("Address");
    await user.type(input, "b{Enter}");
    expect(asked(transport, "change_settings")).toEqual([
      { changes: [{ key: "grafana.url", value: "http://ab" }] },
    ]);
    await user.tab();
    expect(asked(transport, "change_settings")).toHaveLength(1);
    await user.type(screen.getByLabelText("Loki data source"), "-vps");
    await user.tab();
    expect(asked(transport, "change_settings").at(-1)).toEqual({
      changes: [{ key: "grafana.loki_uid", value: "loki-vps" }],
    });
  });

  it("goes back to what is built in when it is emptied, and to what is stored with Escape", async () => {
    const user = userEvent.setup();
    const { transport } = await open("settings", { settings: settings([url("http://a")]) });
    transport.answers.set("change_settings", () => settings([url("")]));
    const input = await screen.findByLabelText("Address");
    await user.type(input, "zzz{Escape}");
    expect(input).toHaveProperty("value", "http://a");
    await user.clear(input);
    await user.tab();
    expect(asked(transport, "change_settings")).toEqual([{ changes: [{ key: "grafana.url", value: null }] }]);
  });

  it("says beside it what to type, and is still there after another one is changed", async () => {
    const user = userEvent.setup();
    const { transport } = await open("settings", { settings: settings([url("http://a"), uid("loki")]) });
    const stored = { "grafana.url": "http://a", "grafana.loki_uid": "loki" };
    const view = (changes: Change[]) => {
      const now = { ...stored, ...Object.fromEntries(changes.map(({ key, value }) => [key, value ?? ""])) };
      const bad = !now["grafana.url"].startsWith("http");
      return settings(
        [url(now["grafana.url"], bad ? "Begin with http://" : null), uid(now["grafana.loki_uid"])],
        bad ? "1 value not accepted" : "Settings",
      );
    };
    transport.answers.set("change_settings", ({ changes }: { changes: Change[] }) => {
      const answer = view(changes);
      if (answer.first.word === "Settings")
        for (const { key, value } of changes) Object.assign(stored, { [key]: value });
      return answer;
    });
    transport.answers.set("check_settings", ({ changes }: { changes: Change[] }) => view(changes));

    const input = await screen.findByLabelText("Address");
    await user.clear(input);
    await user.type(input, "grafana:3000{Enter}");
    await screen.findByText("1 value not accepted");
    expect(input.getAttribute("aria-invalid")).toBe("true");
    expect(document.getElementById(input.getAttribute("aria-describedby") ?? "")?.textContent).toContain(
      "Begin with http://",
    );

    await user.type(screen.getByLabelText("Loki data source"), "-vps{Enter}");
    await waitFor(() => {
      expect(asked(transport, "check_settings")).toHaveLength(1);
    });
    expect(stored["grafana.loki_uid"]).toBe("loki-vps");
    expect(screen.getByLabelText("Address")).toHaveProperty("value", "grafana:3000");
    expect(screen.getByText("1 value not accepted")).toBeTruthy();

    const again = screen.getByLabelText("Address");
    await user.clear(again);
    await user.type(again, "http://g{Enter}");
    await screen.findByRole("heading", { level: 1, name: "Settings" });
    expect(asked(transport, "check_settings")).toHaveLength(1);
  });

  it("fixed by the environment has no box, and says which variable", async () => {
    await open("settings", {
      settings: settings([
        field("ship.ca_file", "CA file", {
          value: "/etc/ca.pem",
          mono: true,
          fixed: "Set by OTEL_EXPORTER_OTLP_CERTIFICATE.",
        }),
      ]),
    });
    expect(await screen.findByText("Set by OTEL_EXPORTER_OTLP_CERTIFICATE.")).toBeTruthy();
    expect(screen.queryByRole("textbox")).toBeNull();
    expect(screen.getByRole("group", { name: "CA file" }).textContent).toContain("/etc/ca.pem");
  });

  it("is a check box, segments or a menu by what it takes", async () => {
    const user = userEvent.setup();
    const choices = ["error", "warn", "info", "debug"].map((value) => ({ value, label: `Level ${value}` }));
    const items = [
      field("start_at_login", "Start at login", { value: "false", input: { as: "switch" } }),
      field("budget.basis", "Basis", {
        value: "error",
        input: { as: "choice", choices: choices.slice(0, 2) },
      }),
      field("log.level", "Local file", { value: "debug", input: { as: "choice", choices } }),
    ];
    const { transport } = await open("settings", {
      settings: settings(items),
      change_settings: settings(items),
    });
    await user.click(await screen.findByRole("checkbox", { name: "Start at login" }));
    await user.click(screen.getByRole("radio", { name: "Level warn" }));
    await user.click(screen.getByRole("button", { name: "Local file: Level debug" }));
    await user.click(screen.getByRole("menuitemradio", { name: "Level info" }));
    expect(
      asked(transport, "change_settings").map((takes) => (takes as { changes: Change[] }).changes[0]),
    ).toEqual([
      { key: "start_at_login", value: "true" },
      { key: "budget.basis", value: "warn" },
      { key: "log.level", value: "info" },
    ]);
  });
});

describe("the token", () => {
  it("is sent once, and gone from the page", async () => {
    const user = userEvent.setup();
    const { transport, container } = await open("settings", {
      settings: settings([token]),
      set_token: settings([token]),
    });
    const input = await screen.findByLabelText("Token");
    expect(input.getAttribute("type")).toBe("password");
    await user.type(input, "s3cret-value{Enter}");
    await user.tab();
    expect(asked(transport, "set_token")).toEqual([{ token: "s3cret-value" }]);
    await waitFor(() => {
      expect(input).toHaveProperty("value", "");
    });
    expect(container.innerHTML).not.toContain("s3cret-value");
  });

  it("stays typed while it is not taken", async () => {
    const user = userEvent.setup();
    await open("settings", {
      settings: settings([token]),
      set_token: settings([{ ...token, error: "A token has no spaces" }]),
    });
    const input = await screen.findByLabelText("Token");
    await user.type(input, "two words{Enter}");
    expect(await screen.findByText("A token has no spaces")).toBeTruthy();
    expect(input).toHaveProperty("value", "two words");
  });

  it("is removed only after a second press", async () => {
    const user = userEvent.setup();
    const { transport } = await open("settings", {
      settings: settings([token]),
      clear_token: settings([{ ...token, remove: null }]),
    });
    await user.click(await screen.findByRole("button", { name: "Remove…" }));
    expect(screen.getByRole("button", { name: "Keep" })).toBe(document.activeElement);
    await user.click(screen.getByRole("button", { name: "Keep" }));
    expect(asked(transport, "clear_token")).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Remove…" }));
    await user.click(screen.getByRole("button", { name: "Remove Token" }));
    expect(asked(transport, "clear_token")).toEqual([{}]);
    await waitFor(() => {
      expect(screen.queryByRole("button", { name: "Remove…" })).toBeNull();
    });
  });
});

describe("the connection test", () => {
  it("shows its steps as they pass, and can be stopped", async () => {
    const user = userEvent.setup();
    const { transport } = await open("settings", { settings: settings([{ kind: "test", ...test() }]) });
    await user.click(await screen.findByRole("button", { name: "Test Connection" }));
    expect(asked(transport, "test_connection")).toEqual([{}]);
    transport.emit(
      "test",
      test({
        action: action("stop_test", "Stop Test"),
        steps: [
          { name: "Token", outcome: "ok", what: "found in the keychain", advice: null },
          { name: "TLS", outcome: "failed", what: "expired", advice: "Renew it." },
        ],
      }),
    );
    const steps = await screen.findByRole("list", { name: "Steps of the test" });
    expect(
      within(steps)
        .getAllByRole("listitem")
        .map((step) => step.textContent.replaceAll(/\s+/g, " ").trim()),
    ).toEqual(["Token, passed found in the keychain", "TLS, failed expired Renew it."]);
    await user.click(screen.getByRole("button", { name: "Stop Test" }));
    expect(asked(transport, "stop_test")).toEqual([{}]);
  });
});

describe("subscriptions", () => {
  const claude: Subscription = {
    name: "Claude Max",
    fee_usd: "100.00",
    period: "month",
    since: "",
    tools: ["claude-code"],
  };
  const item = (
    rows: Subscription[],
    errors: { row: number; field: string; message: string }[] = [],
  ): SettingsItem => ({
    kind: "subscriptions",
    rows,
    errors,
    note: null,
    tools: [
      { value: "claude-code", label: "Claude Code" },
      { value: "codex", label: "Codex" },
    ],
    periods: [
      { value: "month", label: "a month" },
      { value: "year", label: "a year" },
    ],
  });

  it("are changed as a whole list", async () => {
    const user = userEvent.setup();
    const { transport } = await open("settings", { settings: settings([item([claude])]) });
    transport.answers.set("change_subscriptions", ({ rows }: { rows: Subscription[] }) =>
      settings([item(rows)]),
    );
    await user.click(await screen.findByRole("button", { name: "Edit Claude Max" }));
    await user.click(screen.getByRole("checkbox", { name: "Codex" }));
    expect(asked(transport, "change_subscriptions").at(-1)).toEqual({
      rows: [{ ...claude, tools: ["claude-code", "codex"] }],
    });
    await user.click(screen.getByRole("button", { name: "Add Subscription" }));
    await waitFor(() => {
      expect(asked(transport, "change_subscriptions").at(-1)).toMatchObject({
        rows: [{}, { name: "", period: "month" }],
      });
    });
    await user.click(await screen.findByRole("button", { name: "Remove Subscription" }));
    await waitFor(() => {
      expect(asked(transport, "change_subscriptions").at(-1)).toMatchObject({
        rows: [{ name: "Claude Max" }],
      });
    });
  });

  it("say what is wrong in which field", async () => {
    const user = userEvent.setup();
    await open("settings", {
      settings: settings([
        item([claude], [{ row: 0, field: "since", message: "Type a day such as 2026-03-01" }]),
      ]),
    });
    await user.click(await screen.findByRole("button", { name: "Edit Claude Max" }));
    const since = screen.getByLabelText("Paid since");
    expect(since.getAttribute("aria-invalid")).toBe("true");
    expect(screen.getByText("Type a day such as 2026-03-01")).toBeTruthy();
    expect(screen.getByLabelText("Name").getAttribute("aria-invalid")).toBeNull();
  });
});

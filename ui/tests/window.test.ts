// What is around the views: sidebar, keys, notices, and where a button's deed leads.
import { screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { Deed } from "../src/bindings/window";
import type { CommandName } from "../src/transport/transport";
import {
  action,
  asked,
  batch,
  first,
  firstRun,
  lines,
  open,
  row,
  settings,
  shell,
  spend,
  status,
} from "./samples";

const everything = {
  spend: spend(),
  settings: settings([]),
  follow_logs: 1,
  logs: [batch(lines(1, 3))],
  older_logs: { rows: [], before: null, end: "" },
};
const heading = () => screen.getByRole("heading", { level: 1 }).textContent.trim();

describe("the sidebar", () => {
  it("leads to each view and says which one is shown", async () => {
    const user = userEvent.setup();
    await open("status", everything);
    await waitFor(() => {
      expect(heading()).toBe("Up to date · accepted 12 s ago");
    });
    for (const [name, words] of [
      ["Logs", "Live · no errors"],
      ["Spend", "$84.10 API value this month"],
      ["Settings", "Settings"],
      ["Status", "Up to date"],
    ] as const) {
      await user.click(screen.getByRole("button", { name }));
      await waitFor(() => {
        expect(heading()).toContain(words);
      });
      expect(screen.getByRole("button", { name }).getAttribute("aria-current")).toBe("page");
    }
  });

  it("is one stop of the Tab key, and arrows go through it", async () => {
    const user = userEvent.setup();
    await open("spend", everything);
    await user.tab();
    expect(document.activeElement?.textContent.trim()).toBe("Spend");
    await user.keyboard("{ArrowDown}{ArrowDown}");
    expect(document.activeElement?.textContent.trim()).toBe("Status");
    await user.keyboard("{Enter}");
    await waitFor(() => {
      expect(heading()).toContain("Up to date");
    });
  });

  it("lists the sections of Settings, and says the state and who runs the agent", async () => {
    const user = userEvent.setup();
    const { transport } = await open("settings", everything);
    await user.click(await screen.findByRole("button", { name: "General" }));
    await waitFor(() => {
      expect(document.activeElement?.textContent).toBe("General");
    });
    transport.emit(
      "shell",
      shell({ glyph: "attention", tone: "act", state: "Token refused", foot: "Run by service" }),
    );
    expect(await screen.findByText("Token refused")).toBeTruthy();
    expect(screen.getByText("Run by service")).toBeTruthy();
  });
});

describe("a banner", () => {
  it("interrupts a screen reader when it needs the user, and not while it counts seconds", async () => {
    const banner = (tone: "act" | "wait", text: string) => ({ tone, text, actions: [] });
    await open("status", {
      status: status({
        banners: [banner("act", "The token is refused."), banner("wait", "Next try in 24 s.")],
      }),
    });
    expect((await screen.findByRole("alert")).textContent).toContain("The token is refused.");
    expect(
      screen.getByText("Next try in 24 s.").closest("[role=status], [role=alert], [aria-live]"),
    ).toBeNull();
  });
});

describe("keys", () => {
  it.each([
    ["{Control>}2{/Control}", "Live"],
    ["{Control>}3{/Control}", "$84.10"],
    ["{Meta>},{/Meta}", "Settings"],
  ])("%s changes the view", async (keys, words) => {
    const user = userEvent.setup();
    await open("status", everything);
    await user.keyboard(keys);
    await waitFor(() => {
      expect(heading()).toContain(words);
    });
  });
});

describe("a notice", () => {
  const notice = {
    kind: "lost" as const,
    first: first("Connection lost", " · trying again"),
    lead: "What was recorded is safe.",
    action: action("start_agent", "Start Agent", true),
  };

  it("stands in place of the view, which is as it was when the agent is back", async () => {
    const user = userEvent.setup();
    const { transport } = await open("settings", {
      ...everything,
      settings: settings([
        { kind: "token", label: "Token", placeholder: "", note: "", error: null, fixed: null, remove: null },
      ]),
    });
    transport.fail("set_token", { message: "No agent answers.", remedy: "" });
    const input = await screen.findByLabelText("Token");
    await user.type(input, "half a tok");
    transport.emit("shell", shell({ notice }));
    await waitFor(() => {
      expect(screen.getByRole("heading", { level: 1 }).textContent).toContain("Connection lost");
    });
    await user.click(screen.getByRole("button", { name: "Start Agent" }));
    expect(asked(transport, "start_agent")).toEqual([{}]);
    transport.emit("shell", shell());
    await waitFor(() => {
      expect(heading()).toBe("Settings");
    });
    expect(input).toHaveProperty("value", "half a tok");
  });

  it.each(["status", "logs", "spend", "settings", "first_run"] as const)(
    "leaves %s to be asked for when an agent answers",
    async (view) => {
      const command = view === "logs" ? "follow_logs" : view;
      const { transport, session } = await open(view, {
        ...everything,
        first_run: firstRun(),
        opening: { view, shell: shell({ notice }) },
      });
      await screen.findByText("Connection lost");
      expect(asked(transport, command)).toEqual([]);
      transport.emit("shell", shell());
      await waitFor(() => {
        expect(asked(transport, command)).toHaveLength(1);
      });
      expect(session.problem).toBeNull();
    },
  );

  it("says nothing for the first 300 ms of waiting", async () => {
    await open("status", {
      opening: { view: "status", shell: shell({ notice: { ...notice, kind: "waiting" } }) },
    });
    expect(screen.queryByRole("heading", { level: 1 })).toBeNull();
    expect(await screen.findByText("What was recorded is safe.")).toBeTruthy();
  });
});

describe("a deed", () => {
  const commands: [Deed, CommandName, unknown][] = [
    ["resume", "resume", {}],
    ["open_grafana", "open_grafana", { at: null }],
    ["try_now", "try_now", {}],
    ["acknowledge", "acknowledge_dropped", {}],
    ["open_config", "open_config", {}],
    ["show_quarantine", "show_quarantine", {}],
    ["open_log_folder", "open_log_folder", {}],
    ["send_kept", "send_kept", { send: true }],
    ["keep_kept", "send_kept", { send: false }],
    ["start_agent", "start_agent", {}],
    ["quit", "quit", {}],
  ];
  it.each(commands)("%s asks for %s", async (deed, command, takes) => {
    const user = userEvent.setup();
    const { transport } = await open("status", { status: status({ actions: [action(deed, "Do It")] }) });
    await user.click(await screen.findByRole("button", { name: "Do It" }));
    expect(asked(transport, command)).toEqual([takes]);
  });

  it("pause asks for how long", async () => {
    const user = userEvent.setup();
    const { transport } = await open("status", {});
    await user.click(await screen.findByRole("button", { name: "Pause Shipping" }));
    await user.click(screen.getByRole("menuitem", { name: "Until Tomorrow" }));
    expect(asked(transport, "pause")).toEqual([{ choice: "until_tomorrow" }]);
  });

  it("replace_token leads to the token's field", async () => {
    const user = userEvent.setup();
    await open("status", {
      status: status({
        banners: [
          {
            tone: "act",
            text: "Refused since 13:47.",
            actions: [action("replace_token", "Replace Token…", true)],
          },
        ],
      }),
      settings: settings([
        {
          kind: "token",
          label: "Token",
          placeholder: "Stored; type to replace",
          note: "Bound to otel.home.arpa.",
          error: null,
          fixed: null,
          remove: null,
        },
      ]),
    });
    await user.click(await within(await screen.findByRole("alert")).findByRole("button"));
    await waitFor(() => {
      expect(screen.getByLabelText("Token")).toBe(document.activeElement);
    });
  });

  it("show_dropped searches the log for it", async () => {
    const user = userEvent.setup();
    const { transport } = await open("status", {
      ...everything,
      status: status({
        sections: [
          {
            title: "Delivery",
            is_list: false,
            rows: [row("Dropped", "318", { action: action("show_dropped", "Show in Logs") })],
          },
        ],
      }),
    });
    await user.click(await screen.findByRole("button", { name: "Show in Logs" }));
    await waitFor(() => {
      expect(asked(transport, "follow_logs")).toEqual([{ filter: { level: "debug", text: "dropped" } }]);
    });
    expect(screen.getByRole("searchbox")).toHaveProperty("value", "dropped");
  });

  it("says what is wrong and what to do when it fails, until that is dismissed", async () => {
    const user = userEvent.setup();
    const { transport } = await open("status", {});
    transport.fail("open_grafana", {
      message: "No Grafana address is configured.",
      remedy: "Set one in Settings.",
    });
    await user.click(await screen.findByRole("button", { name: "Open in Grafana" }));
    expect((await screen.findByRole("alert")).textContent).toContain(
      "No Grafana address is configured. Set one in Settings.",
    );
    await user.click(screen.getByRole("button", { name: "Dismiss" }));
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("says what the looking for prices came to", async () => {
    const user = userEvent.setup();
    await open("spend", { ...everything, update_prices: "12 models are newly priced" });
    await user.click(await screen.findByRole("button", { name: "Update Prices" }));
    expect(await screen.findByText("12 models are newly priced")).toBeTruthy();
  });
});

describe("the window", () => {
  it("has no browser's menu, but where there is something to copy or to paste", async () => {
    await open("logs", everything);
    const asks = (target: Element) =>
      !target.dispatchEvent(new MouseEvent("contextmenu", { bubbles: true, cancelable: true }));
    expect(asks(document.body)).toBe(true);
    expect(asks(await screen.findByRole("searchbox"))).toBe(false);
  });

  it("goes where somebody outside asks it to", async () => {
    const { transport } = await open("status", everything);
    transport.emit("go", "spend");
    await waitFor(() => {
      expect(heading()).toContain("$84.10");
    });
  });

  it.each(["status", "logs", "spend", "settings", "first_run"] as const)(
    "says when %s could not be loaded, and tries again",
    async (view) => {
      const user = userEvent.setup();
      const command = view === "logs" ? "follow_logs" : view;
      const { transport, session } = await open("status", { ...everything, first_run: firstRun() });
      await screen.findByRole("heading", { level: 1 });
      session.status = null;
      session.go("status");
      transport.fail(command, { message: "The agent is busy.", remedy: "Wait a moment." });
      if (view === "status") session.retry();
      else session.go(view);
      expect((await screen.findByRole("alert")).textContent).toContain("The agent is busy. Wait a moment.");
      expect(heading()).toBe("Not loaded");
      transport.answers.delete(command);
      await user.click(screen.getByRole("button", { name: "Try Again" }));
      await waitFor(() => {
        expect(heading()).not.toBe("Not loaded");
      });
      expect(screen.queryByRole("alert")).toBeNull();
    },
  );

  it("shows a refusal by the shell itself", async () => {
    const { transport, session } = await open("status", {});
    transport.answers.set("resume", () => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- this is what the bridge does
      throw "command resume not allowed";
    });
    await session.ask("resume", {});
    expect((await screen.findByRole("alert")).textContent).toContain("command resume not allowed");
  });
});

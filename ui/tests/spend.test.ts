// The Spend view: what is asked for, what opens, and the states without figures.
import { screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { action, asked, first, open, row, shown, spend, spendRow } from "./samples";

const table = () => screen.findByRole("table");

describe("spend", () => {
  it("asks for the range and the rows that are chosen, and stops hearing when it is left", async () => {
    const user = userEvent.setup();
    const { transport } = await open("spend", {});
    transport.answers.set("spend", ({ range, by }: { range: "week" | "month"; by: "tool" | "model" }) =>
      spend({ range, by, first: first(`${range} by ${by}`) }),
    );
    await user.click(screen.getByRole("button", { name: "Status" }));
    await user.click(screen.getByRole("button", { name: "Spend" }));
    await user.click(await screen.findByRole("radio", { name: "Week" }));
    await screen.findByText("week by tool");
    await user.click(screen.getByRole("button", { name: "Group by: By tool" }));
    await user.click(screen.getByRole("menuitemradio", { name: "By model" }));
    await screen.findByText("week by model");
    expect(asked(transport, "spend").slice(1)).toEqual([
      { range: "month", by: "tool" },
      { range: "week", by: "tool" },
      { range: "week", by: "model" },
    ]);
    await user.click(screen.getByRole("button", { name: "Status" }));
    await waitFor(() => {
      expect(asked(transport, "stop_spend")).toHaveLength(2);
    });
    await user.click(screen.getByRole("button", { name: "Spend" }));
    await screen.findByText("week by model");
  });

  it("draws the answer to the last question, whichever comes last", async () => {
    const user = userEvent.setup();
    const { transport } = await open("spend", { spend: spend() });
    await table();
    const late: (() => void)[] = [];
    transport.answers.set("spend", ({ range }: { range: "today" | "week" }) => {
      const answer = spend({ range, first: first(range) });
      return range === "today"
        ? new Promise((resolve) =>
            late.push(() => {
              resolve(answer);
            }),
          )
        : answer;
    });
    transport.call = async (command, takes) => {
      transport.asked.push({ command, takes });
      return await (transport.answers.get(command)?.(takes as never) as Promise<never>);
    };
    await user.click(screen.getByRole("radio", { name: "Today" }));
    await user.click(screen.getByRole("radio", { name: "Week" }));
    await screen.findByText("week");
    for (const answer of late) answer();
    await Promise.resolve();
    expect(screen.getByRole("heading", { level: 1 }).textContent.trim()).toBe("week");
  });

  it("takes new figures as they come", async () => {
    const { transport } = await open("spend", { spend: spend() });
    await table();
    transport.emit("spend", spend({ first: first("$85.20", " API value this month") }));
    expect(await screen.findByText("$85.20")).toBeTruthy();
  });

  it("opens and closes the models of a tool, by pointer and by arrow", async () => {
    const user = userEvent.setup();
    await open("spend", { spend: spend() });
    const twist = await screen.findByRole("button", { name: "Models of Claude Code" });
    await user.click(twist);
    expect(screen.getByRole("rowheader", { name: "claude-opus-4-5" })).toBeTruthy();
    twist.focus();
    await user.keyboard("{ArrowLeft}");
    expect(screen.queryByRole("rowheader", { name: "claude-opus-4-5" })).toBeNull();
    await user.keyboard("{ArrowRight}");
    expect(screen.getByRole("rowheader", { name: "claude-opus-4-5" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Models of Codex" })).toBeNull();
  });

  it("keeps fees and API value apart, exact figures in titles, and what is missing beside the total", async () => {
    const view = spend();
    if (view.body.kind === "figures")
      view.body.table.rows = [spendRow("kimi-k3-preview", { value: shown("unpriced"), fees: shown("") })];
    await open("spend", { spend: view });
    const cells = within(within(await table()).getByRole("row", { name: /kimi/ }))
      .getAllByRole("cell")
      .map((cell) => cell.textContent);
    expect(cells.slice(-2)).toEqual(["", "unpriced"]);
    expect(screen.getAllByTitle("1,840,233").length).toBeGreaterThan(0);
    expect(screen.getByText(/Missing from this total/)).toBeTruthy();
  });

  it("says why there is nothing, where it looked, and the next step", async () => {
    const user = userEvent.setup();
    await open("spend", {
      spend: spend({
        first: first("No API value yet"),
        body: {
          kind: "empty",
          lead: "No tool has recorded token counts.",
          looked_in: {
            title: "Looked in",
            is_list: true,
            rows: [row("Codex", "~/.codex", { aside: "no such folder" })],
          },
          action: action("add_folder", "Add a Folder…", true),
        },
      }),
      settings: { first: first("Settings"), sections: [{ id: "sources", title: "Sources", items: [] }] },
    });
    expect(await screen.findByText("no such folder")).toBeTruthy();
    expect(screen.queryByRole("radiogroup")).toBeNull();
    await user.click(screen.getByRole("button", { name: "Add a Folder…" }));
    await waitFor(() => {
      expect(screen.getByRole("heading", { name: "Sources" })).toBe(document.activeElement);
    });
  });

  it("shows how far the counting has come and no half total", async () => {
    await open("spend", {
      spend: spend({
        first: first("Counting your history", " · 412 of 1,000 files"),
        body: {
          kind: "counting",
          lead: "Totals appear once every file is counted.",
          done: 412,
          total: 1000,
          tools: null,
        },
      }),
    });
    const bar = await screen.findByRole("progressbar");
    expect(bar.getAttribute("aria-valuenow")).toBe("412");
    expect(bar.getAttribute("aria-valuemax")).toBe("1000");
    expect(screen.queryByRole("table")).toBeNull();
  });
});

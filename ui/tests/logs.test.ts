// The Logs view: hostile text, a long list of which little is drawn, following, and the keyboard.
import { screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import type { LogRow } from "../src/bindings/window";
import { asked, batch, line, lines, marked, open } from "./samples";
import { resize } from "./setup";

const beginning = { rows: [], before: null, end: "The log begins here" };
const withRows = (rows: LogRow[], older: unknown = beginning) => ({
  follow_logs: 1,
  logs: [batch(rows)],
  older_logs: older,
});
const list = () => screen.findByRole("listbox");

describe("hostile text", () => {
  it("is text and nothing else", async () => {
    const markup = "<img src=x onerror=alert(1)><script>alert(2)</script>";
    const { container } = await open(
      "logs",
      withRows([
        line(1, {
          text: [
            { text: "model “", raw: false },
            { text: "\\x1B", raw: true },
            { text: `[31m${markup}`, raw: false },
            { text: "\\u202E", raw: true },
          ],
          plain: `model “\\x1B[31m${markup}\\u202E`,
          attributes: [{ key: markup, value: [{ text: markup, raw: false }], plain: markup }],
        }),
      ]),
    );
    const user = userEvent.setup();
    await user.click(within(await list()).getByRole("option"));
    const region = await screen.findByRole("region", { name: "Selected record" });
    expect(region.textContent).toContain(markup);
    expect(container.querySelector("img, script")).toBeNull();
    expect(container.querySelector(".line .text")?.textContent).toBe(`model “\\x1B[31m${markup}\\u202E`);
    const raw = [...container.querySelectorAll(".line .raw")].map((each) => each.textContent);
    expect(raw).toEqual(["\\x1B", "\\u202E"]);
    for (const text of container.querySelectorAll(".line .text, .detail .message"))
      expect(text.getAttribute("dir")).toBe("ltr");
  });
});

describe("a long log", () => {
  it("draws the rows in sight and says how many there are", async () => {
    await open("logs", withRows(lines(1, 3000)));
    const options = await within(await list()).findAllByRole("option");
    expect(options.length).toBeLessThan(40);
    expect(options.at(-1)?.getAttribute("aria-posinset")).toBe("3000");
    expect(options.at(-1)?.getAttribute("aria-setsize")).toBe("3000");
  });

  it("stays at the end while it follows, and where one reads while it does not", async () => {
    const { transport } = await open("logs", withRows(lines(1, 100)));
    const box = await list();
    const atEnd = () => box.scrollTop + box.clientHeight === box.scrollHeight;
    await waitFor(() => {
      expect(atEnd()).toBe(true);
    });
    transport.emit("logs", batch(lines(101, 50)));
    await waitFor(() => {
      expect(box.scrollHeight).toBeGreaterThan(150 * 28);
      expect(atEnd()).toBe(true);
    });

    box.scrollTop = 1000;
    box.dispatchEvent(new Event("scroll"));
    const follow = screen.getByRole("button", { name: "Follow" });
    await waitFor(() => {
      expect(follow.getAttribute("aria-pressed")).toBe("false");
    });
    transport.emit("logs", batch(lines(151, 50)));
    await waitFor(() => {
      expect(box.scrollHeight).toBeGreaterThan(200 * 28);
    });
    expect(box.scrollTop).toBe(1000);

    await userEvent.setup().click(follow);
    await waitFor(() => {
      expect(atEnd()).toBe(true);
    });
  });

  it("keeps a row that is opened in sight, rather than the end", async () => {
    const user = userEvent.setup();
    await open("logs", withRows(lines(1, 100)));
    const box = await list();
    await waitFor(() => {
      expect(box.scrollTop).toBeGreaterThan(0);
    });
    await user.click(within(box).getByText("line 92"));
    resize({ height: 100 });
    await waitFor(() => {
      expect(screen.getByRole("button", { name: "Follow" }).getAttribute("aria-pressed")).toBe("false");
    });
    const top = 4 + 91 * 28;
    expect(box.scrollTop).toBeLessThanOrEqual(top);
    expect(box.scrollTop + 100).toBeGreaterThanOrEqual(top + 28);
  });

  it("pages older rows in above what is read, without moving it", async () => {
    const { transport } = await open(
      "logs",
      withRows(lines(1000, 100), { rows: [], before: "x", end: null }),
    );
    transport.answers.set("older_logs", () => ({
      rows: lines(900, 100),
      before: null,
      end: "The log begins here",
    }));
    const box = await list();
    await waitFor(() => {
      expect(box.scrollTop).toBeGreaterThan(0);
    });
    box.scrollTop = 100;
    box.dispatchEvent(new Event("scroll"));
    await waitFor(() => {
      expect(box.scrollTop).toBe(100 + 100 * 28 + 28);
    });
  });
});

describe("the keyboard", () => {
  it("walks the rows, steps over a gap, and closes the record", async () => {
    const user = userEvent.setup();
    await open(
      "logs",
      withRows([...lines(1, 2), { kind: "lost", id: "gap", text: "4 lines lost" }, ...lines(3, 2)]),
    );
    const box = await list();
    box.focus();
    const chosen = () => within(box).queryByRole("option", { selected: true })?.textContent.trim();
    await user.keyboard("{ArrowUp}");
    await waitFor(() => {
      expect(chosen()).toContain("line 4");
    });
    await user.keyboard("{ArrowUp}{ArrowUp}");
    await waitFor(() => {
      expect(chosen()).toContain("line 2");
    });
    expect(box.getAttribute("aria-activedescendant")).toBe("line-2");
    await user.keyboard("{Home}");
    await waitFor(() => {
      expect(chosen()).toContain("line 1");
    });
    await user.keyboard("{End}");
    await waitFor(() => {
      expect(chosen()).toContain("line 4");
    });
    await user.keyboard("{Escape}");
    await waitFor(() => {
      expect(screen.queryByRole("region", { name: "Selected record" })).toBeNull();
    });
  });

  it("reaches the search with Control and F, and clears it with Escape", async () => {
    const user = userEvent.setup();
    const { transport } = await open("logs", withRows(lines(1, 3)));
    await list();
    await user.keyboard("{Control>}f{/Control}");
    const search = screen.getByRole("searchbox");
    expect(search).toBe(document.activeElement);
    await user.keyboard("codex");
    await waitFor(() => {
      expect(asked(transport, "follow_logs").at(-1)).toEqual({ filter: { level: "debug", text: "codex" } });
    });
    expect(asked(transport, "follow_logs")).toHaveLength(2);
    await user.keyboard("{Escape}");
    await waitFor(() => {
      expect(asked(transport, "follow_logs").at(-1)).toEqual({ filter: { level: "debug", text: "" } });
    });
  });
});

describe("a record", () => {
  it("shows its attributes and where it is, is copied, and opens its moment in Grafana", async () => {
    const user = userEvent.setup();
    const write = vi.spyOn(navigator.clipboard, "writeText");
    const { transport } = await open("logs", withRows([line(1, { cut: "1.0 MB, the first 4 kB shown" })]));
    await user.click(within(await list()).getByRole("option"));
    const region = within(await screen.findByRole("region", { name: "Selected record" }));
    expect(region.getByText("Thu 24 Sep, 14:31:58.102 · in Loki")).toBeTruthy();
    expect(region.getByText("tool.name")).toBeTruthy();
    expect(region.getByText("1.0 MB, the first 4 kB shown")).toBeTruthy();
    await user.click(region.getByRole("button", { name: "Copy" }));
    expect(write).toHaveBeenCalledExactlyOnceWith("copied line 1");
    expect(await region.findByRole("button", { name: "Copied" })).toBeTruthy();
    await user.click(region.getByRole("button", { name: "Show in Grafana" }));
    expect(asked(transport, "open_grafana")).toEqual([{ at: line(1).at }]);
  });

  it("follows its mark", async () => {
    const user = userEvent.setup();
    const { transport } = await open("logs", withRows([line(1, { marked: marked("waiting") })]));
    await user.click(within(await list()).getByRole("option"));
    expect(await screen.findByText(/· waiting here/)).toBeTruthy();
    transport.emit("logs", batch([], { marks: [{ id: "1", marked: marked("shipped") }] }));
    expect(await screen.findByText(/· in Loki/)).toBeTruthy();
  });
});

describe("an empty log", () => {
  it("says why, and what a filter leaves out", async () => {
    const user = userEvent.setup();
    const { transport } = await open("logs", withRows([]));
    expect(await screen.findByText("Nothing recorded yet")).toBeTruthy();
    transport.answers.set("follow_logs", () => {
      setTimeout(() => {
        transport.emit("logs", batch([], { follow: 2 }));
      }, 0);
      return 2;
    });
    await user.click(screen.getByRole("button", { name: /Level/ }));
    await user.click(screen.getByRole("menuitemradio", { name: "Errors only" }));
    expect(await screen.findByText("No line matches")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Show All Lines" }));
    expect(asked(transport, "follow_logs").at(-1)).toEqual({ filter: { level: "debug", text: "" } });
  });

  it("stops the stream when the view is left", async () => {
    const user = userEvent.setup();
    const { transport } = await open("logs", withRows(lines(1, 1)));
    await list();
    await user.click(screen.getByRole("button", { name: "Status" }));
    await waitFor(() => {
      expect(asked(transport, "stop_logs")).toHaveLength(1);
    });
  });
});

// What the Logs view keeps of a stream that does not end.
import { afterEach, describe, expect, it, vi } from "vitest";
import { BUSY, CALM, KEPT_FOLLOWING, LogFeed } from "../src/log-feed.svelte";
import { Session } from "../src/session.svelte";
import { FixtureTransport } from "../src/transport/fixtures";
import { asked, batch, line, lines, marked } from "./samples";

afterEach(() => {
  vi.useRealTimers();
});

const all = { level: "debug", text: "" } as const;

function feedOver(follow = 1) {
  const transport = new FixtureTransport({});
  let next = follow;
  transport.answers.set("follow_logs", () => next++);
  transport.answers.set("older_logs", () => ({ rows: [], before: null, end: "The log begins here" }));
  const trimmed = vi.fn();
  const feed = new LogFeed(new Session(transport), trimmed);
  return { transport, trimmed, feed };
}

describe("the feed of the log", () => {
  it("takes lines that come before the answer that names their stream", async () => {
    const { transport, feed } = feedOver(7);
    transport.answers.set("follow_logs", () => {
      transport.emit("logs", batch(lines(1, 2), { follow: 7 }));
      return 7;
    });
    await feed.start(all);
    expect(feed.rows.map(({ id }) => id)).toEqual(["1", "2"]);
  });

  it("asks for the next batch a second after one is drawn, and only for the stream it hears", async () => {
    vi.useFakeTimers();
    const { transport, feed } = feedOver();
    await feed.start(all);
    transport.emit("logs", batch(lines(1, 2)));
    await vi.advanceTimersByTimeAsync(CALM - 1);
    expect(asked(transport, "took_logs")).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked(transport, "took_logs")).toEqual([{ follow: 1 }]);
    transport.emit("logs", batch(lines(3, 1)));
    await feed.start({ level: "warn", text: "" });
    transport.emit("logs", batch(lines(4, 1), { follow: 1 }));
    transport.emit("logs", batch(lines(5, 1), { follow: 2 }));
    await vi.advanceTimersByTimeAsync(CALM);
    expect(asked(transport, "took_logs")).toEqual([{ follow: 1 }, { follow: 2 }]);
  });

  it("holds nothing back while nothing is shown yet", async () => {
    vi.useFakeTimers();
    const { transport, feed } = feedOver();
    await feed.start(all);
    transport.emit("logs", batch([]));
    await vi.advanceTimersByTimeAsync(0);
    expect(asked(transport, "took_logs")).toEqual([{ follow: 1 }]);
  });

  it("holds nothing back while many lines come", async () => {
    vi.useFakeTimers();
    const { transport, feed } = feedOver();
    await feed.start(all);
    transport.emit("logs", batch(lines(1, BUSY)));
    await vi.advanceTimersByTimeAsync(0);
    expect(asked(transport, "took_logs")).toEqual([{ follow: 1 }]);
  });

  it("ignores lines of a filter that holds no more", async () => {
    const { transport, feed } = feedOver();
    await feed.start(all);
    await feed.start({ level: "warn", text: "" });
    transport.emit("logs", batch(lines(1, 3), { follow: 1 }));
    transport.emit("logs", batch(lines(9, 1), { follow: 2 }));
    expect(feed.rows.map(({ id }) => id)).toEqual(["9"]);
  });

  it("keeps what is shown when the answer for a newer filter fails", async () => {
    const { transport, feed } = feedOver();
    await feed.start(all);
    transport.emit("logs", batch(lines(1, 3)));
    transport.fail("follow_logs", { message: "no", remedy: "" });
    await feed.start({ level: "warn", text: "" });
    expect(feed.rows).toHaveLength(3);
  });

  it("forgets what was shown when another agent begins", async () => {
    const { transport, feed } = feedOver();
    await feed.start(all);
    transport.emit("logs", batch(lines(1, 3)));
    transport.emit("logs", batch(lines(1, 1), { afresh: true }));
    expect(feed.rows).toHaveLength(1);
  });

  it("changes the mark of a line and leaves the others as they are", async () => {
    const { transport, feed } = feedOver();
    await feed.start(all);
    transport.emit(
      "logs",
      batch([line(1, { marked: marked("waiting") }), line(2, { marked: marked("waiting") })]),
    );
    const second = feed.rows[1];
    transport.emit("logs", batch([], { marks: [{ id: "1", marked: marked("shipped") }] }));
    expect(feed.rows[0]).toMatchObject({ marked: { mark: "shipped" } });
    expect(feed.rows[1]).toBe(second);
  });

  it("lets the oldest half go at once, says how many, and can page them back in", async () => {
    const { transport, trimmed, feed } = feedOver();
    await feed.start(all);
    transport.emit("logs", batch(lines(0, KEPT_FOLLOWING)));
    expect(trimmed).not.toHaveBeenCalled();
    transport.emit("logs", batch(lines(KEPT_FOLLOWING, 1)));
    expect(trimmed).toHaveBeenCalledExactlyOnceWith(KEPT_FOLLOWING / 2 + 1);
    expect(feed.rows).toHaveLength(KEPT_FOLLOWING / 2);
    await feed.older();
    const firstKept = feed.rows[0];
    expect(asked(transport, "older_logs").at(-1)).toMatchObject({
      before: firstKept?.kind === "line" ? firstKept.at : "none",
    });
  });

  it("keeps more while somebody reads further up", async () => {
    const { transport, trimmed, feed } = feedOver();
    await feed.start(all);
    feed.following = false;
    transport.emit("logs", batch(lines(0, KEPT_FOLLOWING + 1)));
    expect(trimmed).not.toHaveBeenCalled();
  });

  it("pages older lines in above, one page at a time, until the beginning", async () => {
    const { transport, feed } = feedOver();
    await feed.start(all);
    transport.emit("logs", batch(lines(100, 2)));
    transport.answers.set("older_logs", () => ({ rows: lines(90, 10), before: "cursor", end: null }));
    const counts = await Promise.all([feed.older(), feed.older()]);
    expect(counts).toEqual([10, 0]);
    expect(feed.rows[0]?.id).toBe("90");
    transport.answers.set("older_logs", () => ({
      rows: lines(80, 10),
      before: null,
      end: "The log begins here",
    }));
    await feed.older();
    expect(asked(transport, "older_logs").at(-1)).toMatchObject({ before: "cursor" });
    expect(feed.end).toBe("The log begins here");
    expect(await feed.older()).toBe(0);
  });

  it("asks for no older lines while the recent ones are on their way", async () => {
    vi.useFakeTimers();
    const { transport, feed } = feedOver();
    await feed.start(all);
    transport.emit("logs", batch([]));
    await vi.advanceTimersByTimeAsync(100);
    transport.emit("logs", batch(lines(1, 2)));
    await vi.advanceTimersByTimeAsync(2 * CALM);
    expect(asked(transport, "older_logs")).toEqual([]);
    expect(feed.loading).toBe(false);
  });

  it("shows a line once that is in a page and among the recent ones", async () => {
    const { transport, feed } = feedOver();
    await feed.start(all);
    transport.emit("logs", batch(lines(5, 3)));
    transport.answers.set("older_logs", () => ({ rows: lines(1, 6), before: null, end: null }));
    expect(await feed.older()).toBe(4);
    expect(feed.rows.map(({ id }) => id)).toEqual(["1", "2", "3", "4", "5", "6", "7"]);
  });

  it("looks in the files when nothing recent matches", async () => {
    const { transport, feed } = feedOver();
    transport.answers.set("older_logs", () => ({ rows: lines(1, 1), before: null, end: "" }));
    await feed.start({ level: "error", text: "refused" });
    transport.emit("logs", batch([]));
    await vi.waitFor(() => {
      expect(feed.rows).toHaveLength(1);
    });
    expect(asked(transport, "older_logs")).toEqual([
      { filter: { level: "error", text: "refused" }, before: null },
    ]);
    expect(feed.rows).toHaveLength(1);
  });
});

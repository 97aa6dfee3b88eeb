// The rows of the Logs view: live ones as they come, older ones as they are asked for, bounded.
import { tick } from "svelte";
import type { FirstLine, LogBatch, LogFilter, LogRow } from "./bindings/window";
import type { Session } from "./session.svelte";

/** Rows kept while the end of the log is followed, before the oldest half is let go. */
export const KEPT_FOLLOWING = 4_000;
/**
 * Milliseconds between two batches of a steady stream. Each repaints the list, which costs some ten
 * milliseconds of a core without a graphics processor; ten a second would be a tenth of it, for as long
 * as the window is open.
 */
export const CALM = 1_000;
/** Milliseconds that the first lines have before they are looked for in the files. */
const GRACE = 400;
/** Rows in a batch from which on the next one is not held back. */
export const BUSY = 100;
/** Rows kept at most, wherever one reads. */
export const KEPT = 20_000;

export class LogFeed {
  rows = $state.raw<readonly LogRow[]>([]);
  first = $state.raw<FirstLine | null>(null);
  /** Whether older lines are being fetched. */
  loading = $state(false);
  /** What stands above the first row once the beginning of the log is shown. */
  end = $state<string | null>(null);
  /** Whether the end of the log is followed: then old rows are let go early. */
  following = true;

  private follow: number | null = null;
  private early: LogBatch[] = [];
  /** Whether the recent lines have come. */
  private begun = false;
  private asked = 0;
  private filter: LogFilter = { level: "debug", text: "" };
  private before: string | null = null;
  private stop: Promise<() => void> | null = null;

  /** @param ontrim hears how many rows went at the top, before they do */
  constructor(
    private readonly session: Session,
    private readonly ontrim: (count: number) => void,
  ) {}

  /** Begins anew with a filter. */
  async start(filter: LogFilter): Promise<void> {
    this.stop ??= this.session.transport.listen("logs", (batch) => {
      this.hear(batch);
    });
    await this.stop;
    this.asked += 1;
    const mine = this.asked;
    this.filter = filter;
    this.follow = null;
    this.early = [];
    const follow = await this.session.ask("follow_logs", { filter });
    if (follow === undefined || mine !== this.asked) return;
    this.replaceAll();
    this.begun = false;
    this.follow = follow;
    const early = this.early;
    this.early = [];
    for (const batch of early) this.hear(batch);
  }

  close(): void {
    this.asked += 1;
    this.follow = null;
    void this.stop?.then((end) => {
      end();
    });
    this.stop = null;
    void this.session.ask("stop_logs", {});
  }

  /**
   * Fetches older lines.
   * @returns how many rows came to stand above the ones before
   */
  async older(): Promise<number> {
    if (this.loading || this.end !== null || this.follow === null) return 0;
    this.loading = true;
    const mine = this.asked;
    try {
      const page = await this.session.ask("older_logs", {
        filter: this.filter,
        before: this.before ?? this.firstMoment(),
      });
      if (page === undefined || mine !== this.asked) return 0;
      this.before = page.before;
      if (page.before === null) this.end = page.end ?? "";
      // The file was read at another moment than the ring: a line may be in both.
      // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing is drawn from it
      const shown = new Set(this.rows.map(({ id }) => id));
      const older = page.rows.filter(({ id }) => !shown.has(id));
      this.rows = [...older, ...this.rows];
      return older.length;
    } finally {
      this.loading = false;
    }
  }

  /** Fetches older lines unless recent ones come after all: without a first one, a page could hold them. */
  private async lookBack(): Promise<void> {
    const mine = this.asked;
    this.loading = true;
    await new Promise((resolve) => setTimeout(resolve, GRACE));
    this.loading = false;
    if (mine === this.asked && this.rows.length === 0) await this.older();
  }

  private firstMoment(): string | null {
    for (const row of this.rows) if (row.kind === "line") return row.at;
    return null;
  }

  private hear(batch: LogBatch): void {
    // The first lines may be here before the answer that says which call they belong to.
    if (this.follow === null) {
      this.early.push(batch);
      return;
    }
    if (batch.follow !== this.follow) return;
    if (batch.afresh) this.replaceAll();
    this.first = batch.first;
    if (batch.marks.length > 0) this.mark(batch);
    if (batch.rows.length > 0) this.append(batch.rows);
    // Nothing recent matches; something older may.
    if (!this.begun && this.rows.length === 0) void this.lookBack();
    this.begun = true;
    void this.took(batch);
  }

  /**
   * Lets the next batch come, a while after this one is drawn: a line after a silence shows at once, and
   * a steady stream once a second. A full batch means that more lines wait than a second may hold back,
   * and an empty list waits for its first.
   */
  private async took(batch: LogBatch): Promise<void> {
    await tick();
    const isCalm = batch.rows.length < BUSY && this.rows.length > 0;
    if (isCalm) await new Promise((resolve) => setTimeout(resolve, CALM));
    if (batch.follow === this.follow) await this.session.ask("took_logs", { follow: batch.follow });
  }

  private replaceAll(): void {
    this.rows = [];
    this.before = null;
    this.end = null;
  }

  private mark(batch: LogBatch): void {
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing is drawn from it
    const marks = new Map(batch.marks.map(({ id, marked }) => [id, marked]));
    this.rows = this.rows.map((row) => {
      const marked = row.kind === "line" ? marks.get(row.id) : undefined;
      return marked === undefined ? row : ({ ...row, marked } as LogRow);
    });
  }

  private append(more: readonly LogRow[]): void {
    const rows = [...this.rows, ...more];
    const most = this.following ? KEPT_FOLLOWING : KEPT;
    if (rows.length <= most) {
      this.rows = rows;
      return;
    }
    // Half at once: were it one for one, every row would move with every line.
    const gone = rows.length - Math.floor(most / 2);
    this.ontrim(gone);
    this.before = null;
    this.end = null;
    this.rows = rows.slice(gone);
  }
}

// A program that is not there: answers come from a fixture, one file for each state of the window.
// For tests and the harness; the product's build never reaches this module (a test walks its imports).
import type { Commands, Events, LogBatch, Problem } from "../bindings/window";
import type { CommandName, EventName, Transport } from "./transport";

/** What a fixture file holds: by the name of a command its answer, by that of an event what is sent. */
export type Fixture = Partial<Record<CommandName | EventName | "problems", unknown>>;

/** A command as it was asked. */
export interface Asked {
  command: CommandName;
  takes: unknown;
}

/** Commands that answer with a view another command gives: without an answer of their own they change nothing. */
const same: Partial<Record<CommandName, CommandName>> = {
  check_settings: "settings",
  change_settings: "settings",
  change_subscriptions: "settings",
  set_token: "settings",
  clear_token: "settings",
  try_first_run: "first_run",
};

type Heard = (payload: unknown) => void;

export class FixtureTransport implements Transport {
  /** Everything asked so far, oldest first. */
  readonly asked: Asked[] = [];
  /** Answers in place of the fixture's, by command; a function is given the arguments. */
  readonly answers = new Map<CommandName, (takes: never) => unknown>();
  private readonly listeners = new Map<EventName, Set<Heard>>();

  constructor(private fixture: Fixture) {}

  async call<C extends CommandName>(command: C, takes: Commands[C]["takes"]): Promise<Commands[C]["gives"]> {
    this.asked.push({ command, takes });
    await Promise.resolve();
    const own = this.answers.get(command);
    const answer: unknown =
      own === undefined
        ? (this.fixture[command] ?? this.fixture[same[command] ?? command])
        : own(takes as never);
    // A page is there once, else its rows would come again for every look further up.
    if (command === "older_logs")
      this.fixture = { ...this.fixture, older_logs: { rows: [], before: null, end: null } };
    if (command === "opening") this.later(["shell", "test"]);
    if (command === "follow_logs") this.later(["logs"]);
    return structuredClone(answer ?? null) as Commands[C]["gives"];
  }

  listen<E extends EventName>(event: E, heard: (payload: Events[E]) => void): Promise<() => void> {
    const all = this.listeners.get(event) ?? new Set<Heard>();
    this.listeners.set(event, all);
    all.add(heard as Heard);
    return Promise.resolve(() => {
      all.delete(heard as Heard);
    });
  }

  /** Sends an event to whoever listens. */
  emit<E extends EventName>(event: E, payload: Events[E]): void {
    for (const heard of this.listeners.get(event) ?? []) heard(payload);
  }

  /** Makes a command fail. */
  fail(command: CommandName, problem: Problem): void {
    this.answers.set(command, () => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- what the bridge rejects with is data
      throw problem;
    });
  }

  private later(events: readonly EventName[]): void {
    setTimeout(() => {
      for (const event of events) {
        const payload = this.fixture[event];
        if (payload === undefined) continue;
        if (event === "logs")
          for (const batch of [payload as LogBatch | LogBatch[]].flat()) this.emit("logs", batch);
        else this.emit(event, payload as Events[typeof event]);
      }
    }, 0);
  }
}

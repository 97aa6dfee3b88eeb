// What the page knows: which view is shown, what the program said last, and how each button's deed is
// done. One per page. Views keep only what nobody else needs.
import type {
  Action,
  Commands,
  Deed,
  Events,
  Grouping,
  LogFilter,
  PauseChoice,
  Problem,
  Range,
  SectionId,
  SettingsView,
  Shell,
  StatusView,
  TestView,
  View,
} from "./bindings/window";
import { asProblem, type CommandName, type EventName, type Transport } from "./transport/transport";

/** Deeds that are one command without arguments and without an answer. */
const plainCommands = {
  resume: "resume",
  try_now: "try_now",
  acknowledge: "acknowledge_dropped",
  open_config: "open_config",
  show_quarantine: "show_quarantine",
  open_log_folder: "open_log_folder",
  start_agent: "start_agent",
  test: "test_connection",
  stop_test: "stop_test",
  quit: "quit",
} as const satisfies Partial<Record<Deed, CommandName>>;

/** Where Settings is to be opened: a section, and whether at the token's field. */
export interface Target {
  section: SectionId;
  token: boolean;
}

export class Session {
  /** The view that is shown; nothing until the program has said which. */
  view = $state<View | null>(null);
  shell = $state.raw<Shell | null>(null);
  /** Whether no agent answers: what a view needs is asked for when one does. */
  readonly away = $derived((this.shell?.notice ?? null) !== null);
  /** Rises when what a view needs is to be asked for again. */
  attempt = $state(0);
  status = $state.raw<StatusView | null>(null);
  settings = $state.raw<SettingsView | null>(null);
  /** The connection test as far as it has come, once one has begun. */
  test = $state.raw<TestView | null>(null);
  /** The section of Settings at the top of the scroll area. */
  section = $state<SectionId | null>(null);
  /** Where Settings is to scroll; a new object for each wish. */
  target = $state.raw<Target | null>(null);
  /** What the last deed failed with; shown until the next one or until dismissed. */
  problem = $state.raw<Problem | null>(null);
  /** What the last deed came to, where that needs words. */
  said = $state<string | null>(null);
  /** Deeds that are under way: their buttons wait. */
  busy = $state<Deed[]>([]);
  /** What Logs shows; it stays from one visit to the next. */
  filter = $state.raw<LogFilter>({ level: "debug", text: "" });

  /** What Spend shows; it stays likewise. */
  spend = $state.raw<{ range: Range; by: Grouping }>({ range: "month", by: "tool" });

  constructor(readonly transport: Transport) {}

  /** Hears the program and asks it what to begin with. */
  async open(): Promise<void> {
    try {
      await Promise.all([
        this.hear("shell", (shell) => {
          this.shell = shell;
        }),
        this.hear("status", (status) => {
          this.status = status;
        }),
        this.hear("settings", (settings) => {
          this.takeSettings(settings);
        }),
        this.hear("test", (test) => {
          this.test = test;
        }),
        this.hear("go", (view) => {
          this.go(view);
        }),
      ]);
      const opening = await this.transport.call("opening", {});
      this.shell ??= opening.shell;
      this.view ??= opening.view;
    } catch (thrown) {
      this.problem = asProblem(thrown);
      this.view ??= "status";
    }
  }

  /** Hears an event for as long as the page lives. */
  private async hear<E extends EventName>(event: E, heard: (payload: Events[E]) => void): Promise<void> {
    await this.transport.listen(event, heard);
  }

  /**
   * Asks, and shows what went wrong.
   * @returns the answer, or nothing when there is none
   */
  async ask<C extends CommandName>(
    command: C,
    takes: Commands[C]["takes"],
  ): Promise<Commands[C]["gives"] | undefined> {
    try {
      const answer = await this.transport.call(command, takes);
      return answer;
    } catch (thrown) {
      this.problem = asProblem(thrown);
      return undefined;
    }
  }

  retry(): void {
    this.problem = null;
    this.attempt += 1;
  }

  /** An answer holds the test as it is at that moment. */
  takeSettings(settings: SettingsView): void {
    this.settings = settings;
    this.test = null;
  }

  go(view: View): void {
    this.problem = null;
    this.said = null;
    this.view = view;
  }

  /** Opens Settings at a section. */
  goTo(section: SectionId, token = false): void {
    this.go("settings");
    this.section = section;
    this.target = { section, token };
  }

  async pause(choice: PauseChoice): Promise<void> {
    this.problem = null;
    await this.ask("pause", { choice });
  }

  /** Does what a button says. */
  readonly perform = (action: Action): void => {
    void this.do(action.deed);
  };

  private async do(deed: Deed): Promise<void> {
    if (this.busy.includes(deed)) return;
    this.problem = null;
    this.said = null;
    this.busy.push(deed);
    try {
      await this.deed(deed);
    } finally {
      this.busy = this.busy.filter((other) => other !== deed);
    }
  }

  private async deed(deed: Deed): Promise<void> {
    switch (deed) {
      case "connect":
        this.goTo("connection");
        break;
      case "replace_token":
        this.goTo("connection", true);
        break;
      case "connect_grafana":
        this.goTo("grafana");
        break;
      case "add_folder":
        this.goTo("sources");
        break;
      case "show_dropped":
        this.filter = { level: "debug", text: "dropped" };
        this.go("logs");
        break;
      case "open_grafana":
        await this.ask("open_grafana", { at: null });
        break;
      case "send_kept":
        await this.ask("send_kept", { send: true });
        break;
      case "keep_kept":
        await this.ask("send_kept", { send: false });
        break;
      case "remove_token": {
        const settings = await this.ask("clear_token", {});
        if (settings !== undefined) this.takeSettings(settings);
        break;
      }
      // The menu of choices is the button itself.
      case "pause":
        break;
      case "resume":
      case "try_now":
      case "acknowledge":
      case "open_config":
      case "show_quarantine":
      case "open_log_folder":
      case "start_agent":
      case "test":
      case "stop_test":
      case "quit":
        await this.ask(plainCommands[deed], {});
        break;
      case "update_prices":
        this.said = (await this.ask("update_prices", {})) ?? null;
        break;
    }
  }
}

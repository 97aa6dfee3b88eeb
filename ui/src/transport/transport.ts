// What the page may ask of the program, and what it is told without asking. Two things implement it:
// Tauri's bridge, and fixtures for tests and a plain browser.
import type { Commands, Events, Problem } from "../bindings/window";

export type CommandName = keyof Commands;
export type EventName = keyof Events;

export interface Transport {
  /** Asks; rejects with a {@link Problem}. */
  call<C extends CommandName>(command: C, takes: Commands[C]["takes"]): Promise<Commands[C]["gives"]>;
  /** Hears every event of that name, until the function it gives is called. */
  listen<E extends EventName>(event: E, heard: (payload: Events[E]) => void): Promise<() => void>;
}

/** What went wrong, whatever was thrown: a refusal by the shell itself is plain text. */
export function asProblem(thrown: unknown): Problem {
  if (
    typeof thrown === "object" &&
    thrown !== null &&
    "message" in thrown &&
    typeof thrown.message === "string"
  ) {
    const remedy = "remedy" in thrown && typeof thrown.remedy === "string" ? thrown.remedy : "";
    return { message: thrown.message, remedy };
  }
  return { message: typeof thrown === "string" ? thrown : "unknown error", remedy: "" };
}

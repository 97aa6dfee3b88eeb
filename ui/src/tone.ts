// Tones as classes, in one place.
import type { Tone } from "./bindings/window";

const classes: Record<Tone, string> = { plain: "", wait: "amber", act: "red" };

/** The class of a text or a glyph with this tone; empty for a plain one. */
export function toneClass(tone: Tone): string {
  return classes[tone];
}

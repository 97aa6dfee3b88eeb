// Copying text. A page that is loaded over the program's own scheme is not everywhere taken for a
// secure one, and then lacks the newer interface.

/**
 * Puts text on the clipboard.
 * @returns whether it is there
 */
export async function copy(text: string): Promise<boolean> {
  // Not everywhere what its type promises.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard !== undefined) {
    try {
      await clipboard.writeText(text);
      return true;
    } catch {
      // Refused: the older way may not be.
    }
  }
  const held = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "heard";
  area.setAttribute("aria-hidden", "true");
  document.body.append(area);
  area.select();
  // Deprecated, and the only way left where the one above is missing.
  const done = document.execCommand("copy");
  area.remove();
  if (held instanceof HTMLElement) held.focus();
  return done;
}

// One stop of the Tab key for a group of controls, arrows within it (WAI-ARIA's roving tabindex).
import type { Attachment } from "svelte/attachments";

const steps: Record<string, number> = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

/**
 * Keeps exactly one of the group's buttons in the Tab order: the one that was focused last, before
 * that the current one. Arrows, Home and End move the focus, and wrap around.
 * @param onmove is handed the control an arrow went to, where going there is choosing it
 */
export function roving(onmove?: (member: HTMLElement) => void): Attachment<HTMLElement> {
  return (group) => {
    const members = (): HTMLElement[] => [
      ...group.querySelectorAll<HTMLElement>("[data-rove]:not(:disabled)"),
    ];

    const settle = (stop?: HTMLElement): void => {
      const all = members();
      const chosen =
        stop ??
        all.find((member) => member === document.activeElement) ??
        all.find(
          (member) =>
            member.ariaCurrent !== null ||
            member.ariaChecked === "true" ||
            member.hasAttribute("aria-current"),
        ) ??
        all.find((member) => member.tabIndex === 0) ??
        all[0];
      for (const member of all) {
        const wanted = member === chosen ? 0 : -1;
        if (member.tabIndex !== wanted || !member.hasAttribute("tabindex")) member.tabIndex = wanted;
      }
    };

    const onKey = (event: KeyboardEvent): void => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const all = members();
      const here = all.indexOf(event.target as HTMLElement);
      if (here < 0) return;
      const step = steps[event.key];
      let next: HTMLElement | undefined;
      if (step !== undefined) next = all[(here + step + all.length) % all.length];
      else if (event.key === "Home") next = all[0];
      else if (event.key === "End") next = all.at(-1);
      if (next === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      settle(next);
      next.focus();
      onmove?.(next);
    };

    const onFocus = (event: FocusEvent): void => {
      const target = event.target as HTMLElement;
      if (members().includes(target)) settle(target);
    };

    settle();
    // Members come and go, and another becomes current, without this group hearing of it.
    const watch = new MutationObserver(() => {
      settle();
    });
    watch.observe(group, {
      childList: true,
      subtree: true,
      attributeFilter: ["aria-current", "aria-checked", "disabled"],
    });
    group.addEventListener("keydown", onKey);
    group.addEventListener("focusin", onFocus);
    return () => {
      watch.disconnect();
      group.removeEventListener("keydown", onKey);
      group.removeEventListener("focusin", onFocus);
    };
  };
}

// The menu and the groups of controls, by keyboard.
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import Menu from "../src/components/Menu.svelte";
import Segments from "../src/components/Segments.svelte";

const choices = [
  { key: "a", label: "Alpha" },
  { key: "b", label: "Beta" },
  { key: "c", label: "Gamma" },
];
const focused = () => document.activeElement?.textContent.trim();

describe("a menu", () => {
  it("opens at what is chosen, and moves around with arrows, ends and letters", async () => {
    const user = userEvent.setup();
    render(Menu, { label: "Beta", choices, current: "b", onchoose: vi.fn() });
    await user.tab();
    await user.keyboard("{ArrowDown}");
    expect(focused()).toBe("Beta");
    await user.keyboard("{ArrowDown}{ArrowDown}");
    expect(focused()).toBe("Alpha");
    await user.keyboard("{ArrowUp}");
    expect(focused()).toBe("Gamma");
    await user.keyboard("{Home}");
    expect(focused()).toBe("Alpha");
    await user.keyboard("g");
    expect(focused()).toBe("Gamma");
  });

  it("chooses, closes and gives the focus back", async () => {
    const user = userEvent.setup();
    const onchoose = vi.fn();
    render(Menu, { label: "Pause Shipping", choices, onchoose });
    await user.tab();
    await user.keyboard("{Enter}");
    await user.keyboard("{ArrowDown}{Enter}");
    expect(onchoose).toHaveBeenCalledExactlyOnceWith("b");
    expect(screen.queryByRole("menu")).toBeNull();
    expect(screen.getByRole("button")).toBe(document.activeElement);
  });

  it("closes with Escape and with a click elsewhere, choosing nothing", async () => {
    const user = userEvent.setup();
    const onchoose = vi.fn();
    render(Menu, { label: "Pause Shipping", choices, onchoose });
    await user.click(screen.getByRole("button"));
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("menu")).toBeNull();
    await user.click(screen.getByRole("button"));
    expect(screen.getByRole("menu")).toBeTruthy();
    await user.click(document.body);
    expect(screen.queryByRole("menu")).toBeNull();
    expect(onchoose).not.toHaveBeenCalled();
  });
});

describe("a menu at the right edge", () => {
  it("opens to the left", async () => {
    const user = userEvent.setup();
    const box = vi
      .spyOn(Element.prototype, "getBoundingClientRect")
      .mockReturnValue({ right: innerWidth + 1 } as DOMRect);
    render(Menu, { label: "Monthly", choices, onchoose: vi.fn() });
    await user.click(screen.getByRole("button"));
    expect(screen.getByRole("menu").classList.contains("right")).toBe(true);
    box.mockReturnValue({ right: innerWidth - 1 } as DOMRect);
    await user.keyboard("{Escape}{ArrowDown}");
    expect(screen.getByRole("menu").classList.contains("right")).toBe(false);
  });
});

describe("segments", () => {
  it("are one stop of the Tab key, and arrows go around", async () => {
    const user = userEvent.setup();
    const onchoose = vi.fn();
    render(Segments, { label: "Range", choices, current: "b", onchoose });
    await user.tab();
    expect(focused()).toBe("Beta");
    await user.keyboard("{ArrowRight}{ArrowRight}");
    expect(focused()).toBe("Alpha");
    expect(onchoose).toHaveBeenLastCalledWith("a");
    await user.tab();
    expect(document.body).toBe(document.activeElement);
  });
});

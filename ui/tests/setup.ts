// What jsdom lacks and the page rests on: sizes, and hearing that one has changed.
import { cleanup } from "@testing-library/svelte";
import { afterEach } from "vitest";

/** The size everything has that asks for it; the page is laid out by a real engine only elsewhere. */
export const size = { width: 552, height: 280 };

const observers = new Set<TestResizeObserver>();

class TestResizeObserver implements ResizeObserver {
  private readonly watched = new Set<Element>();

  constructor(private readonly heard: ResizeObserverCallback) {
    observers.add(this);
  }

  observe(element: Element): void {
    this.watched.add(element);
    queueMicrotask(() => {
      this.tell();
    });
  }

  unobserve(element: Element): void {
    this.watched.delete(element);
  }

  disconnect(): void {
    this.watched.clear();
    observers.delete(this);
  }

  tell(): void {
    const entries = [...this.watched].map((target) => ({ target }) as unknown as ResizeObserverEntry);
    if (entries.length > 0) this.heard(entries, this);
  }
}

/** Gives everything another size, and says so. */
export function resize(to: Partial<typeof size>): void {
  Object.assign(size, to);
  for (const observer of observers) observer.tell();
}

// axe-core asks for one to recognise icon fonts; there are none.
HTMLCanvasElement.prototype.getContext = () => null;
globalThis.ResizeObserver = TestResizeObserver;
Object.defineProperty(HTMLElement.prototype, "clientWidth", { configurable: true, get: () => size.width });
Object.defineProperty(HTMLElement.prototype, "clientHeight", { configurable: true, get: () => size.height });
Object.defineProperty(HTMLElement.prototype, "scrollHeight", {
  configurable: true,
  get(this: HTMLElement) {
    const sheet = this.firstElementChild;
    return sheet instanceof HTMLElement ? Number.parseFloat(sheet.style.height || "0") : 0;
  },
});
// jsdom keeps whatever is set; an engine stops at the end.
const tops = new WeakMap<Element, number>();
Object.defineProperty(Element.prototype, "scrollTop", {
  configurable: true,
  get(this: Element) {
    return tops.get(this) ?? 0;
  },
  set(this: Element, top: number) {
    tops.set(this, Math.max(0, Math.min(top, this.scrollHeight - this.clientHeight)));
  },
});

afterEach(() => {
  cleanup();
  size.width = 552;
  size.height = 280;
});

// Every state the program can send, as it writes them itself: drawn, and looked at by axe-core (what
// it can judge without a layout; contrast and overflow are tested in the real webview).
import axe from "axe-core";
import { render, screen } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import App from "../src/App.svelte";
import { Session } from "../src/session.svelte";
import { FixtureTransport, type Fixture } from "../src/transport/fixtures";

const fixtures = Object.entries(
  import.meta.glob<Fixture>("../src/fixtures/*.json", { eager: true, import: "default" }),
);

async function faults(container: HTMLElement): Promise<string[]> {
  const { violations } = await axe.run(container, {
    rules: { "color-contrast": { enabled: false }, "scrollable-region-focusable": { enabled: false } },
  });
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(" | ")}`,
  );
}

it("there are some", () => {
  expect(fixtures.length).toBeGreaterThan(20);
});

describe.each(fixtures)("%s", (_, fixture) => {
  it("is drawn with a first line, and axe-core finds nothing", async () => {
    const session = new Session(new FixtureTransport(fixture));
    const { container } = render(App, { session });
    await session.open();
    const heading = await screen.findByRole("heading", { level: 1 });
    expect(heading.textContent.trim()).not.toBe("");
    expect(session.problem).toBeNull();
    expect(await faults(container)).toEqual([]);
    expect(container.querySelector("[style*=';']")?.outerHTML ?? "").not.toContain("undefined");
  });
});

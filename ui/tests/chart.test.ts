// The layout of the bar chart: whole pixels, a gap between neighbours, and a tip that stays inside.
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import Chart from "../src/components/Chart.svelte";
import { lay, tipLeft } from "../src/components/chart";
import { chart } from "./samples";

describe("the layout", () => {
  it.each([
    { columns: 30, width: 552, height: 132, first: 44, bar: 11, pitch: 17 },
    { columns: 7, width: 552, height: 132, first: 56, bar: 40, pitch: 73 },
    { columns: 30, width: 440, height: 104, first: 47, bar: 9, pitch: 13 },
    { columns: 24, width: 552, height: 132, first: 47, bar: 14, pitch: 21 },
  ])("places $columns bars in $width pixels", ({ columns, width, height, first, bar, pitch }) => {
    const drawing = lay(chart(columns), width, height);
    expect(drawing.bars[0]).toMatchObject({ x: first, width: bar });
    expect(drawing.places[1]?.left).toBe((drawing.places[0]?.left ?? 0) + pitch);
    const last = drawing.places.at(-1);
    expect((last?.left ?? 0) + (last?.width ?? 0)).toBeLessThanOrEqual(width);
  });

  it("leaves one pixel between parts of a column and none below the first", () => {
    const [low, high] = lay(chart(1), 552, 132).bars;
    expect((low?.y ?? 0) + (low?.height ?? 0)).toBeCloseTo(110, 1);
    expect((low?.y ?? 0) - ((high?.y ?? 0) + (high?.height ?? 0))).toBeCloseTo(1, 1);
  });

  it("shows a part that is less than a pixel high", () => {
    const thin = chart(1);
    for (const segment of thin.columns[0]?.segments ?? []) segment.height = 10;
    for (const bar of lay(thin, 552, 132).bars) expect(bar.height).toBeGreaterThan(0);
  });

  it("puts gridlines on half pixels, the tallest at the top", () => {
    const { lines, top } = lay(chart(1), 552, 132);
    expect(lines.map(({ y }) => y % 1)).toEqual([0.5, 0.5, 0.5]);
    expect(lines.at(-1)?.y).toBe(top);
  });

  it("keeps the tip inside the chart", () => {
    const { places } = lay(chart(30), 552, 132);
    for (const place of places) {
      const left = tipLeft(place, 180, 552);
      expect(left).toBeGreaterThanOrEqual(0);
      expect(left + 180).toBeLessThanOrEqual(552);
    }
    expect(tipLeft({ left: 100, width: 10, middle: 105 }, 180, 120)).toBe(0);
  });
});

describe("the chart", () => {
  it("says what a column holds as the arrow keys reach it", async () => {
    const user = userEvent.setup();
    render(Chart, { chart: chart(3) });
    await user.tab();
    expect(screen.getByRole("group")).toBe(document.activeElement);
    await user.keyboard("{ArrowRight}{ArrowRight}");
    expect(screen.getByRole("status").textContent).toBe("Day 2: $20.00, Tool s1 $10.00, Tool s2 $10.00");
    await user.keyboard("{End}{ArrowRight}");
    expect(screen.getByRole("status").textContent).toContain("Day 3");
    await user.keyboard("{Escape}");
    expect(screen.getByRole("status").textContent).toBe("");
  });

  it("opens the tip where the pointer is and closes it when it leaves", async () => {
    const user = userEvent.setup();
    const { container } = render(Chart, { chart: chart(7) });
    const group = screen.getByRole("group");
    await user.pointer({ target: group, coords: { clientX: 70, clientY: 50 } });
    expect(container.querySelector(".tip")?.textContent).toContain("Day 1");
    await user.pointer({ target: document.body });
    await user.unhover(group);
    expect(container.querySelector(".tip")).toBeNull();
  });
});

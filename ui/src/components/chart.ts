// Where the parts of the bar chart stand, in whole pixels. Pure: the component draws what comes out.
import type { Chart, Slot } from "../bindings/window";

/** A rectangle of one colour. */
export interface Bar {
  slot: Slot;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Line {
  y: number;
  label: string;
}

export interface Place {
  /** The column's share of the axis: what is pointed at, and shaded. */
  left: number;
  width: number;
  /** Where its label stands. */
  middle: number;
}

export interface Drawing {
  width: number;
  height: number;
  /** The left end of the gridlines. */
  axis: number;
  /** The top of the tallest gridline and the bottom of the bars. */
  top: number;
  base: number;
  lines: Line[];
  bars: Bar[];
  places: Place[];
}

const axis = 40;
const top = 5.5;
const below = 21.5;
const whole = 1_000_000;
/** The widest a bar gets, however few there are. */
const widest = 40;
/** The height below which a part would not be seen. */
const thinnest = 0.6;

const tenth = (value: number): number => Math.round(value * 10) / 10;

/**
 * Lays a chart out for a width: it is drawn anew for each, never scaled, so hairlines stay hairlines.
 */
export function lay(chart: Chart, width: number, height: number): Drawing {
  const base = height - below;
  const plot = base - top;
  const count = Math.max(1, chart.columns.length);
  const pitch = Math.max(2, Math.floor((width - axis) / count));
  const bar = Math.max(1, Math.min(widest, pitch - Math.round(pitch / 3)));
  const start = axis + Math.max(0, Math.floor((width - axis - pitch * count) / 2));

  const bars: Bar[] = [];
  const places: Place[] = [];
  chart.columns.forEach((column, index) => {
    const left = start + index * pitch;
    const x = left + Math.floor((pitch - bar) / 2);
    places.push({ left, width: pitch, middle: x + bar / 2 });
    let bottom = base - 0.5;
    for (const segment of column.segments) {
      if (segment.height <= 0) continue;
      const full = (segment.height / whole) * plot;
      // One pixel of surface between neighbours, so that telling them apart never rests on hue alone.
      const drawn = Math.max(thinnest, bottom === base - 0.5 ? full : full - 1);
      bars.push({
        slot: segment.slot,
        x,
        y: tenth(bottom - Math.max(full, drawn)),
        width: bar,
        height: tenth(drawn),
      });
      bottom -= Math.max(full, drawn);
    }
  });

  return {
    width,
    height,
    axis,
    top,
    base,
    bars,
    places,
    lines: chart.grid.map(({ at, label }) => ({
      y: Math.round(base - (at / whole) * plot - 0.5) + 0.5,
      label,
    })),
  };
}

/**
 * Where the tip stands beside a column: right of it, or left where it would leave the chart.
 */
export function tipLeft(place: Place, tip: number, width: number): number {
  const right = place.left + place.width + 4;
  if (right + tip <= width) return right;
  return Math.max(0, place.left - 4 - tip);
}

// The window in a plain browser: ?fixture=status-offline&theme=dark, and &view= for another view of the
// same fixture; &rate=10 goes on sending ten batches of a line a second. Without a fixture, the list of them.
import { mount } from "svelte";
import App from "./App.svelte";
import type { LogBatch, View } from "./bindings/window";
import { Session } from "./session.svelte";
import "./styles/all.css";
import { FixtureTransport, type Fixture } from "./transport/fixtures";

/** Sends the last line of a batch again and again, each time as a new one. */
function goOn(transport: FixtureTransport, batch: LogBatch, rate: number): void {
  const last = batch.rows.findLast((row) => row.kind === "line");
  if (last === undefined) return;
  let count = 0;
  setInterval(() => {
    count += 1;
    transport.emit("logs", { ...batch, afresh: false, marks: [], rows: [{ ...last, id: `again ${count}` }] });
  }, 1000 / rate);
}

const files = import.meta.glob<Fixture>("./fixtures/*.json", { import: "default" });
const asked = new URLSearchParams(location.search);
const name = asked.get("fixture") ?? "";
const theme = asked.get("theme");
if (theme !== null) document.documentElement.dataset.theme = theme;

const target = document.getElementById("app");
const load = files[`./fixtures/${name}.json`];
if (target !== null && load !== undefined) {
  void load().then(async (fixture) => {
    const transport = new FixtureTransport(fixture);
    const session = new Session(transport);
    mount(App, { target, props: { session } });
    await session.open();
    const view = asked.get("view");
    if (view !== null) session.go(view as View);
    const rate = Number(asked.get("rate") ?? 0);
    if (rate > 0) goOn(transport, fixture.logs as LogBatch, rate);
  });
} else if (target !== null) {
  const list = document.createElement("ul");
  for (const path of Object.keys(files)) {
    const fixture = path.slice("./fixtures/".length, -".json".length);
    const link = document.createElement("a");
    link.href = `?fixture=${fixture}`;
    link.textContent = fixture;
    const item = document.createElement("li");
    item.append(link);
    list.append(item);
  }
  target.append(list);
}

// The window in a plain browser: ?fixture=status-offline&theme=dark, and &view= for another view of the
// same fixture. Without a fixture, the list of them.
import { mount } from "svelte";
import App from "./App.svelte";
import type { View } from "./bindings/window";
import { Session } from "./session.svelte";
import "./styles/all.css";
import { FixtureTransport, type Fixture } from "./transport/fixtures";

const files = import.meta.glob<Fixture>("./fixtures/*.json", { import: "default" });
const asked = new URLSearchParams(location.search);
const name = asked.get("fixture") ?? "";
const theme = asked.get("theme");
if (theme !== null) document.documentElement.dataset.theme = theme;

const target = document.getElementById("app");
const load = files[`./fixtures/${name}.json`];
if (target !== null && load !== undefined) {
  void load().then(async (fixture) => {
    const session = new Session(new FixtureTransport(fixture));
    mount(App, { target, props: { session } });
    await session.open();
    const view = asked.get("view");
    if (view !== null) session.go(view as View);
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

// The window inside the program.
import { mount } from "svelte";
import App from "./App.svelte";
import { Session } from "./session.svelte";
import "./styles/all.css";
import { tauri } from "./transport/tauri";

const target = document.getElementById("app");
if (target !== null) {
  const session = new Session(tauri);
  mount(App, { target, props: { session } });
  void session.open();
}

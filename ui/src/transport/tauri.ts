// The program on the other side of Tauri's bridge.
import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { Transport } from "./transport";

export const tauri: Transport = {
  call: (command, takes) => invoke(command, takes),
  listen: (event, heard) =>
    listen(event, ({ payload }) => {
      heard(payload as Parameters<typeof heard>[0]);
    }),
};

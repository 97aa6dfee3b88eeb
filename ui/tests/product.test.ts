// What must not get into the product: the stand-ins for the program, and addresses of registries.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { faults } from "../scripts/check-lockfile.mjs";

const source = resolve(__dirname, "../src");

/** The modules of ours that are reached from one, itself included. */
function reached(entry: string, seen = new Set<string>()): Set<string> {
  if (seen.has(entry)) return seen;
  seen.add(entry);
  const text = readFileSync(entry, "utf8");
  for (const [, path] of text.matchAll(/(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g)) {
    if (path === undefined) continue;
    const base = join(dirname(entry), path);
    const found = [base, `${base}.ts`].find((candidate) => existsSync(candidate));
    expect(found, `${entry} imports ${path}`).toBeDefined();
    if (found !== undefined && !found.endsWith(".css")) reached(found, seen);
  }
  return seen;
}

const names = (entry: string) =>
  [...reached(join(source, entry))].map((path) => path.slice(source.length + 1));

describe("the product's page", () => {
  it("reaches Tauri's bridge and no fixture", () => {
    const found = names("main.ts");
    expect(found).toContain("transport/tauri.ts");
    expect(found).toContain("views/Logs.svelte");
    expect(found.filter((name) => name.includes("fixture"))).toEqual([]);
  });

  it("is found out when it does", () => {
    expect(names("harness.ts")).toContain("transport/fixtures.ts");
  });
});

describe("the lock file", () => {
  it("names no address and has a hash for everything", () => {
    const lock = JSON.parse(readFileSync(resolve(__dirname, "../package-lock.json"), "utf8")) as Parameters<
      typeof faults
    >[0];
    expect(Object.keys(lock.packages ?? {}).length).toBeGreaterThan(100);
    expect(faults(lock)).toEqual([]);
  });

  it("is refused with either fault", () => {
    expect(
      faults({
        packages: {
          "": {},
          "node_modules/a": { resolved: "https://example.test/a.tgz", integrity: "sha512-x" },
        },
      }),
    ).toHaveLength(1);
    expect(faults({ packages: { "node_modules/b": {} } })).toHaveLength(1);
  });
});

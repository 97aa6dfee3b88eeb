// The lock file names versions and hashes, and no address: it installs from whichever registry a
// machine is told to use, and tells nobody which one that was here.
import { readFileSync } from "node:fs";

/**
 * What an entry of a lock file says that it must not, or lacks.
 * @param {{ packages?: Record<string, { resolved?: string, integrity?: string, link?: boolean }> }} lock
 * @returns {string[]} one sentence for each fault
 */
export function faults(lock) {
  const found = [];
  for (const [path, entry] of Object.entries(lock.packages ?? {})) {
    if (path === "") continue;
    if (entry.resolved !== undefined) {
      found.push(`${path} names where it was downloaded from; install again with the .npmrc of this folder`);
    }
    if (entry.integrity === undefined && entry.link !== true) {
      found.push(`${path} has no hash, so anything could be installed in its place`);
    }
  }
  return found;
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const lock = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8"));
  const found = faults(lock);
  for (const fault of found) console.error(`package-lock.json: ${fault}`);
  process.exitCode = found.length === 0 ? 0 : 1;
}

// Builds the window's page into dist/, which the program embeds; with `--mode harness` the same page
// drawn from fixtures into dist-harness/, for a plain browser.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

// The oldest engines the product runs on: WebView2 updates itself, WKWebView comes with macOS 12,
// WebKitGTK 2.40 with Debian 12.
const engines = ["chrome105", "safari15"];

export default defineConfig(({ mode }) => {
  const harness = mode === "harness";
  return {
    // Loaded over Tauri's own scheme, and the harness from a file server below any path.
    base: "./",
    plugins: [svelte()],
    // Everything comes out of src/: what is copied unseen would be shipped unseen.
    publicDir: false,
    build: {
      outDir: harness ? "dist-harness" : "dist",
      emptyOutDir: true,
      target: engines,
      cssTarget: engines,
      // The content security policy allows neither data: fonts nor inline scripts.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: harness ? "harness.html" : "index.html" },
    },
    // Without it Vitest takes Svelte's server build, which draws no DOM.
    resolve: mode === "test" ? { conditions: ["browser"] } : {},
    test: {
      environment: "jsdom",
      include: ["tests/**/*.test.ts"],
      setupFiles: ["tests/setup.ts"],
      restoreMocks: true,
    },
  };
});

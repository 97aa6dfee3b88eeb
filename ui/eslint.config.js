// What the compiler cannot say: dead code, forgotten promises, and the two rules of this page: text
// is inserted as text, and nothing styles an element by attribute (the policy forbids it).
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

export default ts.config(
  { ignores: ["dist", "dist-harness", "src/bindings", "src/fixtures"] },
  ...ts.configs.recommendedTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      globals: { ...globals.browser, ...globals.node },
      parserOptions: {
        projectService: { allowDefaultProject: ["*.js", "vite.config.ts", "scripts/*.mjs"] },
        extraFileExtensions: [".svelte"],
      },
    },
    rules: {
      eqeqeq: "error",
      "no-console": "error",
      "@typescript-eslint/no-unnecessary-condition": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
    rules: {
      "svelte/no-at-html-tags": "error",
      // A `style:` directive goes through the object model, which the policy allows.
      "no-restricted-syntax": [
        "error",
        {
          selector: 'SvelteAttribute[key.name="style"]',
          message: "The content security policy forbids style attributes; use a class or a style: directive.",
        },
      ],
      "svelte/button-has-type": "error",
      // Svelte's own macros look constant to the type checker.
      "@typescript-eslint/no-unnecessary-condition": "off",
      // The linter sees what comes out of a component as `any`; svelte-check knows the types.
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-redundant-type-constituents": "off",
    },
  },
  {
    // Type-checked by tsc, with Node's types.
    files: ["scripts/**", "*.config.js", "*.config.ts"],
    ...ts.configs.disableTypeChecked,
  },
  {
    files: ["scripts/**"],
    rules: { "no-console": "off" },
  },
);

// Read by Vite, svelte-check and the linter alike.
export default {
  compilerOptions: { runes: true },
};

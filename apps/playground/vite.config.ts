import { defineConfig } from "vite";

// relative addresses: the build runs from any file server, under any path
export default defineConfig({
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  worker: { format: "es" },
  build: { target: "es2023", modulePreload: { polyfill: false } },
  server: { port: 5273 },
});

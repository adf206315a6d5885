// npm run playground -- [--port N] [--host ADDRESS] [--open]: sets up and serves the page, on this machine only unless a host is given.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { root, runNode, setUp } from "./setup.mjs";

/** Runs Vite in the playground's folder. */
export function playground(args) {
  setUp("playground");
  const folder = join(root, "apps", "playground");
  const vite = join(
    dirname(createRequire(join(folder, "package.json")).resolve("vite/package.json")),
    "bin",
    "vite.js",
  );
  return runNode(folder, vite, args);
}

if (process.argv[1] === import.meta.filename) {
  const [first, ...rest] = process.argv.slice(2);
  process.exitCode = playground(first === "build" ? ["build", ...rest] : process.argv.slice(2));
}

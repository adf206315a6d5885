import { defineConfig } from "tsdown";
import { shared } from "../../tsdown.shared.ts";

/** The worker's program is built by itself, so that it is one file to copy. */
export default defineConfig([
  shared,
  { ...shared, entry: ["src/threads/worker.ts"], clean: false, publint: false, attw: false },
]);

import { existsSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

const include = ["packages/*/src/**/*.test.ts", "apps/*/src/**/*.test.ts", "scripts/**/*.test.ts"];
/** Whether V8 can be told to make wide vectors of neighboring ones in WebAssembly. */
const built: Readonly<Record<string, unknown>> = { ...process.config.variables };
const canWiden = process.arch === "x64" && Number(built["v8_enable_wasm_simd256_revec"]) === 1;

/** Weights and data that the apps fetch and the project does not hold: those beside the checkout, where somebody put them. */
const beside = join(import.meta.dirname, "../shared/data");
const data = process.env["FOVEA_DATA"] ?? (existsSync(beside) ? beside : null);

export default defineConfig({
  test: {
    testTimeout: 60_000,
    maxWorkers: "100%",
    // Test files keep no state of their own, so workers are reused from file to file: a third of the time.
    isolate: false,
    env: data === null ? {} : { FOVEA_DATA: data },
    reporters: ["default", "./scripts/summary-reporter.mjs"],
    projects: [
      { extends: true, test: { name: "fovea", include } },
      // the kernels once more as V8 makes them with wide vectors, which it does in code that it optimizes
      ...(canWiden
        ? [
            {
              extends: true as const,
              test: {
                name: "wide",
                include: ["packages/backend-wasm/src/**/*.test.ts"],
                execArgv: ["--experimental-wasm-revectorize", "--no-liftoff"],
              },
            },
          ]
        : []),
    ],
  },
});

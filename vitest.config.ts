import { defineConfig } from "vitest/config";

const include = ["packages/*/src/**/*.test.ts", "apps/*/src/**/*.test.ts", "scripts/**/*.test.ts"];
/** Whether V8 can be told to make wide vectors of neighboring ones in WebAssembly. */
const built: Readonly<Record<string, unknown>> = { ...process.config.variables };
const canWiden = process.arch === "x64" && Number(built["v8_enable_wasm_simd256_revec"]) === 1;

export default defineConfig({
  test: {
    testTimeout: 60_000,
    maxWorkers: "100%",
    // Test files keep no state of their own, so workers are reused from file to file: a third of the time.
    isolate: false,
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

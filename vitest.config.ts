import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["packages/*/src/**/*.test.ts", "apps/*/src/**/*.test.ts", "scripts/**/*.test.ts"],
    testTimeout: 60_000,
    maxWorkers: "100%",
    // Test files keep no state of their own, so workers are reused from file to file: a third of the time.
    isolate: false,
    reporters: ["default", "./scripts/summary-reporter.mjs"],
  },
});

import { expect, test } from "vitest";
import { createLimitMeter } from "./create-limit-meter.ts";

test.each([
  { relaxedSimd: true, wideVectors: true },
  { relaxedSimd: true, wideVectors: false },
  { relaxedSimd: false, wideVectors: false },
])("multiplies and reads at a speed that a machine can have, $relaxedSimd, $wideVectors", (simd) => {
  const meter = createLimitMeter({ ...simd, readBytes: 4 * 1024 * 1024 });
  const gflops = meter.microkernelGflops(5);
  const readGBs = meter.readGBs(5);
  expect(gflops).toBeGreaterThan(0.01);
  expect(gflops).toBeLessThan(1000); // 16 floats × 2 pipes × 2 operations × 6 GHz is 384
  expect(readGBs).toBeGreaterThan(0.01);
  expect(readGBs).toBeLessThan(2000);
});

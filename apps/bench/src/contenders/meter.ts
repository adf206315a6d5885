import { createLimitMeter } from "@fovea/backend-wasm";
import type { Prepared } from "../prepared.ts";

export type Limit = "microkernel" | "read";

/** How fast this machine is at one thing now: a run gives the milliseconds that a billion operations or bytes take. */
export function prepareMeter(limit: Limit): Prepared {
  const meter = createLimitMeter();
  return { run: () => 1000 / (limit === "microkernel" ? meter.microkernelGflops(10) : meter.readGBs(10)) };
}

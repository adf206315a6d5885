import type { Limit } from "./contenders/meter.ts";
import type { Report } from "./result.ts";
import { startContender } from "./start-contender.ts";

/** What one thread can do when it is left alone: the best of some tries, in a process of its own. */
export async function measureLimits(tries: number, signal: AbortSignal): Promise<Report["limits"]> {
  return {
    microkernelGflops: await best("microkernel", tries, signal),
    readGBs: await best("read", tries, signal),
  };
}

async function best(limit: Limit, tries: number, signal: AbortSignal): Promise<number> {
  const meter = await startContender({ contender: "meter", work: limit }, signal);
  let least = Infinity;
  for (let attempt = 0; attempt < tries; attempt++) least = Math.min(least, ...(await meter.run(0)));
  meter.stop();
  return 1000 / least;
}

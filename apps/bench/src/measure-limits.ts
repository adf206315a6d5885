import type { Job } from "./job.ts";
import type { Limits } from "./result.ts";
import { startContender } from "./start-contender.ts";

/** What one thread can do when it is left alone: the best of some tries, in a process of its own. */
export async function measureLimits(tries: number, signal: AbortSignal): Promise<Limits> {
  return {
    microkernelGflops: await best({ contender: "meter", work: "microkernel" }, tries, signal),
    nativeGflops: await best({ contender: "native-product" }, tries, signal),
    readGBs: await best({ contender: "meter", work: "read" }, tries, signal),
  };
}

async function best(job: Job, tries: number, signal: AbortSignal): Promise<number> {
  const meter = await startContender(job, signal);
  let least = Infinity;
  for (let attempt = 0; attempt < tries; attempt++) least = Math.min(least, ...(await meter.run(0)));
  meter.stop();
  return 1000 / least;
}

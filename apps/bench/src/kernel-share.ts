import { Session } from "node:inspector/promises";

/** How often the profiler looks, in microseconds. */
const interval = 100;
/** Runs that are looked at. */
const runs = 5;

/** What part of a work's time is spent in WebAssembly, the rest being JavaScript's: by V8's sampling profiler, which slows both. */
export async function kernelShare(work: () => Promise<void>): Promise<number> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval });
  await session.post("Profiler.start");
  for (let run = 0; run < runs; run++) await work();
  const { profile } = await session.post("Profiler.stop");
  session.disconnect();
  const inKernels = new Set(
    profile.nodes.filter(({ callFrame }) => callFrame.url.startsWith("wasm://")).map(({ id }) => id),
  );
  const samples = profile.samples ?? [];
  return samples.filter((id) => inKernels.has(id)).length / Math.max(1, samples.length);
}

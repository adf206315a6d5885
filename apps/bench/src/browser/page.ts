import { createLimitMeter, createWasmBackend } from "@fovea/backend-wasm";
import { attention } from "@fovea/dot-product-attention";
import { causal } from "@fovea/masking";
import { fillRandom, seeds } from "../fill-random.ts";
import type * as Runtime from "onnxruntime-web";
import type { PageTimes, PageWork } from "./page-work.ts";

/** Runs in the page: both libraries and the limit in turn, round after round.
 *  @param runtimeUrl where onnxruntime-web's files are */
export async function measureInPage(work: PageWork, runtimeUrl: string): Promise<PageTimes> {
  const { length, threads, rounds, turn } = work;
  const shape = [1, 8, length, 64] as const;
  const values = (name: "query" | "key" | "value"): Float32Array<ArrayBuffer> =>
    fillRandom(new Float32Array(8 * length * 64), seeds[name]) as Float32Array<ArrayBuffer>;

  const backend = createWasmBackend({ threads });
  if (threads > 1) await backend.startThreads();
  const place = (name: "query" | "key" | "value") => {
    const tensor = backend.allocate(shape);
    // the data is all of the backend's memory
    (tensor.data as Float32Array).set(values(name), tensor.offset);
    return tensor;
  };
  const [query, key, value] = [place("query"), place("key"), place("value")];
  const options = { backend, mask: work.mask === "causal" ? causal() : null };
  let own: ArrayLike<number> = [];
  const runFovea = (): void => {
    const { output } = attention(query, key, value, options);
    own = (output.data as Float32Array).slice(output.offset, output.offset + 64);
    (output as typeof query).dispose();
  };

  const runtime = (await import(`${runtimeUrl}ort.wasm.min.mjs`)) as typeof Runtime;
  runtime.env.wasm.wasmPaths = runtimeUrl;
  runtime.env.wasm.numThreads = threads;
  const session = await runtime.InferenceSession.create(Uint8Array.from(work.model), { executionProviders: ["wasm"] });
  const feeds = Object.fromEntries(
    (["query", "key", "value"] as const).map((name) => [name, new runtime.Tensor("float32", values(name), shape)]),
  );
  let theirs: ArrayLike<number> = [];
  const runOnnxRuntime = async (): Promise<void> => {
    const { output } = await session.run(feeds);
    theirs = (output.data as Float32Array).subarray(0, 64);
  };

  const meter = createLimitMeter();
  const times = { fovea: [] as number[], onnxruntime: [] as number[], microkernelGflops: [] as number[] };
  await timed(runFovea, 500);
  await timed(runOnnxRuntime, 500);
  for (let round = 0; round < rounds; round++) {
    const turns = [
      async () => times.fovea.push(await timed(runFovea, turn)),
      async () => times.onnxruntime.push(await timed(runOnnxRuntime, turn)),
      async () => times.microkernelGflops.push(meter.microkernelGflops(turn)),
    ];
    // there and back again, so that nobody always follows the same one
    for (const take of round % 2 === 0 ? turns : turns.toReversed()) await take();
  }
  const difference = Math.max(...Array.from(own, (number, index) => Math.abs(number - theirs[index])));
  const report = { ...times, threads: backend.threads, difference };
  backend.dispose();
  return report;
}

/** Runs for about so long, at least once. @returns the median of its times, milliseconds */
async function timed(run: () => void | Promise<void>, milliseconds: number): Promise<number> {
  const times: number[] = [];
  const start = performance.now();
  do {
    const begun = performance.now();
    await run();
    times.push(performance.now() - begun);
  } while (performance.now() - start < milliseconds);
  return times.toSorted((a, b) => a - b)[times.length >> 1];
}

import type { AttentionContender } from "./job.ts";
import { startContender } from "./start-contender.ts";
import { median } from "./statistics.ts";
import type { AttentionWork } from "./work.ts";

/** One dot of the charts. */
export interface Point {
  readonly series: string;
  /** Queries and keys. */
  readonly length: number;
  readonly ms: number;
  /** Beyond inputs and output: how much the process's peak grew. */
  readonly bytes: number;
}

interface Series {
  readonly name: string;
  readonly contender: AttentionContender;
  readonly mask: (length: number) => AttentionWork["mask"];
}

const causal = () => "causal" as const;
const all: readonly Series[] = [
  { name: "Fovea, window 256", contender: "fovea", mask: (length) => ({ window: Math.min(256, length) }) },
  { name: "Fovea", contender: "fovea", mask: causal },
  { name: "onnxruntime-node", contender: "onnxruntime-node", mask: causal },
  { name: "onnxruntime-web", contender: "onnxruntime-web", mask: causal },
  { name: "jax-js", contender: "jax-js", mask: causal },
  { name: "tfjs wasm", contender: "tfjs wasm", mask: causal },
];
const lengths = [256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536];

/** A series ends where twice the length would take longer, or more memory, than this: both grow by four where the whole matrix is made. */
const longest = 8000;
const mostBytes = 3e9;

/** Seconds that it takes, about. */
export const scalingSeconds = 90;

/** Time and memory of causal attention (8 heads of 64, one thread) against length; each dot in a process of its own. */
export async function measureScaling(signal: AbortSignal): Promise<Point[]> {
  const points: Point[] = [];
  let going = all;
  // all series at one length before the next, so that a busy while of the machine shows in all of them
  for (const length of lengths) {
    const next: Series[] = [];
    for (const series of going) {
      const point = await measurePoint(series, length, signal);
      if (point === null) continue;
      points.push(point);
      if (4 * point.ms <= longest && 4 * point.bytes <= mostBytes) next.push(series);
    }
    going = next;
  }
  return points;
}

/** Null when a rival fails, as those do whose matrix does not fit. */
async function measurePoint(
  { name, contender, mask }: Series,
  length: number,
  signal: AbortSignal,
): Promise<Point | null> {
  try {
    const process = await startContender(
      { contender, work: { heads: 8, headDim: 64, keys: length, mask: mask(length) } },
      signal,
    );
    const ms = median(await process.run(300));
    const { figures } = await process.report();
    process.stop();
    return { series: name, length, ms, bytes: figures["residentBytes"] };
  } catch (error) {
    if (signal.aborted || contender === "fovea" || length === lengths[0]) throw error;
    return null;
  }
}

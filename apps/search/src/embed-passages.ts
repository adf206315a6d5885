import { setImmediate } from "node:timers/promises";
import { passageKey } from "./vector-cache.ts";
import type { Vectors } from "./vector-cache.ts";

/** How often finished vectors are saved while more are being made, in milliseconds. */
const savePeriod = 10_000;

/** Texts that are embedded together: enough to keep the kernels busy, few enough that progress moves and Ctrl-C is heard. */
const together = 8;

export interface EmbedHooks {
  /** Stops between two groups of passages. */
  readonly signal: AbortSignal;
  onProgress(done: number): void;
  /** Called now and then, and once at the end, whether finished, stopped or failed. */
  save(): Promise<void>;
}

/** Texts without a vector, each once. */
export function withoutVectors(texts: readonly string[], vectors: Vectors): string[] {
  return [...new Set(texts)].filter((text) => !vectors.has(passageKey(text)));
}

/** Makes the vector of each text and puts it into `vectors`.
 *  @param embed gives the vectors of a few texts
 *  @returns how many were made: fewer than asked when the signal stopped it */
export async function embedPassages(
  texts: readonly string[],
  embed: (texts: readonly string[]) => readonly Float32Array[],
  vectors: Vectors,
  hooks: EmbedHooks,
): Promise<number> {
  let done = 0;
  let saved = performance.now();
  try {
    while (done < texts.length) {
      // lets a Ctrl-C in before the next passages keep the thread busy
      await setImmediate();
      if (hooks.signal.aborted) break;
      const group = texts.slice(done, done + together);
      const embedded = embed(group);
      for (const [index, text] of group.entries()) vectors.set(passageKey(text), embedded[index]);
      done += group.length;
      hooks.onProgress(done);
      if (performance.now() - saved > savePeriod) {
        await hooks.save();
        saved = performance.now();
      }
    }
  } finally {
    if (done > 0) await hooks.save();
  }
  return done;
}

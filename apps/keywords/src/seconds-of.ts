import { heardSamples } from "./heard-samples.ts";

/** A second of a longer sound. */
export interface Second {
  /** Samples of the sound before it. */
  readonly first: number;
  /** `heardSamples`; where the sound is shorter, silence follows it. */
  readonly samples: Float32Array;
}

/** From one second to the next: a word is said in half a second, so one of them has it whole. */
const step = heardSamples / 2;

/** The seconds that begin every half second, as they come, and the very last one, in the memory of two. */
export async function* secondsOf(sound: AsyncIterable<Float32Array>): AsyncGenerator<Second, void, void> {
  let held: Float32Array = new Float32Array(0);
  let first = 0;
  let before: Float32Array | null = null;
  for await (const part of sound) {
    held = joined(held, part);
    while (held.length >= heardSamples) {
      before = held.slice(0, heardSamples);
      yield { first, samples: before };
      first += step;
      held = held.subarray(step);
    }
  }
  if (before === null) {
    if (held.length > 0) yield { first: 0, samples: joined(held, new Float32Array(heardSamples - held.length)) };
    return;
  }
  // what the last second has not heard
  const unheard = held.length - (heardSamples - step);
  if (unheard === 0) return;
  const all = joined(before, held.subarray(heardSamples - step));
  yield { first: first - step + unheard, samples: all.slice(-heardSamples) };
}

function joined(a: Float32Array, b: Float32Array): Float32Array {
  const both = new Float32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

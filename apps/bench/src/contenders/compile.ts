import { createWasmBackend } from "@fovea/backend-wasm";
import { attention, prepareCall } from "@fovea/dot-product-attention";
import type { AttentionOptions } from "@fovea/dot-product-attention";
import { causal, slidingWindow } from "@fovea/masking";
import { alibi, chain, softCap } from "@fovea/scoring";
import { zeros } from "@fovea/tensor";
import type { Prepared } from "../prepared.ts";
import { median } from "../statistics.ts";

/** What a new plan costs: compiling it and running it on one query and one key, so that nothing put off is missed. Making the programs does not
 *  count. The engine keeps code by its bytes, so every program gets a constant that no other had.
 *  Figures: the median of the slowest kind, the first of all in a fresh process, and how many of 1,000 calls with changing lengths compiled. */
export function prepareCompile(): Prepared {
  const backend = createWasmBackend({ threads: 1 });
  const token = zeros([1, 1, 1, 64]);
  let fresh = 0;
  const kinds: Readonly<Record<string, () => AttentionOptions>> = {
    capped: () => ({ score: softCap(30 + fresh / 64), mask: causal() }),
    biased: () => ({
      score: chain(alibi({ heads: 1 }), softCap(30 + fresh / 64)),
      mask: slidingWindow({ lookback: fresh }),
    }),
    plain: () => ({ score: ({ score }) => score.multiply(1 + fresh / 64) }),
    gradients: () => ({ score: softCap(50 + fresh / 64), mask: causal() }),
  };
  const names = Object.keys(kinds);
  const times: Record<string, number[]> = {};
  let first: number | null = null;
  return {
    run() {
      const name = names[fresh % names.length];
      fresh += 1;
      const { plan, call } = prepareCall(token, token, token, { ...kinds[name](), backend }, backend);
      const start = performance.now();
      const kernel = backend.compile(plan);
      const forward = kernel.forward(call);
      if (name === "gradients") kernel.backward(call, forward, token);
      const time = performance.now() - start;
      first ??= time;
      (times[name] ??= []).push(time);
      return time;
    },
    figures() {
      const before = backend.compilations;
      const score = softCap(20);
      const mask = causal();
      for (let call = 0; call < 1000; call++) {
        const query = zeros([1, 2, 1 + (call % 7), 32]);
        const key = zeros([1, 1, 1 + ((call * 37) % 200), 32]);
        attention(query, key, key, { backend, score, mask });
      }
      const slowest = Math.max(...Object.values(times).map(median));
      // the first of the thousand compiles, and no other
      return { slowestKind: slowest, first: first ?? Number.NaN, compilations: backend.compilations - before - 1 };
    },
  };
}

import { defaultDevice, init, nn, numpy } from "@jax-js/jax";
import { fillRandom, seeds } from "../fill-random.ts";
import { pickOutput } from "../prepared.ts";
import type { Prepared } from "../prepared.ts";
import { shapesOf } from "../work.ts";
import type { AttentionWork } from "../work.ts";
import { headsFirst, lengthFirst } from "./head-order.ts";

/** jax-js in WebAssembly: its own `nn.dotProductAttention`, `[batch, length, heads, headDim]`. */
export async function prepareJax(work: AttentionWork): Promise<Prepared> {
  await init("wasm");
  defaultDevice("wasm");
  const shapes = shapesOf(work);
  const query = operand("query", shapes.query);
  const key = operand("key", shapes.key);
  const value = operand("value", shapes.key);
  const options = work.mask === "causal" ? { isCausal: true } : {};
  const once = async (): Promise<Float32Array<ArrayBuffer>> =>
    // arrays are given away when used: `.ref` keeps one
    (await nn.dotProductAttention(query.ref, key.ref, value.ref, options).data()) as Float32Array<ArrayBuffer>;

  const before = process.resourceUsage().maxRSS * 1024;
  let values = new Float32Array();
  return {
    run: async () => void (values = await once()),
    check: () => pickOutput(headsFirst(values, work)),
    figures: () => ({ residentBytes: process.resourceUsage().maxRSS * 1024 - before - values.byteLength }),
  };
}

function operand(name: keyof typeof seeds, [batch, heads, length, headDim]: readonly number[]) {
  const values = fillRandom(new Float32Array(batch * heads * length * headDim), seeds[name]);
  return numpy.array(lengthFirst(values, { batch, heads, headDim })).reshape([batch, length, heads, headDim]);
}

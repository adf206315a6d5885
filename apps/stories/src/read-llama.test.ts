import { expect, test } from "vitest";
import { toNested, type Tensor } from "@fovea/tensor";
import { readLlama } from "./read-llama.ts";
import { UserError } from "@fovea/command-line";

/** dim 4, hidden 3, 1 layer, 2 heads over 1, 5 tokens, context 6; the numbers count up from 0. */
function smallFile(vocabulary = 5, extra = 0): Uint8Array {
  const floats = 5 * 4 + (4 + 16 + 8 + 8 + 16 + 4 + 12 + 12 + 12) + 4 + 6 * 2 + (vocabulary < 0 ? 20 : 0) + extra;
  const bytes = new Uint8Array(28 + 4 * floats);
  new Int32Array(bytes.buffer, 0, 7).set([4, 3, 1, 2, 1, vocabulary, 6]);
  new Float32Array(bytes.buffer, 28).set(Float32Array.from({ length: floats }, (_, i) => i));
  return bytes;
}

test("weights come in llama2.c's order, matrices turned to [in, out]", () => {
  const { sizes, weights } = readLlama(smallFile());
  expect(sizes).toEqual({ dim: 4, hidden: 3, layers: 1, heads: 2, keyHeads: 1, vocabulary: 5, context: 6 });
  const [layer] = weights.layers;
  expect(toNested(weights.embedding.tokens)).toMatchObject({ 4: [16, 17, 18, 19] });
  expect(toNested(layer.attentionNormalization.scale!)).toEqual([20, 21, 22, 23]);
  expect(toNested(layer.attention.query.weight)).toMatchObject({ 0: [24, 28, 32, 36] });
  expect(layer.attention.key.weight.shape).toEqual([4, 2]);
  // 24 + 16 query, 8 key, 8 value, 16 output, 4 scales: the gate begins at 76, contract at 88, expand at 100
  expect(toNested(layer.feedForward.gate!.weight)).toMatchObject({ 0: [76, 80, 84] });
  expect(toNested(layer.feedForward.contract.weight)).toMatchObject({ 0: [88, 91, 94, 97] });
  expect(toNested(layer.feedForward.expand.weight)).toMatchObject({ 0: [100, 104, 108] });
  expect(toNested(weights.normalization!.scale!)).toEqual([112, 113, 114, 115]);
  expect(weights.head).toBeUndefined();
});

test("a negative vocabulary brings a head of its own, after the rotary tables", () => {
  const { weights } = readLlama(smallFile(-5));
  expect(toNested(weights.head!.weight as Tensor)).toMatchObject({ 0: [128, 132, 136, 140, 144] });
});

test.each([
  ["empty", new Uint8Array(0), "a header of 28 bytes, got 0"],
  ["cut short", smallFile().subarray(0, -4), "ask for"],
  ["too long", smallFile(5, 1), "ask for"],
  ["of zeros", new Uint8Array(64), "dim is 0"],
  ["of ones", new Uint8Array(64).fill(255), "dim is -1"],
  ["huge", new Uint8Array(64).fill(63), "dim is 1061109567"],
])("a file that is %s is refused", (_, bytes, reason) => {
  expect(() => readLlama(bytes)).toThrow(UserError);
  expect(() => readLlama(bytes)).toThrow(reason);
});

import { createWasmBackend } from "@fovea/backend-wasm";
import { assertAllClose, tensor, toNested, type Tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { createEncoder } from "./encoder.ts";
import { decoderLayer, encoderLayer } from "./layer.ts";
import { add, attended, normalized, someLayer, someVectors, workedOn, type Sequence } from "./naive.test-support.ts";
import { TransformerError } from "./transformer-error.ts";

const close = { absolute: 1e-6, relative: 1e-6 };
const attention = { heads: 4 };
const all = (): boolean => true;
const before = (query: number, key: number): boolean => key <= query;
const sequence = (x: Tensor): Sequence => (toNested(x) as number[][][])[0];
const kinds = [
  { gated: false, norm: "layer", crosses: true },
  { gated: true, norm: "rms", crosses: true },
] as const;

test.each(kinds)("a pre-norm encoder layer is x + attend(norm(x)), then x + work(norm(x)): %o", (kind) => {
  const layer = someLayer({ ...kind, crosses: false });
  const x = someVectors(5, 8);
  const given = sequence(x);
  const read = normalized(given, layer.attentionNormalization);
  const between = add(given, attended(layer.attention, 4, read, read, all));
  const expected = add(between, workedOn(layer.feedForward, normalized(between, layer.feedForwardNormalization)));
  const result = encoderLayer(layer, x, { attention });
  assertAllClose(result.attended, tensor([between], { dtype: "float64" }), close);
  assertAllClose(result.output, tensor([expected], { dtype: "float64" }), close);
});

test.each(kinds)(
  "a post-norm decoder layer is norm(x + attend(x)), norm(x + cross(x)), norm(x + work(x)): %o",
  (kind) => {
    const layer = someLayer(kind);
    const x = someVectors(5, 8);
    const memory = someVectors(3, 6);
    const given = sequence(x);
    const first = normalized(
      add(given, attended(layer.attention, 4, given, given, before)),
      layer.attentionNormalization,
    );
    const crossed = attended(layer.crossAttention!, 4, first, sequence(memory), all);
    const second = normalized(add(first, crossed), layer.crossAttentionNormalization!);
    const expected = normalized(add(second, workedOn(layer.feedForward, second)), layer.feedForwardNormalization);
    const options = { attention, memory, order: "post" } as const;
    assertAllClose(decoderLayer(layer, x, options).output, tensor([expected], { dtype: "float64" }), close);
  },
);

test.each(kinds)("a pre-norm decoder layer reads the encoder between attention and work: %o", (kind) => {
  const layer = someLayer(kind);
  const x = someVectors(5, 8);
  const memory = someVectors(4, 6);
  const given = sequence(x);
  const read = normalized(given, layer.attentionNormalization);
  const first = add(given, attended(layer.attention, 4, read, read, before));
  const crossing = normalized(first, layer.crossAttentionNormalization!);
  const second = add(first, attended(layer.crossAttention!, 4, crossing, sequence(memory), all));
  const expected = add(second, workedOn(layer.feedForward, normalized(second, layer.feedForwardNormalization)));
  assertAllClose(decoderLayer(layer, x, { attention, memory }).output, tensor([expected], { dtype: "float64" }), close);

  const backend = createWasmBackend({ threads: 1 });
  const fused = backend.operations.scope(() =>
    tensor(toNested(decoderLayer(layer, backend.place(x), { attention, memory, backend }).output)),
  );
  assertAllClose(fused, tensor([expected]), { absolute: 1e-5, relative: 1e-5 });
  backend.dispose();
});

test("a mask of one's own takes the place of the causal one", () => {
  const layer = someLayer({ gated: false, norm: "layer", crosses: false });
  const x = someVectors(4, 8);
  const open = decoderLayer(layer, x, { attention: { heads: 4, mask: null } });
  assertAllClose(open.output, encoderLayer(layer, x, { attention }).output, { absolute: 0, relative: 0 });
});

test("cross-attention without an encoder, and an encoder without cross-attention, are refused", () => {
  const crossing = someLayer({ gated: false, norm: "layer", crosses: true });
  const plain = someLayer({ gated: false, norm: "layer", crosses: false });
  const x = someVectors(2, 8);
  expect(() => decoderLayer(crossing, x, { attention })).toThrow(TransformerError);
  expect(() => decoderLayer(plain, x, { attention, memory: someVectors(2, 6) })).toThrow("Leave memory out");
  const { crossAttentionNormalization: _, ...half } = crossing;
  expect(() => decoderLayer(half, x, { attention, memory: someVectors(2, 6) })).toThrow("come together");
});

test("options that there are not are refused by name", () => {
  const layer = someLayer({ gated: false, norm: "layer", crosses: false });
  const options = Object.assign({ keyLengths: [1] }, { attention });
  expect(() => encoderLayer(layer, someVectors(2, 8), options)).toThrow(
    'encoderLayer: there is no option "keyLengths"',
  );
  expect(() => decoderLayer(layer, someVectors(2, 8), options)).toThrow(
    'decoderLayer: there is no option "keyLengths"',
  );
});

test("an order that there is not is refused, not taken for another", () => {
  const layer = someLayer({ gated: false, norm: "layer", crosses: false });
  const settings = { attention, order: "sandwich" as "pre" };
  const message = 'expected order to be "pre" or "post", got "sandwich"';
  expect(() => encoderLayer(layer, someVectors(2, 8), settings)).toThrow(message);
  expect(() => decoderLayer(layer, someVectors(2, 8), settings)).toThrow(message);
  expect(() => createEncoder({ layers: [layer] }, settings)).toThrow(message);
});

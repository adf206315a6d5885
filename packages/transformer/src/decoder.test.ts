import { createWasmBackend } from "@fovea/backend-wasm";
import { referenceBackend } from "@fovea/dot-product-attention";
import { sinusoidalPositions, rotaryTables, rotaryTransform } from "@fovea/embedding";
import { slidingWindow } from "@fovea/masking";
import { alibi } from "@fovea/scoring";
import { assertAllClose, concatenate, randomGenerator, slice, tensor, type Tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { createDecoder, type DecoderWeights } from "./decoder.ts";
import type { SessionOptions } from "./session-options.ts";
import { createEncoder, type EncodeOptions } from "./encoder.ts";
import { someLayer } from "./naive.test-support.ts";
import { TransformerError } from "./transformer-error.ts";

const random = randomGenerator(3);
const tokens = random.normal([10, 8]);
const layerKind = { gated: true, norm: "rms", crosses: false } as const;
const crossingKind = { ...layerKind, crosses: true, memoryDim: 8 };
const weights: DecoderWeights = {
  embedding: { tokens },
  layers: [someLayer(layerKind), someLayer(layerKind)],
  normalization: { kind: "rms", scale: random.normal([8]) },
};
const rotary = rotaryTransform(rotaryTables({ positions: 64, rotaryDim: 2 }));
const attention = [
  { heads: 4, positionTransform: rotary, mask: slidingWindow({ lookback: 3 }) },
  { heads: 4, positionTransform: rotary, score: alibi({ heads: 4 }) },
];
const text = [1, 5, 2, 9, 0, 3, 3, 7];
const close = { absolute: 2e-5, relative: 2e-5 };

test("token by token, in parts and at once give the same logits, with programs that differ by layer", () => {
  const decoder = createDecoder(weights, { attention });
  const whole = decoder.open().feed([text]);
  const session = decoder.open();
  session.feed([text.slice(0, 3)]);
  for (const token of text.slice(3, -1)) session.feed([[token]]);
  assertAllClose(session.feed([text.slice(-1)]), whole, close);
  expect(whole.shape).toEqual([1, 10]);
  expect(session.length).toBe(8);
  session.dispose();
  expect(() => session.feed([[1]])).toThrow("disposed");
});

test("the WebAssembly backend gives the reference's logits, and its memory back", () => {
  const backend = createWasmBackend({ threads: 1 });
  const judge = createDecoder(weights, { attention });
  /** @returns the bytes in use afterwards: compiled kernels and their constants */
  const decodeOnce = (): number => {
    const decoder = createDecoder(weights, { attention, backend });
    const session = decoder.open();
    const expected = judge.open();
    for (const ids of [text.slice(0, 4), [4], [8]]) assertAllClose(session.feed([ids]), expected.feed([ids]), close);
    const held = backend.bytesInUse;
    const another = decoder.open();
    another.feed([text]);
    another.dispose();
    expect(backend.bytesInUse).toBe(held);
    session.dispose();
    decoder.dispose();
    expect(backend.bytesInUse).toBeLessThan(held);
    return backend.bytesInUse;
  };
  expect(decodeOnce()).toBe(decodeOnce());
  backend.dispose();
});

test("a windowed cache goes on for ever: 300 tokens through room for 6", () => {
  const decoder = createDecoder(weights, { attention: { heads: 4, positionTransform: rotary } });
  const session = decoder.open({ cache: { window: { recent: 4, sinks: 1 } } });
  for (let step = 0; step < 300; step++) session.feed([[step % 10]]);
  expect(session.length).toBe(300);
});

test("beams go on from the sequence they are given, and may be more or fewer", () => {
  const decoder = createDecoder(weights, { attention });
  const session = decoder.open();
  session.feed([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  session.reorder([1, 1, 0]);
  const logits = session.feed([[7], [8], [9]]);
  const alone = [
    [4, 5, 6, 7],
    [4, 5, 6, 8],
    [1, 2, 3, 9],
  ].map((sequence) => decoder.open().feed([sequence]));
  assertAllClose(logits, concatenate(alone, 0), close);
  expect(() => session.feed([[1]])).toThrow("expected 3 sequences, got 1");
  expect(() => session.reorder([3])).toThrow(TransformerError);
  session.reorder([2]);
  expect(session.feed([[0]]).shape).toEqual([1, 10]);
});

test("what is refused leaves no trace", () => {
  const decoder = createDecoder(weights, { attention });
  const session = decoder.open();
  session.feed([[1, 2]]);
  expect(() => session.feed([[10]])).toThrow("ids must be whole numbers from 0 to 9");
  expect(() => session.feed([[]])).toThrow(TransformerError);
  expect(() => decoder.open().feed([[1, 2], [3]])).toThrow("sequences of one length");
  assertAllClose(session.feed([[3]]), decoder.open().feed([[1, 2, 3]]), close);
});

test("an encoder-decoder attends to each sequence's own length, also when beams move", () => {
  const encoder = createEncoder(
    {
      embedding: {
        tokens: random.normal([10, 8]),
        scale: Math.sqrt(8),
        positions: sinusoidalPositions({ positions: 9, dim: 8 }),
        normalization: { kind: "layer" },
      },
      layers: [someLayer(layerKind)],
      normalization: { kind: "rms" },
    },
    { attention: { heads: 4 }, order: "post" },
  );
  const first = encoder.encode([[1, 2, 3, 4]]);
  const second = encoder.encode([[5, 6]]);
  const both = encoder.encode(
    [
      [1, 2, 3, 4],
      [5, 6, 0, 0],
    ],
    { lengths: [4, 2] },
  );
  assertAllClose(
    slice(both, [
      [1, 2],
      [0, 2],
    ]),
    second,
    close,
  );

  const crossing: DecoderWeights = {
    ...weights,
    layers: [someLayer(crossingKind), someLayer(crossingKind)],
  };
  const decoder = createDecoder(crossing, { attention: { heads: 4 } });
  const alone = (memory: Tensor, ids: readonly number[]): Tensor => decoder.open({ memory }).feed([ids]);
  const session = decoder.open({ memory: both, memoryLengths: [4, 2] });
  session.feed([
    [1, 2],
    [3, 4],
  ]);
  session.reorder([1, 0, 1]);
  const logits = session.feed([[5], [6], [7]]);
  const expected = [alone(second, [3, 4, 5]), alone(first, [1, 2, 6]), alone(second, [3, 4, 7])];
  assertAllClose(logits, concatenate(expected, 0), close);
  expect(() => decoder.open()).toThrow("attends to an encoder");
  expect(() => createDecoder(weights, { attention }).open({ memory: both })).toThrow("Leave memory out");
});

test("a quantized head gives the logits of the numbers it stands for, on every backend", () => {
  const values = tensor(
    Uint8Array.from({ length: 80 }, (_, i) => (i * 37) % 256),
    { shape: [8, 10] },
  );
  const scale = tensor(Float32Array.from({ length: 10 }, (_, i) => (i + 1) / 1000));
  const floats = Array.from({ length: 80 }, (_, i) => ((((i * 37) % 256) - 128) * ((i % 10) + 1)) / 1000);
  const bias = random.normal([10]);
  const expected = createDecoder(
    { ...weights, head: { weight: tensor(floats, { shape: [8, 10] }), bias } },
    { attention },
  );
  const quantized = { ...weights, head: { weight: { values, scale }, bias } };
  for (const backend of [referenceBackend, createWasmBackend({ threads: 1 })]) {
    const decoder = createDecoder(quantized, { attention, backend });
    assertAllClose(decoder.open().feed([text]), expected.open().feed([text]), close);
    decoder.dispose();
    backend.dispose();
  }
});

test("an encoder's keys and values lie where the cache's options say, and go with the session", () => {
  const backend = createWasmBackend({ threads: 1 });
  const crossing: DecoderWeights = { ...weights, layers: [someLayer(crossingKind)] };
  const memory = random.normal([1, 500, 8]);
  const decoder = createDecoder(crossing, { attention: { heads: 4 }, backend });
  const decodeOnce = (): { readonly logits: Tensor; readonly held: number } => {
    const session = decoder.open({ memory });
    const logits = session.feed([[1, 2]]);
    const held = backend.bytesInUse;
    session.dispose();
    return { logits, held: held - backend.bytesInUse };
  };
  decodeOnce(); // compiles, once
  const { logits, held } = decodeOnce();
  assertAllClose(
    logits,
    createDecoder(crossing, { attention: { heads: 4 } })
      .open({ memory })
      .feed([[1, 2]]),
    close,
  );
  const { key, value } = crossing.layers[0].crossAttention!;
  expect(held).toBeGreaterThanOrEqual(500 * 4 * (key.weight.shape[1] + value.weight.shape[1]));
  decoder.dispose();
  backend.dispose();
});

test("settings and options that there are not are refused by name", () => {
  const decoder = createDecoder(weights, { attention });
  const encoder = createEncoder({ layers: [someLayer(layerKind)] }, { attention: { heads: 4 } });
  const slip = { normalizeFirst: true };
  for (const [who, run] of Object.entries({
    createDecoder: () => createDecoder(weights, { attention, ...slip }),
    "createDecoder: attention": () => createDecoder(weights, { attention: Object.assign({ heads: 4 }, slip) }),
    open: () => decoder.open(slip as SessionOptions),
    createEncoder: () => createEncoder({ layers: [] }, { attention, ...slip }),
    encode: () => encoder.encodeVectors(random.normal([1, 2, 8]), slip as EncodeOptions),
  })) {
    expect(run).toThrow(`${who}: there is no option "normalizeFirst". There are `);
    expect(run).toThrow(TransformerError);
  }
});

test("settings that do not fit the layers, and an encoder without an embedding, are refused", () => {
  expect(() => createDecoder(weights, { attention: attention.slice(0, 1) })).toThrow("one for each, got 1");
  const encoder = createEncoder({ layers: [someLayer(layerKind)] }, { attention: { heads: 4 } });
  expect(() => encoder.encode([[1]])).toThrow("encodeVectors");
  expect(encoder.encodeVectors(random.normal([2, 3, 8])).shape).toEqual([2, 3, 8]);
});

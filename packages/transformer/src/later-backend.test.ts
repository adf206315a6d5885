import { createPlan } from "@fovea/dot-product-attention";
import { rotaryTables, rotaryTransform, sinusoidalPositions } from "@fovea/embedding";
import { KeyValueCache, multiHeadAttention, randomWeights } from "@fovea/multi-head-attention";
import { alibi } from "@fovea/scoring";
import { assertAllClose, randomGenerator, toArray } from "@fovea/tensor";
import { expect, test } from "vitest";
import { beamSearch } from "./beam-search.ts";
import { createDecoder, type DecoderWeights } from "./decoder.ts";
import { createEncoder } from "./encoder.ts";
import { generate } from "./generate.ts";
import { someLayer } from "./naive.test-support.ts";
import { createLaterBackend, type Later } from "./testing/later-backend.ts";

/** A backend that has no numbers to show, and answers a tick later, gives what the reference backend gives: bit by bit. */

const random = randomGenerator(4);
const exactly = { absolute: 0, relative: 0 };
const kind = { gated: true, norm: "rms", crosses: true, memoryDim: 8 } as const;
const rotary = rotaryTransform(rotaryTables({ positions: 64, rotaryDim: 2 }));
const embedding = { tokens: random.normal([10, 8]), scale: 3 };
const decoderWeights: DecoderWeights = { embedding, layers: [someLayer(kind), someLayer({ ...kind, crosses: false })] };
const settings = { attention: { heads: 4, positionTransform: rotary, score: alibi({ heads: 4 }) } };

test("its operands refuse to be looked at", async () => {
  const backend = createLaterBackend();
  const placed = backend.place(random.normal([2, 2]));
  expect(() => placed.data).toThrow("asked for numbers");
  const reading = backend.read(placed);
  expect(reading).toBeInstanceOf(Promise);
  backend.operations?.clear(placed);
  // as they were when they were asked for
  expect(toArray(await reading).every((number) => number !== 0)).toBe(true);
  expect(toArray(await backend.read(placed))).toEqual([0, 0, 0, 0]);
  expect(backend.compile(createPlan({ ...plan })).forward).toBeTypeOf("function");
});

const plan = {
  headDim: 2,
  valueDim: 2,
  queryType: "float32",
  keyType: "float32",
  valueType: "float32",
  score: null,
  mask: null,
  probability: null,
  normalizer: "softmax",
} as const;

test("heads, with a growing cache", async () => {
  const backend = createLaterBackend();
  const weights = randomWeights(random, { queryDim: 8, heads: 4, keyHeads: 2, biases: false });
  const placed = Object.fromEntries(
    (["query", "key", "value", "output"] as const).map((name) => [
      name,
      { weight: backend.place(weights[name]!.weight) },
    ]),
  ) as unknown as Record<"query" | "key" | "value" | "output", { readonly weight: Later }>;
  const cache = new KeyValueCache({ backend });
  const plainCache = new KeyValueCache();
  for (const queries of [3, 1, 2]) {
    const x = random.normal([1, queries, 8]);
    const { output } = multiHeadAttention(placed, backend.place(x), { heads: 4, cache, backend });
    const expected = multiHeadAttention(weights, x, { heads: 4, cache: plainCache });
    assertAllClose(await backend.read(output), expected.output, exactly);
  }
});

test("an encoder", async () => {
  const weights = {
    embedding: {
      ...embedding,
      positions: sinusoidalPositions({ positions: 9, dim: 8 }),
      normalization: { kind: "layer" },
    },
    layers: [someLayer({ ...kind, crosses: false })],
    normalization: { kind: "rms" },
  } as const;
  const later = createEncoder(weights, { attention: { heads: 4 }, order: "post", backend: createLaterBackend() });
  const plain = createEncoder(weights, { attention: { heads: 4 }, order: "post" });
  const ids = [
    [1, 2, 3],
    [4, 5, 0],
  ];
  assertAllClose(await later.encode(ids, { lengths: [3, 2] }), plain.encode(ids, { lengths: [3, 2] }), exactly);
  const vectors = random.normal([2, 3, 8]);
  assertAllClose(await later.encodeVectors(vectors), plain.encodeVectors(vectors), exactly);
});

test("generation and beams, over an encoder's vectors", async () => {
  const memory = random.normal([1, 4, 8]);
  const later = createDecoder(decoderWeights, { ...settings, backend: createLaterBackend() });
  const plain = createDecoder(decoderWeights, settings);
  expect(await text(later.open({ memory }))).toEqual(await text(plain.open({ memory })));
  const options = { beams: 3, stopTokens: [0], maximumTokens: 12 };
  const found = await beamSearch(later.open({ memory }), [1], options);
  expect(found).toEqual(await beamSearch(plain.open({ memory }), [1], options));
});

async function text(session: Parameters<typeof generate>[0]): Promise<number[]> {
  const chosen: number[] = [];
  const options = { temperature: 0.9, seed: 5, maximumTokens: 20 };
  for await (const token of generate(session, [1, 2], options)) chosen.push(token);
  return chosen;
}

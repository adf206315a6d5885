import { createWasmBackend } from "@fovea/backend-wasm";
import { rotaryTables, rotaryTransform } from "@fovea/embedding";
import { slidingWindow } from "@fovea/masking";
import { randomWeights } from "@fovea/multi-head-attention";
import { trace } from "@fovea/program";
import { alibi, chain, recall, skim, softCap } from "@fovea/scoring";
import { assertAllClose, randomGenerator, tensor } from "@fovea/tensor";
import { afterAll, expect, test } from "vitest";
import { createDecoder, type DecoderSettings, type DecoderWeights } from "./decoder.ts";
import { someLayer } from "./naive.test-support.ts";
import type { SessionOptions } from "./session-options.ts";
import { createLaterBackend } from "./testing/later-backend.ts";

/** Steps that a backend records are held against the reference backend, which records none. */

const random = randomGenerator(9);
const tokens = random.normal([10, 8]);
const gatedKind = { gated: true, norm: "rms", crosses: false } as const;
const gated: DecoderWeights = {
  embedding: { tokens },
  layers: [someLayer(gatedKind), someLayer(gatedKind)],
  normalization: { kind: "rms", scale: random.normal([8]) },
};
const crossing: DecoderWeights = {
  ...gated,
  layers: [someLayer({ ...gatedKind, crosses: true, memoryDim: 8 }), someLayer(gatedKind)],
};
const plain: DecoderWeights = { ...gated, layers: [someLayer({ gated: false, norm: "layer", crosses: false })] };
/** Three heads of 3, values of 5, biases, positions, and sizes that no vector divides. */
const odd: DecoderWeights = {
  embedding: {
    tokens: random.normal([11, 7]),
    scale: 2,
    positions: random.normal([70, 7]),
    normalization: { kind: "layer" },
  },
  layers: [0, 1].map(() => ({
    attention: {
      ...randomWeights(random, { queryDim: 7, heads: 3, headDim: 3, valueDim: 5 }),
      queryNormalization: { kind: "rms" as const },
      keyNormalization: { kind: "layer" as const, scale: random.normal([3]) },
    },
    attentionNormalization: { kind: "layer" as const, scale: random.normal([7]), bias: random.normal([7]) },
    feedForward: {
      expand: { weight: random.normal([7, 13]), bias: random.normal([13]) },
      contract: { weight: random.normal([13, 7]), bias: random.normal([7]) },
      activation: "gelu" as const,
    },
    feedForwardNormalization: { kind: "layer" as const },
  })),
  head: { weight: random.normal([7, 11]), bias: random.normal([11]) },
};
const rotary = rotaryTransform(rotaryTables({ positions: 80, rotaryDim: 2 }));
const halves = rotaryTransform(rotaryTables({ positions: 80, rotaryDim: 2 }), { layout: "halves" });
const perHead = trace(({ head, query, key, select }) =>
  key.lessEqual(query).and(query.subtract(key).lessEqual(select(head.less(2), 3, 9))),
);
const window = { recent: 6, sinks: 2 };

type Settings = Omit<DecoderSettings, "backend">;
type Options = Omit<SessionOptions, "observe">;
const cases: readonly (readonly [string, DecoderWeights, Settings, Options?])[] = [
  ["grouped heads, SwiGLU, rotary", gated, { attention: { heads: 4, positionTransform: rotary } }],
  ["rotary by halves, a scale", gated, { attention: { heads: 4, positionTransform: halves, scale: 0.3 } }],
  ["post-norm", plain, { attention: { heads: 4 }, order: "post" }],
  ["odd sizes, biases, positions, normalized heads", odd, { attention: { heads: 3 } }],
  ["a score program", gated, { attention: { heads: 4, score: chain(alibi({ heads: 4 }), softCap(3)) } }],
  [
    "a score that reads how many keys there are",
    gated,
    { attention: { heads: 4, score: ({ score, keys }) => score.divide(keys) } },
  ],
  [
    "a sliding window",
    gated,
    { attention: { heads: 4, positionTransform: rotary, mask: slidingWindow({ lookback: 5 }) } },
  ],
  ["runs of keys", gated, { attention: { heads: 4, positionTransform: rotary, ...recall({ first: 3, gap: 6 }) } }],
  ["single keys", gated, { attention: { heads: 4, ...skim({ causal: true, neighbors: 0 }) } }],
  ["a mask by head", gated, { attention: { heads: 4, mask: perHead } }],
  ["a row that sees nothing", gated, { attention: { heads: 4, mask: ({ key }) => key.less(0) } }],
  [
    "other programs each layer",
    gated,
    {
      attention: [
        { heads: 4, mask: perHead },
        { heads: 4, score: alibi({ heads: 4 }) },
      ],
    },
  ],
  ["sigmoid", gated, { attention: { heads: 4, normalizer: "sigmoid" } }],
  ["sinks", gated, { attention: { heads: 4, normalizer: "softmaxWithSink", sinks: tensor([0.5, -1, 0, 2]) } }],
  ["sparsemax", gated, { attention: { heads: 4, normalizer: "sparsemax" } }],
  ["a probability program", gated, { attention: { heads: 4, probability: ({ score }) => score.multiply(score) } }],
  [
    "cross-attention",
    crossing,
    { attention: { heads: 4, positionTransform: rotary } },
    { memory: random.normal([1, 5, 8]) },
  ],
  ["a window with sinks", gated, { attention: { heads: 4, positionTransform: rotary } }, { cache: { window } }],
  [
    "a window without",
    gated,
    { attention: { heads: 4, score: alibi({ heads: 4 }) } },
    { cache: { window: { recent: 5 } } },
  ],
  ["a cache with room", gated, { attention: { heads: 4, positionTransform: rotary } }, { cache: { capacity: 70 } }],
];

const backends = [createWasmBackend({ threads: 1 }), createWasmBackend({ threads: 1, relaxedSimd: false })] as const;
afterAll(() => backends.forEach((backend) => backend.dispose()));
const text = Array.from({ length: 64 }, () => Math.floor(random.next() * 10));

test.each(cases.map(([name, weights, settings, options = {}]) => [name, weights, settings, options] as const))(
  "token by token as without recording: %s",
  async (_, weights, settings, options) => {
    const judge = createDecoder(weights, settings).open(options);
    const later = createDecoder(weights, { ...settings, backend: createLaterBackend() }).open(options);
    const sessions = backends.map((backend) => createDecoder(weights, { ...settings, backend }).open(options));
    for (const ids of [text.slice(0, 3), ...text.slice(3).map((token) => [token])]) {
      const expected = judge.feed([ids]);
      for (const session of sessions) assertAllClose(session.feed([ids]), expected, { absolute: 2e-5, relative: 2e-5 });
      assertAllClose(await later.feed([ids]), expected, { absolute: 0, relative: 0 });
    }
    for (const session of sessions) session.dispose();
  },
);

test.each([
  { dtype: "int8" as const },
  { dtype: "float16" as const },
  { dtype: "int8" as const, window },
  { dtype: "bfloat16" as const, window },
])("a cache of %o", (cache) => {
  const settings = { attention: { heads: 4, positionTransform: rotary } };
  const judge = createDecoder(gated, settings).open({ cache });
  const sessions = backends.map((backend) => createDecoder(gated, { ...settings, backend }).open({ cache }));
  // a number between two steps may be rounded either way
  const close = { absolute: 0.05, relative: 0.05 };
  for (const token of text) {
    const expected = judge.feed([[token]]);
    for (const session of sessions) assertAllClose(session.feed([[token]]), expected, close);
  }
  for (const session of sessions) session.dispose();
});

test("sequences side by side, reordered after every token, more and fewer", () => {
  const settings = { attention: { heads: 4, positionTransform: rotary } };
  const memory = random.normal([2, 5, 8]);
  const open = { memory, memoryLengths: [5, 3] };
  const judge = createDecoder(crossing, settings).open(open);
  const [backend] = backends;
  const session = createDecoder(crossing, { ...settings, backend }).open(open);
  let batch = 2;
  for (let step = 0; step < 40; step++) {
    const ids = Array.from({ length: batch }, (_, i) => [text[(step + 7 * i) % text.length]]);
    assertAllClose(session.feed(ids), judge.feed(ids), { absolute: 2e-5, relative: 2e-5 });
    const next = step % 10 === 9 ? 1 + (step % 3) : batch;
    const order = Array.from({ length: next }, (_, i) => (i * i + step) % batch);
    for (const each of [session, judge]) each.reorder(order);
    batch = next;
  }
  session.dispose();
});

test("what is refused leaves no trace, also in a step that is run again", () => {
  const [backend] = backends;
  for (const cache of [{}, { window }]) {
    const session = createDecoder(gated, { attention: { heads: 4, positionTransform: rotary }, backend }).open({
      cache,
    });
    const judge = createDecoder(gated, { attention: { heads: 4, positionTransform: rotary } }).open({ cache });
    for (const token of text.slice(0, 20)) {
      assertAllClose(session.feed([[token]]), judge.feed([[token]]), { absolute: 2e-5, relative: 2e-5 });
      expect(() => session.feed([[10]])).toThrow("ids must be whole numbers from 0 to 9, got 10");
      expect(() => session.feed([[0.5]])).toThrow("ids must be whole numbers");
      expect(() => session.feed([[1], [2]])).toThrow("expected 1 sequences");
    }
    expect(session.length).toBe(20);
    session.dispose();
  }
});

test("a session gives back what its steps kept", () => {
  const [backend] = backends;
  const decoder = createDecoder(gated, { attention: { heads: 4, positionTransform: rotary }, backend });
  const held = (): number => {
    const session = decoder.open();
    for (const token of text) session.feed([[token]]);
    session.dispose();
    return backend.bytesInUse;
  };
  expect(held()).toBe(held());
  decoder.dispose();
});

import { rotaryTables, rotaryTransform } from "@fovea/embedding";
import { slidingWindow } from "@fovea/masking";
import { randomWeights } from "@fovea/multi-head-attention";
import { trace } from "@fovea/program";
import { alibi, chain, recall, skim, softCap } from "@fovea/scoring";
import { assertAllClose, randomGenerator, zeros } from "@fovea/tensor";
import { expect, test } from "vitest";
import { createDecoder, type DecoderSettings, type DecoderWeights } from "../decoder.ts";
import { someLayer } from "../naive.test-support.ts";
import { TransformerError } from "../transformer-error.ts";
import { RowSession, type RowSessionOptions } from "./row-session.ts";

const random = randomGenerator(9);
const close = { absolute: 2e-5, relative: 2e-5 };
const tokens = random.normal([10, 8]);
const plainKind = { gated: false, norm: "layer", crosses: false } as const;
const gatedKind = { gated: true, norm: "rms", crosses: false } as const;
const gated: DecoderWeights = {
  embedding: { tokens },
  layers: [someLayer(gatedKind), someLayer(gatedKind)],
  normalization: { kind: "rms", scale: random.normal([8]) },
};
const text = Array.from({ length: 40 }, () => Math.floor(random.next() * 10));
const rotary = rotaryTransform(rotaryTables({ positions: 64, rotaryDim: 2 }));
const halves = rotaryTransform(rotaryTables({ positions: 64, rotaryDim: 2 }), { layout: "halves" });
const perHead = trace(({ head, query, key, select }) =>
  key.lessEqual(query).and(query.subtract(key).lessEqual(select(head.less(2), 3, 9))),
);

/** Three heads of 3, values of 5, biases, and sizes that no vector divides. */
const odd: DecoderWeights = {
  embedding: {
    tokens: random.normal([11, 7]),
    scale: 2,
    positions: random.normal([40, 7]),
    normalization: { kind: "layer" },
  },
  layers: [0, 1].map(() => ({
    attention: {
      ...randomWeights(random, { queryDim: 7, heads: 3, headDim: 3, valueDim: 5 }),
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

test.each<[string, DecoderWeights, Omit<DecoderSettings, "backend">]>([
  ["grouped heads, SwiGLU, rotary", gated, { attention: { heads: 4, positionTransform: rotary } }],
  ["rotary by halves, a scale", gated, { attention: { heads: 4, positionTransform: halves, scale: 0.3 } }],
  ["post-norm", { ...gated, layers: [someLayer(plainKind)] }, { attention: { heads: 4 }, order: "post" }],
  ["odd sizes, biases, learned positions", odd, { attention: { heads: 3 } }],
  ["a score program", gated, { attention: { heads: 4, score: chain(alibi({ heads: 4 }), softCap(3)) } }],
  ["a window", gated, { attention: { heads: 4, positionTransform: rotary, mask: slidingWindow({ lookback: 5 }) } }],
  ["runs of keys", gated, { attention: { heads: 4, positionTransform: rotary, ...recall({ first: 3, gap: 6 }) } }],
  ["single keys", gated, { attention: { heads: 4, ...skim({ causal: true, neighbors: 0 }) } }],
  ["a mask by head", gated, { attention: { heads: 4, mask: perHead } }],
  [
    "a program each layer",
    gated,
    {
      attention: [
        { heads: 4, mask: perHead },
        { heads: 4, score: alibi({ heads: 4 }) },
      ],
    },
  ],
  [
    "traced functions",
    gated,
    { attention: { heads: 4, mask: ({ query, key }) => key.lessEqual(query).and(key.greater(2)) } },
  ],
])("row by row gives the decoder's logits: %s", (_, weights, settings) => {
  const rows = new RowSession(weights, settings, { capacity: 40 });
  const session = createDecoder(weights, settings).open();
  for (const ids of [text.slice(0, 3), ...text.slice(3).map((token) => [token])]) {
    assertAllClose(rows.feed([ids]), session.feed([ids]), close);
  }
  expect(rows.length).toBe(40);
});

test.each([
  { recent: 6, sinks: 2 },
  { recent: 5, sinks: 0 },
  { recent: 1, sinks: 1 },
])("a window keeps what a windowed cache keeps, however often it moves: %o", (window) => {
  for (const positionTransform of [rotary, undefined]) {
    const every = { heads: 4, positionTransform };
    const settings = {
      attention: [
        { ...every, score: alibi({ heads: 4 }) },
        { ...every, ...recall({ first: 2, gap: 3 }) },
      ],
    };
    const rows = new RowSession(gated, settings, { window });
    const session = createDecoder(gated, settings).open({ cache: { window } });
    for (let step = 0; step < 60; step++) {
      const ids = [[(step * step + 3) % 10]];
      assertAllClose(rows.feed(ids), session.feed(ids), close);
    }
  }
});

test("after a reset it is as new", () => {
  const settings = { attention: { heads: 4, positionTransform: rotary } };
  const rows = new RowSession(gated, settings, { window: { recent: 4, sinks: 1 } });
  const first = rows.feed([text.slice(0, 4)]);
  rows.feed([text]);
  rows.reset();
  expect(rows.length).toBe(0);
  assertAllClose(rows.feed([text.slice(0, 4)]), first, { absolute: 0, relative: 0 });
});

test("what is refused leaves no trace", () => {
  const rows = new RowSession(gated, { attention: { heads: 4 } }, { capacity: 5 });
  rows.feed([[1, 2]]);
  expect(() => rows.feed([[3, 10]])).toThrow("tokens must be whole numbers from 0 to 9, got 10");
  expect(() => rows.feed([[3], [4]])).toThrow("one sequence");
  expect(() => rows.feed([[]])).toThrow(TransformerError);
  expect(() => rows.feed([[1, 2, 3, 4]])).toThrow("room for 5 tokens; 2 are there and 4 came");
  assertAllClose(
    rows.feed([[3]]),
    createDecoder(gated, { attention: { heads: 4 } })
      .open()
      .feed([[1, 2, 3]]),
    close,
  );
});

test.each<[string, DecoderWeights, Omit<DecoderSettings, "backend">, string]>([
  [
    "cross-attention",
    { ...gated, layers: [someLayer({ ...gatedKind, crosses: true })] },
    { attention: { heads: 4 } },
    "layer 0 has cross-attention",
  ],
  ["another normalizer", gated, { attention: { heads: 4, normalizer: "sigmoid" } }, "the normalizer sigmoid"],
  [
    "a probability program",
    gated,
    { attention: { heads: 4, probability: ({ score }) => score.multiply(2) } },
    "a probability program",
  ],
])("%s is refused", (_, weights, settings, reason) => {
  expect(() => new RowSession(weights, settings, { capacity: 4 })).toThrow(reason);
  expect(() => new RowSession(weights, settings, { capacity: 4 })).toThrow(TransformerError);
});

test("more room than rotary tables have rows, or none, is refused", () => {
  const settings = { attention: { heads: 4, positionTransform: rotary } };
  expect(() => new RowSession(gated, settings, { capacity: 65 })).toThrow("from 1 to 64");
  expect(() => new RowSession(gated, settings, { capacity: 0 })).toThrow("capacity");
  expect(() => new RowSession(gated, settings, { window: { recent: 64 } })).toThrow("window.recent");
});

test("more room than there is memory, and an order that there is not, are refused", () => {
  const settings = { attention: { heads: 4 } };
  const unplaced = { ...gated, embedding: { tokens: gated.embedding.tokens } };
  expect(() => new RowSession(unplaced, settings, { capacity: 1e12 })).toThrow(TransformerError);
  expect(() => new RowSession(unplaced, settings, { capacity: 1e12 })).toThrow("do not fit into memory");
  expect(() => new RowSession(gated, { ...settings, order: "sandwich" as "pre" }, { capacity: 4 })).toThrow("sandwich");
});

test("settings and options that there are not, and a capacity beside a window, are refused by name", () => {
  const settings = { attention: { heads: 4 } };
  const misspelled = { capacity: 4, capactiy: 5 } as RowSessionOptions;
  expect(() => new RowSession(gated, settings, misspelled)).toThrow(
    'there is no option "capactiy". Did you mean "capacity"?',
  );
  expect(() => new RowSession(gated, Object.assign({ backend: null }, settings), { capacity: 4 })).toThrow("backend");
  const window = { recent: 3 };
  for (const options of [{}, { capacity: 4, window }]) {
    expect(() => new RowSession(gated, settings, options as RowSessionOptions)).toThrow(
      "either a capacity or a window",
    );
  }
});

test("a row that sees nothing gathers nothing", () => {
  const settings: Omit<DecoderSettings, "backend"> = { attention: { heads: 4, mask: ({ key }) => key.less(0) } };
  const rows = new RowSession(gated, settings, { capacity: 4 });
  const silent = {
    ...gated,
    layers: gated.layers.map((layer) =>
      Object.assign({}, layer, { attention: { ...layer.attention, output: { weight: zeros([8, 8]) } } }),
    ),
  };
  const bias = gated.layers[0].attention.output?.bias;
  expect(bias && bias.data.every((value) => value === 0)).toBe(true); // so that nothing gathered is nothing added
  assertAllClose(
    rows.feed([[1, 2]]),
    createDecoder(silent, { attention: { heads: 4 } })
      .open()
      .feed([[1, 2]]),
    close,
  );
});

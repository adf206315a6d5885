import { rotaryTables, rotaryTransform } from "@fovea/embedding";
import { causal } from "@fovea/masking";
import { fromKeras, multiHeadAttention } from "@fovea/multi-head-attention";
import { alibi } from "@fovea/scoring";
import { assertAllClose, type Tensor } from "@fovea/tensor";
import { tidy, type Tensor as TfTensor } from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { AdapterError } from "../adapter-error.ts";
import { GroupedQueryAttention, MultiHeadAttention, SelfAttention, type LookOptions } from "../layers.ts";
import { fromTf, normals, toTf } from "../testing/convert.ts";
import { backendNames, useBackend } from "../testing/use-backend.ts";

const normal = normals(11);
const tolerance = { absolute: 2e-5, relative: 1e-4 };

/** A layer's weights by name, without the name of the layer. */
const weightsOf = (layer: MultiHeadAttention): Record<string, Tensor> =>
  Object.fromEntries(
    layer.weights.map((weight) => [
      weight.originalName.slice(layer.name.length + 1),
      fromTf((weight.read() as TfTensor).clone()),
    ]),
  );

const shapesOf = (layer: MultiHeadAttention): Record<string, readonly number[]> =>
  Object.fromEntries(Object.entries(weightsOf(layer)).map(([name, { shape }]) => [name, shape]));

const headOf2 = (look: LookOptions): MultiHeadAttention => new MultiHeadAttention({ numHeads: 1, keyDim: 2, ...look });

describe.each(backendNames)("multi-head attention layers on %s", (backend) => {
  useBackend(backend);

  test("self-attention with programs, grouped heads and rotary is that of @fovea/multi-head-attention", () => {
    const x = normal([2, 5, 6]);
    const layer = new MultiHeadAttention({
      numHeads: 4,
      keyDim: 8,
      valueDim: 3,
      keyHeads: 2,
      outputShape: 7,
      score: alibi({ heads: 4 }),
      mask: causal(),
      rotary: { layout: "halves", rotaryDim: 6 },
      seed: 5,
    });
    const output = fromTf(tidy(() => layer.apply(toTf(x)) as TfTensor));
    const expected = multiHeadAttention(fromKeras(weightsOf(layer)), x, {
      heads: 4,
      score: alibi({ heads: 4 }),
      mask: causal(),
      positionTransform: rotaryTransform(rotaryTables({ positions: 5, rotaryDim: 6 }), { layout: "halves" }),
    });
    assertAllClose(output, expected.output, tolerance);
    expect(layer.countParams()).toBe(6 * 32 + 32 + 6 * 16 + 16 + 6 * 6 + 6 + 12 * 7 + 7);
    layer.dispose();
  });

  test("rotary turns by its base, layout and dimensions; without them by 10000, neighbors, and all", () => {
    const x = normal([1, 6, 4]);
    for (const [rotary, tables, layout] of [
      [true, { base: 10000 }, "interleaved"],
      [{}, { base: 10000 }, "interleaved"],
      [{ base: 100 }, { base: 100 }, "interleaved"],
      [{ base: 1.5, layout: "halves" }, { base: 1.5 }, "halves"],
      [{ layout: "interleaved", rotaryDim: 4 }, { base: 10000, rotaryDim: 4 }, "interleaved"],
      [{ rotaryDim: 2 }, { base: 10000, rotaryDim: 2 }, "interleaved"],
    ] as const) {
      const layer = new MultiHeadAttention({ numHeads: 1, keyDim: 8, rotary, seed: 2 });
      const output = fromTf(tidy(() => layer.apply(toTf(x)) as TfTensor));
      const positionTransform = rotaryTransform(rotaryTables({ positions: 6, rotaryDim: 8, ...tables }), { layout });
      const expected = multiHeadAttention(fromKeras(weightsOf(layer)), x, { heads: 1, positionTransform });
      assertAllClose(output, expected.output, tolerance);
      layer.dispose();
    }
  });

  test("cross-attention with [query, value, key], and weights on request", () => {
    const [x, y, z] = [normal([1, 3, 6]), normal([1, 4, 5]), normal([1, 4, 2])];
    const layer = new MultiHeadAttention({ numHeads: 2, keyDim: 3, useBias: false, returnAttentionScores: true });
    const [output, scores] = tidy(() => layer.apply([x, y, z].map((input) => toTf(input))) as TfTensor[]);
    expect(scores.shape).toEqual([1, 2, 3, 4]);
    const sums = tidy(() => scores.sum(-1).dataSync());
    for (const sum of sums) expect(sum).toBeCloseTo(1, 5);
    scores.dispose();
    const expected = multiHeadAttention(fromKeras(weightsOf(layer)), x, { heads: 2, key: z, value: y });
    assertAllClose(fromTf(output), expected.output, tolerance);
    layer.dispose();
  });

  test("Keras's call arguments hide pairs", () => {
    const x = normal([1, 3, 4]);
    const layer = new MultiHeadAttention({ numHeads: 1, keyDim: 2 });
    tidy(() => {
      const input = toTf(x);
      const seenBy = (kwargs: object): number[] => {
        const [, scores] = layer.apply(input, { ...kwargs, returnAttentionScores: true }) as TfTensor[];
        return Array.from(scores.dataSync(), (weight) => Number(weight > 0));
      };
      expect(seenBy({})).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1]);
      expect(seenBy({ useCausalMask: true })).toEqual([1, 0, 0, 1, 1, 0, 1, 1, 1]);
      const attentionMask = toTf({
        ...normal([1, 3, 3]),
        dtype: "bool",
        data: Uint8Array.of(1, 1, 0, 0, 1, 0, 0, 0, 0),
      });
      expect(seenBy({ attentionMask })).toEqual([1, 1, 0, 0, 1, 0, 0, 0, 0]);
    });
    layer.dispose();
  });

  test("wrong programs and inputs are refused in a sentence", () => {
    expect(() => headOf2({ mask: "key <= query" })).toThrow(/mask is no saved program. A formula becomes one by/);
    expect(() => headOf2({ score: normal([1]) as never })).toThrow(/expected score to be a program or a function/);
    expect(() => headOf2({ learnedTables: "bias" })).toThrow(
      /expected learnedTables to be a list of names, got "bias"/,
    );
    expect(() => headOf2({ learnedTables: 5 as never })).toThrow(/to be a list of names, got "5"/);
    tidy(() => {
      for (const shape of [
        [2, 4],
        [2, 3, 2, 4],
      ]) {
        const x = toTf(normal(shape));
        expect(() => headOf2({}).apply(x)).toThrow(/expected inputs \[batch, tokens, dim\], got/);
      }
      const x = toTf(normal([2, 3, 4]));
      const layer = headOf2({});
      expect(() => layer.apply([x, x, x, x, x])).toThrow(/no inputs but \[query, value, key, attentionMask\], got 5/);
      layer.apply(x);
      expect(() => layer.apply([x, x, x, x])).toThrow(/expected the attentionMask to be/);
      expect(() => layer.apply([x, x, x, x])).toThrow(AdapterError);
      for (const shape of [[2, 3, 4], [3, 3], [3, 2, 3], [18]]) {
        expect(() => layer.apply(x, { attentionMask: toTf(normal(shape)) })).toThrow(
          `the attentionMask to be [batch, queries, keys], here [2, 3, 3], got [${shape.join(", ")}]`,
        );
      }
      expect(() => layer.apply(x, { mask: toTf(normal([2, 4])) })).toThrow(AdapterError);
      layer.dispose();
    });
  });

  test("a grouped layer and a textbook layer say what they are", () => {
    const grouped = new GroupedQueryAttention({ headDim: 2, numQueryHeads: 4, numKeyValueHeads: 2 });
    const textbook = new SelfAttention({ dModel: 6, numHeads: 2, dKeys: 8, dValues: 4 });
    tidy(() => {
      const x = toTf(normal([1, 3, 6]));
      expect((grouped.apply(x) as TfTensor).shape).toEqual([1, 3, 6]);
      expect((textbook.apply(x) as TfTensor).shape).toEqual([1, 3, 6]);
    });
    expect(shapesOf(grouped)).toMatchObject({
      "query/kernel": [6, 4, 2],
      "key/kernel": [6, 2, 2],
      "value/bias": [2, 2],
    });
    expect(shapesOf(textbook)).toEqual({
      "query/kernel": [6, 2, 4],
      "key/kernel": [6, 2, 4],
      "value/kernel": [6, 2, 2],
      "attention_output/kernel": [2, 2, 6],
    });
    expect(() => new SelfAttention({ dModel: 6, numHeads: 4 })).toThrow(
      /dKeys to be a multiple of numHeads, got 6 and 4/,
    );
    expect(() => new MultiHeadAttention({ numHeads: 4, keyDim: 2, keyHeads: 3 })).toThrow(/got 4 and 3/);
    grouped.dispose();
    textbook.dispose();
  });

  test("dropout drops in training only, other weights each time", () => {
    const layer = new MultiHeadAttention({ numHeads: 2, keyDim: 4, dropout: 0.5, seed: 3 });
    tidy(() => {
      const x = toTf(normal([1, 6, 4]));
      const run = (training: boolean): number[] => Array.from((layer.apply(x, { training }) as TfTensor).dataSync());
      expect(run(false)).toEqual(run(false));
      expect(run(true)).not.toEqual(run(false));
      expect(run(true)).not.toEqual(run(true));
      // half of the weights are 0, the others are doubled: of 2 heads × 6 × 6 weights
      const [, scores] = layer.apply(x, { training: true, returnAttentionScores: true }) as TfTensor[];
      const zeros = Array.from(scores.dataSync()).filter((weight) => weight === 0).length;
      expect(Math.abs(zeros - 36)).toBeLessThan(18);
    });
    layer.dispose();
  });
});

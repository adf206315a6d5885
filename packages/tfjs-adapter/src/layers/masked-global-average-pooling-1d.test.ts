import { grad, io, tensor2d, tensor3d, tidy, variableGrads, type Scalar, type Tensor } from "@tensorflow/tfjs-core";
import {
  input,
  layers,
  loadLayersModel,
  model,
  sequential,
  type LayersModel,
  type SymbolicTensor,
} from "@tensorflow/tfjs-layers";
import { describe, expect, test } from "vitest";
import { AdapterError } from "../adapter-error.ts";
import {
  MaskedGlobalAveragePooling1D,
  RMSNormalization,
  TokenAndPositionEmbedding,
  TransformerEncoderLayer,
} from "../layers.ts";
import { artifactsOf } from "../testing/artifacts-of.ts";
import { backendNames, useBackend } from "../testing/use-backend.ts";

/** What a model says about some tokens. */
const say = (each: LayersModel, tokens: number[][]): number[] =>
  tidy(() => Array.from((each.predict(tensor2d(tokens)) as Tensor).dataSync()));

describe.each(backendNames)("masked pooling on %s", (backend) => {
  useBackend(backend);

  test("the mean is of the tokens that count, by hand", () => {
    const pool = new MaskedGlobalAveragePooling1D();
    const say = (numbers: number[], shape: [number, number, number], mask?: number[][]): number[][] =>
      tidy(() => {
        const kwargs = mask ? { mask: tensor2d(mask, [shape[0], shape[1]], "bool") } : {};
        return (pool.apply(tensor3d(numbers, shape), kwargs) as Tensor).arraySync() as number[][];
      });
    expect(say([1, 2, 3, 4, 5, 9], [1, 3, 2])).toEqual([[3, 5]]);
    expect(say([1, 2, 3, 4, 5, 9], [1, 3, 2], [[1, 1, 0]])).toEqual([[2, 3]]);
    expect(say([1, 2, 3, 4, 5, 9], [1, 3, 2], [[0, 0, 0]])).toEqual([[0, 0]]);
    expect(say([1, 2, Number.NaN, Infinity], [1, 2, 2], [[1, 0]])).toEqual([[1, 2]]);
    expect(
      say(
        [1, 2, 3, 4],
        [2, 2, 1],
        [
          [1, 0],
          [0, 1],
        ],
      ),
    ).toEqual([[1], [4]]);
    tidy(() => {
      const x = tensor3d([1, 2], [1, 2, 1]);
      expect(() => pool.apply(x, { mask: tensor2d([[1, 0, 1]]) })).toThrow(
        /expected a mask \[batch, tokens\], here \[1, 2\], got \[1, 3\]/,
      );
      expect(() => new MaskedGlobalAveragePooling1D().apply(tensor2d([[1]]))).toThrow(AdapterError);
      expect(() => new MaskedGlobalAveragePooling1D({ keepdims: true } as object)).toThrow(
        /there is no argument "keepdims"/,
      );
    });
  });

  test("gradients go to what counts only, in equal shares", () => {
    const pool = new MaskedGlobalAveragePooling1D();
    tidy(() => {
      const mask = tensor2d([[1, 1, 0]], [1, 3], "bool");
      const slope = grad((x) => (pool.apply(x, { mask }) as Tensor).sum())(tensor3d([1, 2, 3], [1, 3, 1]));
      expect(Array.from(slope.dataSync())).toEqual([0.5, 0.5, 0]);
    });
  });

  test("padding changes nothing in a model, where tf.layers.globalAveragePooling1d averages it in; saved and loaded too", async () => {
    const embedding = { vocabularySize: 9, sequenceLength: 8, embeddingDim: 4, maskZero: true };
    const body = (): layers.Layer[] => [
      new TokenAndPositionEmbedding(embedding),
      new TransformerEncoderLayer({ numHeads: 2, intermediateDim: 4 }),
      layers.dropout({ rate: 0.1 }),
    ];
    const net = sequential({ layers: [...body(), new MaskedGlobalAveragePooling1D(), new RMSNormalization()] });
    const theirs = sequential({ layers: [...body(), layers.globalAveragePooling1d({})] });
    const [plain, padded] = [say(net, [[3, 1, 4]]), say(net, [[3, 1, 4, 0, 0]])];
    for (const [index, number] of plain.entries()) expect(padded[index]).toBeCloseTo(number, 5);
    expect(Math.abs(say(theirs, [[3, 1, 4]])[0] - say(theirs, [[3, 1, 4, 0, 0]])[0])).toBeGreaterThan(1e-4);
    const loaded = await loadLayersModel(io.fromMemory(await artifactsOf(net)));
    expect(say(loaded, [[3, 1, 4, 0, 0]])).toEqual(padded);
    const { value, grads } = tidy(() =>
      variableGrads(() => (net.predict(tensor2d([[3, 1, 0]])) as Tensor).sum() as Scalar),
    );
    for (const each of [value, ...Object.values(grads), net, theirs, loaded]) each.dispose();
  });

  test("a sum of branches brings its mask along", () => {
    const tokens = input({ shape: [null] });
    const x = new TokenAndPositionEmbedding({
      vocabularySize: 5,
      sequenceLength: 4,
      embeddingDim: 2,
      maskZero: true,
    }).apply(tokens);
    const sum = layers.add().apply([x, x] as SymbolicTensor[]);
    const net = model({ inputs: tokens, outputs: new MaskedGlobalAveragePooling1D().apply(sum) as SymbolicTensor });
    tidy(() => {
      const [padded, plain] = [[[1, 2, 0]], [[1, 2]]].map((each) => (net.predict(tensor2d(each)) as Tensor).dataSync());
      for (const [index, number] of plain.entries()) expect(padded[index]).toBeCloseTo(number, 6);
    });
    net.dispose();
  });
});

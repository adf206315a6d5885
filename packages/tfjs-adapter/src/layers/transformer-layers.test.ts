import { embed, sinusoidalPositions } from "@fovea/embedding";
import { causal } from "@fovea/masking";
import { fromKeras, multiHeadAttention, type MultiHeadAttentionWeights } from "@fovea/multi-head-attention";
import {
  add,
  assertAllClose,
  gelu,
  layerNorm,
  matmul,
  relu,
  reshape,
  rmsNorm,
  tensor as plain,
  type Tensor,
} from "@fovea/tensor";
import { keep, tensor2d, tensor3d, tidy, type Tensor as TfTensor } from "@tensorflow/tfjs-core";
import { input, type layers } from "@tensorflow/tfjs-layers";
import { describe, expect, test } from "vitest";
import { AdapterError } from "../adapter-error.ts";
import {
  PatchEmbedding,
  RMSNormalization,
  TokenAndPositionEmbedding,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
  type CallArguments,
} from "../layers.ts";
import { fromTf, normals, toTf } from "../testing/convert.ts";
import { backendNames, useBackend } from "../testing/use-backend.ts";

const normal = normals(13);
const tolerance = { absolute: 2e-5, relative: 1e-4 };

type Weights = Readonly<Record<string, Tensor>>;

/** Gives every weight of a built layer random numbers, and returns them by name. */
function scramble(layer: layers.Layer): Weights {
  const numbers = layer.weights.map(({ shape }) => normal(shape as number[]));
  tidy(() => layer.setWeights(numbers.map((weight) => toTf(weight))));
  return Object.fromEntries(
    layer.weights.map(({ originalName }, index) => [originalName.slice(layer.name.length + 1), numbers[index]]),
  );
}

/** What a layer gives for plain inputs, with random weights. */
function run(layer: layers.Layer, ...inputs: Tensor[]): { output: Tensor; weights: Weights } {
  const given = (): TfTensor | TfTensor[] => {
    const tensors = inputs.map((input) => toTf(input));
    return tensors.length === 1 ? tensors[0] : tensors;
  };
  tidy(() => void layer.apply(given()));
  const weights = scramble(layer);
  const output = fromTf(tidy(() => layer.apply(given()) as TfTensor));
  layer.dispose();
  return { output, weights };
}

const part = (weights: Weights, prefix: string): MultiHeadAttentionWeights => fromKeras(weights, prefix);

const feedForward = (x: Tensor, w: Weights, activation: (x: Tensor) => Tensor): Tensor => {
  const hidden = activation(add(matmul(x, w["feedforward_intermediate/kernel"]), w["feedforward_intermediate/bias"]));
  return add(matmul(hidden, w["feedforward_output/kernel"]), w["feedforward_output/bias"]);
};

/** Cuts pictures of a shape into patches of 2 × 2, in a model. */
const cut = (shape: (number | null)[]): unknown =>
  new PatchEmbedding({ patchSize: 2, embeddingDim: 4 }).apply(input({ shape }));

describe.each(backendNames)("transformer layers on %s", (backend) => {
  useBackend(backend);

  test("a post-norm encoder layer is attention, sum, norm, network, sum, norm", () => {
    const x = normal([2, 5, 6]);
    const { output, weights: w } = run(new TransformerEncoderLayer({ numHeads: 2, intermediateDim: 7 }), x);
    const norm = (y: Tensor, name: string): Tensor =>
      layerNorm(y, { scale: w[`${name}/gamma`], bias: w[`${name}/beta`], epsilon: 1e-5 });
    const { output: attended } = multiHeadAttention(part(w, "self_attention"), x, { heads: 2 });
    const y = norm(add(x, attended), "self_attention_norm");
    assertAllClose(output, norm(add(y, feedForward(y, w, relu)), "feedforward_norm"), {
      absolute: 1e-4,
      relative: 1e-4,
    });
  });

  test("a pre-norm decoder layer with RMS norms looks back, then at the encoder", () => {
    const [x, encoded] = [normal([1, 4, 6]), normal([1, 3, 5])];
    const layer = new TransformerDecoderLayer({
      numHeads: 3,
      intermediateDim: 8,
      normalizeFirst: true,
      normalization: "rms",
      activation: "gelu",
    });
    const { output, weights: w } = run(layer, x, encoded);
    const norm = (y: Tensor, name: string): Tensor => rmsNorm(y, { scale: w[`${name}/scale`], epsilon: 1e-5 });
    const self = multiHeadAttention(part(w, "self_attention"), norm(x, "self_attention_norm"), {
      heads: 3,
      mask: causal(),
    });
    const y = add(x, self.output);
    const cross = multiHeadAttention(part(w, "cross_attention"), norm(y, "cross_attention_norm"), {
      heads: 3,
      key: encoded,
    });
    const z = add(y, cross.output);
    const expected = add(z, feedForward(norm(z, "feedforward_norm"), w, gelu));
    assertAllClose(output, expected, { absolute: 2e-4, relative: 1e-4 });
  });

  test("RMS normalization, by hand", () => {
    const layer = new RMSNormalization({ epsilon: 0 });
    const x = plain([[3, 4, 0, 0]]);
    // the mean square is 25 / 4
    const output = fromTf(tidy(() => layer.apply(toTf(x)) as TfTensor));
    assertAllClose(output, plain([[1.2, 1.6, 0, 0]]), tolerance);
    layer.dispose();
  });

  test("tokens and places are looked up and added", () => {
    const ids = plain(Int32Array.of(3, 1, 4, 0, 2, 2), { shape: [2, 3] });
    const sizes = { vocabularySize: 5, sequenceLength: 4, embeddingDim: 6 };
    const learned = run(new TokenAndPositionEmbedding(sizes), ids);
    const tokens = embed(learned.weights["token_embedding/embeddings"], ids);
    const places = learned.weights["position_embedding/position_embeddings"];
    assertAllClose(
      learned.output,
      add(tokens, plain(places.data.slice(0, 18) as Float32Array, { shape: [3, 6] })),
      tolerance,
    );
    const waves = run(new TokenAndPositionEmbedding({ ...sizes, positions: "sinusoidal" }), ids);
    const found = embed(waves.weights["token_embedding/embeddings"], ids);
    assertAllClose(waves.output, add(found, sinusoidalPositions({ positions: 3, dim: 6 })), tolerance);
  });

  test("patches are projected as by a convolution with strides", () => {
    const pictures = normal([2, 4, 6, 3]);
    const layer = new PatchEmbedding({ patchSize: [2, 3], embeddingDim: 5, classToken: true });
    const { output, weights: w } = run(layer, pictures);
    expect(output.shape).toEqual([2, 5, 5]);
    const places = w.position_embeddings;
    const kernel = reshape(w.kernel, [18, 5]);
    const [first, second] = [0, 1].map((batch) => {
      const rows = [w.class_token.data.slice()];
      for (let row = 0; row < 2; row++) {
        for (let column = 0; column < 2; column++) {
          const patch: number[] = [];
          for (let y = 0; y < 2; y++) {
            const start = ((batch * 4 + row * 2 + y) * 6 + column * 3) * 3;
            patch.push(...pictures.data.slice(start, start + 9));
          }
          rows.push(add(matmul(plain([patch]), kernel), w.bias).data.slice());
        }
      }
      return rows.map((row) => Array.from(row));
    });
    assertAllClose(output, add(plain([first, second]), places), { absolute: 1e-4, relative: 1e-4 });
  });

  test("wrong arguments and inputs are refused by name", () => {
    expect(
      () => new TransformerEncoderLayer({ numHeads: 2, intermediateDim: 4, activation: "swish" as "silu" }),
    ).toThrow(/expected an activation among relu, gelu, silu, tanh, got "swish"/);
    expect(() => new TransformerEncoderLayer({ numHeads: 2, intermediateDim: 4, learnedTables: ["slopes"] })).toThrow(
      /expected learnedTables to name float tables of the score program that have values, got "slopes"; it has none/,
    );
    expect(() => new TransformerEncoderLayer({ numHeads: 2, intermediateDim: 4, mask: ({ score }) => score })).toThrow(
      /expected the mask program to give a bool, got float/,
    );
    const layer = new TokenAndPositionEmbedding({ vocabularySize: 5, sequenceLength: 2, embeddingDim: 4 });
    expect(() => tidy(() => void layer.apply(tensor2d([[1, 2, 3]])))).toThrow(
      /expected at most 2 tokens \(sequenceLength\), got 3/,
    );
    layer.dispose();
    const patches = new PatchEmbedding({ patchSize: 3, embeddingDim: 4 });
    expect(() => tidy(() => void patches.apply(toTf(normal([1, 4, 4, 1]))))).toThrow(
      /that patches of 3 × 3 fill, got \[1, 4, 4, 1\]/,
    );
  });

  test("what would give no patches, no numbers or no sizes is refused by name", () => {
    expect(() => cut([null, null, 1])).toThrow(
      /of known sizes that patches of 2 × 2 fill, got \[null, null, null, 1\]/,
    );
    expect(() => cut([0, 2, 1])).toThrow(/fill, got \[null, 0, 2, 1\]/);
    for (const wrong of [0, -1, 1.5, Number.NaN, "8", null]) {
      const size = wrong as number;
      expect(() => new PatchEmbedding({ patchSize: 2, embeddingDim: size })).toThrow(AdapterError);
      expect(() => new PatchEmbedding({ patchSize: [2, size], embeddingDim: 4 })).toThrow(
        /expected patchSize to be a whole number of at least 1, or two of them/,
      );
    }
    const positions = "sinusoidal" as "none";
    expect(() => new PatchEmbedding({ patchSize: 2, embeddingDim: 4, positions })).toThrow(/"learned" or "none", got/);
    for (const epsilon of [-1e-3, Number.NaN, Infinity]) {
      const sizes = { numHeads: 2, intermediateDim: 4, layerNormEpsilon: epsilon };
      for (const make of [
        () => new RMSNormalization({ epsilon }),
        () => new TransformerEncoderLayer(sizes),
        () => new TransformerDecoderLayer(sizes),
      ]) {
        expect(make).toThrow(`finite number of at least 0, got ${epsilon}`);
        expect(make).toThrow(AdapterError);
      }
    }
    const normalization = "batch" as "rms";
    expect(() => new TransformerEncoderLayer({ numHeads: 2, intermediateDim: 4, normalization })).toThrow(
      /expected a normalization among layer, rms, got "batch"/,
    );
  });

  test("an attentionMask hides pairs from a decoder's self-attention, beside those after each token", () => {
    const layer = new TransformerDecoderLayer({ numHeads: 2, intermediateDim: 4, seed: 3 });
    const change = Float32Array.from({ length: 12 }, (_, index) => (index < 4 ? 1 : 0));
    tidy(() => {
      const x = toTf(normal([1, 3, 4]));
      const other = x.add(toTf(plain(change, { shape: [1, 3, 4] }))); // another first token
      const attentionMask = tensor3d([1, 1, 1, 0, 1, 1, 0, 1, 1], [1, 3, 3], "bool");
      /** Which tokens look otherwise when the first one changes. */
      const changed = (kwargs: CallArguments): boolean[] => {
        const [a, b] = [x, other].map((each) => (layer.apply(each, kwargs) as TfTensor).dataSync());
        return [0, 4, 8].map((start) => [0, 1, 2, 3].some((d) => a[start + d] !== b[start + d]));
      };
      expect(changed({})).toEqual([true, true, true]);
      expect(changed({ attentionMask })).toEqual([true, false, false]);
      // still causal: the first token does not see the others, though the mask would let it
      const last = x.add(toTf(plain(change.toReversed(), { shape: [1, 3, 4] })));
      const [before, after] = [x, last].map((each) => (layer.apply(each, { attentionMask }) as TfTensor).dataSync());
      expect(after.slice(0, 8)).toEqual(before.slice(0, 8));
    });
    layer.dispose();
  });

  test("inputs that a layer would not look at are refused", () => {
    const x = tidy(() => [0, 1, 2].map(() => keep(toTf(normal([1, 3, 4])))));
    const decoder = new TransformerDecoderLayer({ numHeads: 2, intermediateDim: 4 });
    const encoder = new TransformerEncoderLayer({ numHeads: 2, intermediateDim: 4 });
    tidy(() => void decoder.apply(x.slice(0, 2)));
    expect(() => tidy(() => void decoder.apply(x))).toThrow(/expected no inputs but \[x, encoded\], got 3/);
    expect(() => tidy(() => void encoder.apply(x))).toThrow(/expected no inputs but \[x\], got 3/);
    for (const each of [decoder, ...x]) each.dispose();
  });
});

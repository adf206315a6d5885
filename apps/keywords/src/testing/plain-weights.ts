import { full, ones, tensor, zeros, type Tensor } from "@fovea/tensor";
import type { KeywordWeights } from "../keyword-weights.ts";

/** A model of one layer for tests where the real one is not: two frames of two numbers each, four tokens wide; all its weights are 0, so every frame is
 *  looked at alike, and its answer is the head's bias: ln 1, ln 2 and ln 3, which gives 1/6, 2/6 and 3/6. */
export function plainWeights(): KeywordWeights {
  const normalization = { kind: "layer", scale: ones([4]), bias: zeros([4]) } as const;
  return {
    frontEnd: {
      blockSamples: 8000,
      frames: tensor([[0], [1]], { dtype: "int32" }),
      window: full([8000], 1),
      cosine: zeros([8000, 2]),
      sine: zeros([8000, 2]),
      mel: zeros([2, 2]),
      floor: 1,
      dct: zeros([2, 2]),
      center: 0,
      factor: ones([2]),
    },
    patches: { ...linear(2, 4), classToken: zeros([4]), positions: zeros([3, 4]) },
    encoder: {
      layers: [
        {
          attention: { query: linear(4, 4), key: linear(4, 4), value: linear(4, 4), output: linear(4, 4) },
          attentionNormalization: normalization,
          feedForward: { expand: linear(4, 4), contract: linear(4, 4), activation: "geluTanh" },
          feedForwardNormalization: normalization,
        },
      ],
    },
    attentionScale: 0.5,
    head: { weight: zeros([4, 3]), bias: tensor([Math.log(1), Math.log(2), Math.log(3)]) },
  };
}

function linear(inputs: number, outputs: number): { readonly weight: Tensor; readonly bias: Tensor } {
  return { weight: zeros([inputs, outputs]), bias: zeros([outputs]) };
}

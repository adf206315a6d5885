import { assertAllClose, at, randomGenerator, reshape, tensor, toArray, transpose, type Tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { embedPatches, embedPatchesGradients, type PatchWeights } from "./embed-patches.ts";

const random = randomGenerator(11);
const image = random.normal([2, 3, 4, 6], { dtype: "float64" });
const kernel = random.normal([5, 3, 2, 2], { dtype: "float64" }); // PyTorch's [dim, channels, patch, patch]
const weights: PatchWeights = {
  weight: transpose(reshape(kernel, [5, 12])),
  bias: random.normal([5], { dtype: "float64" }),
  classToken: random.normal([5], { dtype: "float64" }),
  positions: random.normal([7, 5], { dtype: "float64" }),
};

test("equals a convolution that strides by its own size, after the class token", () => {
  const vectors = embedPatches(weights, image, { patchSize: 2 });
  expect(vectors.shape).toEqual([2, 7, 5]);
  for (let b = 0; b < 2; b++) {
    for (let dim = 0; dim < 5; dim++) {
      expect(at(vectors, b, 0, dim)).toBeCloseTo(at(weights.classToken!, dim) + at(weights.positions!, 0, dim), 12);
      for (let patch = 0; patch < 6; patch++) {
        let sum = at(weights.bias!, dim) + at(weights.positions!, patch + 1, dim);
        for (let channel = 0; channel < 3; channel++) {
          for (let row = 0; row < 2; row++) {
            for (let column = 0; column < 2; column++) {
              const pixel = at(image, b, channel, Math.floor(patch / 3) * 2 + row, (patch % 3) * 2 + column);
              sum += pixel * at(kernel, dim, channel, row, column);
            }
          }
        }
        expect(at(vectors, b, patch + 1, dim)).toBeCloseTo(sum, 12);
      }
    }
  }
});

test("gradients agree with central differences", () => {
  const outputGradient = random.normal([2, 7, 5], { dtype: "float64" });
  const options = { patchSize: 2 };
  const gradients = embedPatchesGradients(weights, image, outputGradient, options);
  const loss = (changed: Partial<PatchWeights>, picture: Tensor = image): number => {
    const other = toArray(outputGradient);
    const output = toArray(embedPatches({ ...weights, ...changed }, picture, options));
    return output.reduce((sum, value, i) => sum + value * other[i], 0);
  };
  for (const name of ["weight", "bias", "classToken", "positions"] as const) {
    const expected = differences(weights[name]!, (changed) => loss({ [name]: changed }));
    assertAllClose(gradients.weights[name]!, expected, { absolute: 1e-7 });
  }
  assertAllClose(
    gradients.image,
    differences(image, (changed) => loss({}, changed)),
    { absolute: 1e-7 },
  );
});

test("without class token, bias and positions only the projection is left", () => {
  const vectors = embedPatches({ weight: weights.weight }, image, { patchSize: 2 });
  expect(vectors.shape).toEqual([2, 6, 5]);
  const { weights: gradients } = embedPatchesGradients({ weight: weights.weight }, image, vectors, { patchSize: 2 });
  expect(Object.keys(gradients)).toEqual(["weight"]);
});

test("weights that do not fit the patches are refused", () => {
  expect(() => embedPatches(weights, image, { patchSize: 1 })).toThrow("weight");
  expect(() => embedPatches({ ...weights, positions: weights.bias! }, image, { patchSize: 2 })).toThrow("positions");
});

function differences(at: Tensor, f: (changed: Tensor) => number, step = 1e-4): Tensor {
  const values = toArray(at);
  const slopes = values.map((value, i) => {
    const moved = (by: number): number => f(tensor(Float64Array.from(values.with(i, value + by)), { shape: at.shape }));
    return (moved(step) - moved(-step)) / (2 * step);
  });
  return tensor(Float64Array.from(slopes), { shape: at.shape });
}

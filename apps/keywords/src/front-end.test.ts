import { backends } from "@fovea/command-line/backends";
import { tone } from "@fovea/sound/testing";
import { assertAllClose, randomGenerator, tensor, toArray, toNested } from "@fovea/tensor";
import { expect, test } from "vitest";
import { findModelFolder } from "./data-folder.ts";
import { createFrontEnd } from "./front-end.ts";
import { readKeywordWeights } from "./keyword-weights.ts";
import { recording } from "./testing/recording.ts";
import { textbookCoefficients } from "./testing/textbook-coefficients.ts";

const folder = findModelFolder();

test.each(Object.entries(backends))("frames, window, transform and bands by hand, on %s", (_, backend) => {
  const frontEnd = createFrontEnd(
    {
      blockSamples: 2,
      // three samples to fade, in blocks that overlap: [1, 2, 3, 4] and [3, 4, 5, 6]
      frames: tensor(
        [
          [0, 1],
          [1, 2],
        ],
        { dtype: "int32" },
      ),
      window: tensor([0, 1, 1, 0]),
      // 3 and 4 × what is left of the middle two: magnitude 5 × their sum
      cosine: tensor([[9], [3], [3], [9]]),
      sine: tensor([[9], [4], [4], [9]]),
      mel: tensor([[1, 0]]),
      floor: Math.exp(-2),
      dct: tensor([
        [1, 0],
        [0, 1],
      ]),
      center: 1,
      factor: tensor([2, 10]),
    },
    backend(),
  );
  const { mel, coefficients } = frontEnd.pictureOf(Float32Array.of(1, 2, 3, 4, 5, 6));
  assertAllClose(
    mel,
    [
      [Math.log(25), -2],
      [Math.log(45), -2],
    ],
    { absolute: 1e-6, relative: 1e-6 },
  );
  assertAllClose(
    coefficients,
    [
      [2 * (Math.log(25) - 1), -30],
      [2 * (Math.log(45) - 1), -30],
    ],
    { absolute: 1e-5, relative: 1e-6 },
  );
  frontEnd.dispose();
});

test.skipIf(folder === null).each(Object.entries(backends))(
  "the file's own constants are textbook coefficients, on %s (without the model: skipped)",
  async (_, backend) => {
    const frontEnd = createFrontEnd((await readKeywordWeights(folder!)).frontEnd, backend());
    // some noise everywhere: the logarithm of almost nothing moves with every rounding
    const noise = toArray(randomGenerator(1).normal([16_000]));
    const noisyTone = tone(1000, 1).map((sample, index) => sample + 0.01 * noise[index]);
    for (const sound of [await recording("yes"), noisyTone]) {
      const { mel, coefficients } = frontEnd.pictureOf(sound);
      expect([mel.shape, coefficients.shape]).toEqual([
        [98, 80],
        [98, 40],
      ]);
      assertAllClose(coefficients, textbookCoefficients(sound), { absolute: 2e-3, relative: 1e-4 });
    }
    frontEnd.dispose();
  },
);

test.skipIf(folder === null)("silence through and through has a logarithm (without the model: skipped)", async () => {
  const frontEnd = createFrontEnd((await readKeywordWeights(folder!)).frontEnd, backends["wasm"]());
  const { mel } = frontEnd.pictureOf(new Float32Array(16_000));
  const logarithms = new Set((toNested(mel) as number[][]).flat().map((value) => value.toFixed(3)));
  expect([...logarithms]).toEqual([Math.log(1e-12).toFixed(3)]);
  frontEnd.dispose();
});

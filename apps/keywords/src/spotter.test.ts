import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backends } from "@fovea/command-line/backends";
import { allSamples, openWavFile } from "@fovea/sound";
import { tone, wavBytes } from "@fovea/sound/testing";
import { full } from "@fovea/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findModelFolder } from "./data-folder.ts";
import { readKeywordWeights } from "./keyword-weights.ts";
import { readLabels, type Label } from "./labels.ts";
import { heardSamples } from "./heard-samples.ts";
import { createSpotter, type Spotter } from "./spotter.ts";
import { plainWeights } from "./testing/plain-weights.ts";
import { recording } from "./testing/recording.ts";

const folder = findModelFolder();

describe.skipIf(folder === null).each(Object.entries(backends))(
  "KWT-1 on %s (without its file: skipped)",
  (_, backend) => {
    let spotter: Spotter;
    let labels: Label[];
    beforeAll(async () => {
      const weights = await readKeywordWeights(folder!);
      labels = await readLabels(folder!, 12);
      spotter = createSpotter(weights, backend());
    });
    afterAll(() => spotter.dispose());

    /** The likeliest label, with its probability. */
    function best(samples: Float32Array): { name: string; probability: number } {
      const probabilities = spotter.hear(samples);
      const probability = Math.max(...probabilities);
      return { name: labels[probabilities.indexOf(probability)].name, probability };
    }

    test.each([
      ["yes", 0.909],
      ["no", 0.911],
      ["silence", 0.908],
    ] as const)("%s is heard with its known probability, %f", async (word, probability) => {
      const heard = best(await recording(word));
      expect({ ...heard, probability: heard.probability.toFixed(3) }).toEqual({
        name: word,
        probability: probability.toFixed(3),
      });
    });

    test.each(["yes", "no"] as const)("%s is heard a little earlier, later, quieter and louder", async (word) => {
      const samples = await recording(word);
      const shifted = (by: number): Float32Array => Float32Array.from(samples, (_, index) => samples[index - by] ?? 0);
      for (const changed of [shifted(-4000), shifted(3200), samples.map((x) => x / 30), samples.map((x) => x * 1.2)]) {
        const { name, probability } = best(changed);
        expect(name).toBe(word);
        expect(probability).toBeGreaterThan(0.85);
      }
    });

    test("no looks at the sound and not at the quiet around it", async () => {
      const { probabilities, attention } = spotter.look(await recording("no"));
      expect(attention.length).toBe(98);
      for (const shares of [probabilities, attention]) {
        expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(1, 6);
      }
      // said from 0.46 to 0.8 s: a third of the frames
      const said = attention.slice(45, 79).reduce((sum, share) => sum + share);
      expect(said).toBeGreaterThan(0.75);
    });

    test("a tone is no word", () => {
      const { probability } = best(tone(440, 1));
      expect(probability).toBeLessThan(0.5);
    });
  },
);

test.skipIf(folder === null)("yes in stereo at 44.1 kHz is yes (without the model: skipped)", async () => {
  const path = mkdtempSync(join(tmpdir(), "fovea-keywords-"));
  const samples = await recording("yes");
  // between two samples, a straight line
  const denser = Float32Array.from({ length: 44_100 }, (_, index) => {
    const place = (index * 16_000) / 44_100;
    const before = Math.floor(place);
    return samples[before] + ((samples[before + 1] ?? 0) - samples[before]) * (place - before);
  });
  writeFileSync(join(path, "yes.wav"), wavBytes(denser, { rate: 44_100, channels: 2 }));
  const read = await allSamples(await openWavFile(join(path, "yes.wav")));
  rmSync(path, { recursive: true });
  const spotter = createSpotter(await readKeywordWeights(folder!), backends["wasm"]());
  expect(read.length).toBe(heardSamples);
  expect(spotter.hear(read)[2]).toBeGreaterThan(0.85);
  spotter.dispose();
});

test("weights of 0 look at every frame alike and answer by the head's bias", () => {
  const spotter = createSpotter(plainWeights(), backends["reference"]());
  const { probabilities, attention } = spotter.look(tone(440, 1));
  probabilities.forEach((probability, index) => expect(probability).toBeCloseTo((index + 1) / 6, 6));
  expect(attention).toEqual([0.5, 0.5]);
  spotter.dispose();
});

test("weights too large to compute with are refused", () => {
  const { head, patches, ...weights } = plainWeights();
  const large = {
    ...weights,
    patches: { ...patches, positions: full([3, 4], 3e38) },
    head: { ...head, weight: full([4, 3], 3e38) },
  };
  const spotter = createSpotter(large, backends["wasm"]());
  expect(() => spotter.hear(new Float32Array(heardSamples))).toThrow("The weights give no finite answer");
  spotter.dispose();
});

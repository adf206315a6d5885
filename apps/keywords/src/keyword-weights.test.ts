import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { at } from "@fovea/tensor";
import { afterAll, describe, expect, test } from "vitest";
import { findModelFolder, modelFile } from "./data-folder.ts";
import { readKeywordWeights } from "./keyword-weights.ts";
import { UserError } from "@fovea/command-line";

const model = findModelFolder();
const folder = mkdtempSync(join(tmpdir(), "fovea-keywords-weights-"));
afterAll(() => rmSync(folder, { recursive: true }));

type Numbers = Int32Array<ArrayBuffer> | Float32Array<ArrayBuffer>;

describe.skipIf(model === null)("the file of KWT-1 (without it: skipped)", () => {
  /** The error of a file in which the first of some numbers are others.
   *  @param length bytes of the constant that begins with the numbers: it stands before them */
  async function refused(length: number, numbers: Numbers, change: Numbers): Promise<unknown> {
    const bytes = readFileSync(join(model!, modelFile));
    const place = bytes.indexOf(
      Buffer.concat([Int32Array.of(length), numbers].map(({ buffer }) => new Uint8Array(buffer))),
    );
    expect(place).toBeGreaterThan(0);
    bytes.set(new Uint8Array(change.buffer), place + 4);
    writeFileSync(join(folder, modelFile), bytes);
    return readKeywordWeights(folder).catch((error: unknown) => error);
  }

  test("has numbers that the graph spells out", async () => {
    const { encoder, attentionScale, frontEnd, patches } = await readKeywordWeights(model!);
    expect(encoder.layers.length).toBe(12);
    expect(encoder.layers[0].attentionNormalization.epsilon).toBeCloseTo(1e-6, 12);
    expect(attentionScale).toBe(1 / 8);
    expect([frontEnd.blockSamples, at(frontEnd.factor, 0), frontEnd.center]).toEqual([160, 1, 0]);
    expect(patches.positions?.shape).toEqual([99, 64]);
  });

  const [frames, blocks] = [Int32Array.of(0, 1, 2, 1, 2, 3), Int32Array.of(1, 100, 160)];
  test.each<[string, number, Numbers, Numbers, string]>([
    ["a frame beyond the second", 1176, frames, Int32Array.of(1000), "its frames of sound do not fit"],
    ["a frame before it", 1176, frames, Int32Array.of(-1), "its frames of sound do not fit"],
    ["blocks of another length", 12, blocks, Int32Array.of(1, 100, 161), "its frames of sound do not fit"],
    ["blocks of no length", 12, blocks, Int32Array.of(1, 100, 0), "its frames of sound do not fit"],
    ["a scale that is none", 4, Float32Array.of(0.125), Float32Array.of(NaN), "truediv;"],
  ])("%s is refused", async (_, length, numbers, change, message) => {
    const error = await refused(length, numbers, change);
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).toContain(message);
  });
});

import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { max, readValues, sum, toArray } from "@fovea/tensor";
import { expect, test } from "vitest";
import { backends } from "@fovea/command-line/backends";
import { evaluate } from "./evaluate.ts";
import { findModelFolder, missingModel } from "./model-folder.ts";
import { UserError } from "@fovea/command-line";
import { readCt2Model } from "./read-ct2-model.ts";
import { openTransliterator } from "./transliterator.ts";
import { transliteratorWeights } from "./transliterator-weights.ts";

const folder = findModelFolder();
if (folder === null) console.warn(`skipped: ${missingModel()}`);

test.skipIf(folder === null)(
  "150 names it has not seen: a character error rate of 0.21, as CTranslate2's",
  async () => {
    const names = await openTransliterator(folder!, backends["reference"](), 1);
    const { pairs, characterErrorRate } = await evaluate(folder!, names);
    expect(pairs).toBe(150);
    expect(characterErrorRate).toBeCloseTo(0.21, 2);
  },
);

test.skipIf(folder === null).each(Object.keys(backends))("%s writes the names CTranslate2 writes", async (backend) => {
  for (const beams of [1, 2]) {
    const names = await openTransliterator(folder!, backends[backend](), beams);
    expect(await names.transliterate("آتزمون")).toBe("atzmon"); // CTranslate2's own tests
    expect(await names.transliterate("مارتن")).toBe("martin");
    names.dispose();
  }
});

test.skipIf(folder === null)(
  "alignment is a share of each Arabic letter, and follows the name from start to end",
  async () => {
    const names = await openTransliterator(folder!, backends["reference"](), 1);
    const { source, target, alignment } = await names.align("مارتن");
    expect(source).toEqual(["م", "ا", "ر", "ت", "ن"]);
    expect(target.join("")).toBe("martin");
    expect(alignment.shape).toEqual([6, 5]);
    for (const total of toArray(sum(alignment, 1))) expect(total).toBeCloseTo(1, 5);
    // m was looked for at the start of the name, n at its end
    const weights = Array.from(readValues(alignment));
    const centers = target.map((_, i) => source.reduce((center, __, j) => center + j * weights[i * 5 + j], 0));
    expect(centers[0]).toBeLessThan(centers[5]);
    expect(readValues(max(alignment))[0]).toBeGreaterThan(0.3);
  },
);

test.skipIf(folder === null)("what the model cannot read is refused by name", async () => {
  const names = await openTransliterator(folder!, backends["reference"](), 1);
  await expect(names.transliterate("Martin")).rejects.toThrow("“M” in “Martin” is no letter this model knows");
  await expect(names.transliterate("")).rejects.toThrow("1 to 60 letters, got 0");
  await expect(names.transliterate("ا".repeat(61))).rejects.toThrow(UserError);
});

test.skipIf(folder === null)("a model file cut short anywhere is refused", async () => {
  const bytes = await readFile(join(folder!, "model.bin"));
  for (const length of [0, 3, 4, 30, 100, 5000, bytes.length - 1]) {
    expect(() => readCt2Model(bytes.subarray(0, length)), `at ${length} bytes`).toThrow("cut short");
  }
  expect(() => readCt2Model(bytes.subarray(1))).toThrow("format version 2");
  const { size } = readCt2Model(bytes);
  expect(size).toBeGreaterThan(180);
  expect(() => transliteratorWeights(new Map())).toThrow("lacks the variable encoder/embeddings/weight");
});

/** A copy of the model whose `model.bin` and vocabularies may be changed. */
async function damaged(change: (bytes: Buffer) => Buffer, file = "model.bin"): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), "fovea-names-"));
  for (const name of ["model.bin", "source_vocabulary.txt", "target_vocabulary.txt"]) {
    await copyFile(join(folder!, name), join(copy, name));
  }
  await writeFile(join(copy, file), change(await readFile(join(folder!, file))));
  return copy;
}

test.skipIf(folder === null)("weights that are no numbers end in one sentence", async () => {
  const name = Buffer.from("encoder/layer_norm/gamma\0");
  // behind the name: rank, one length, item size, count
  const copy = await damaged((bytes) => (bytes.writeFloatLE(NaN, bytes.indexOf(name) + name.length + 10), bytes));
  const names = await openTransliterator(copy, backends["reference"](), 1);
  await expect(names.transliterate("مارتن")).rejects.toThrow(
    new UserError("The model gives no finite answer: its file is damaged. Get it again."),
  );
  await rm(copy, { recursive: true });
});

test.skipIf(folder === null)("a vocabulary that is not the model's is refused", async () => {
  const longer = await damaged((bytes) => Buffer.concat([bytes, Buffer.from("x\ny\n")]), "source_vocabulary.txt");
  await expect(openTransliterator(longer, backends["reference"](), 1)).rejects.toThrow(
    "source_vocabulary.txt has 52 entries, the model 50. Get them from one source.",
  );
  const cut = await damaged((bytes) => bytes.subarray(0, 29), "target_vocabulary.txt");
  await expect(openTransliterator(cut, backends["reference"](), 1)).rejects.toThrow(UserError);
  for (const copy of [longer, cut]) await rm(copy, { recursive: true });
});

test("a shape that no tensor has is refused", () => {
  // version 2, specification "A", revision, one variable "v" of 4294967295 × 0 numbers of 4 bytes
  const bytes = Buffer.from("020000000200410001000000010000000200760002ffffffff000000000400000000", "hex");
  expect(() => readCt2Model(bytes)).toThrow("The model file is damaged: v has shape [4294967295, 0] and 0 numbers.");
});

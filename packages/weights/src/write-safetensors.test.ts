import { randomGenerator, tensor, toArray, transpose } from "@fovea/tensor";
import { expect, test } from "vitest";
import { referenceFile, referenceWeights } from "./fixtures/reference-file.ts";
import { openSafetensors } from "./open-safetensors.ts";
import { readAll } from "./require-all.ts";
import { safetensorsParts, writeSafetensors } from "./write-safetensors.ts";

test("bytes are those of the format's own library, in whatever order the weights come", () => {
  const metadata = { format: "pt" };
  expect(writeSafetensors(referenceWeights, { metadata })).toEqual(referenceFile);
  const reversed = new Map(Object.entries(referenceWeights).toReversed());
  expect(writeSafetensors(reversed, { metadata })).toEqual(referenceFile);
});

test("reading and writing again gives the same bytes, NaN and -0 and all", async () => {
  const odd = tensor(new Float32Array([NaN, -0, Infinity, 1e-45]));
  const first = writeSafetensors({ odd, w: randomGenerator(1).normal([3, 5], { dtype: "float64" }) });
  const again = writeSafetensors(await readAll(await openSafetensors(first)));
  expect(again).toEqual(first);
});

test("a view is written as it reads, not as it lies", async () => {
  const w = transpose(tensor([[1, 2, 3], [4, 5, 6]])); // prettier-ignore
  const file = await openSafetensors(writeSafetensors({ w }));
  expect(file.info("w").shape).toEqual([3, 2]);
  expect(toArray(await file.tensor("w"))).toEqual([1, 4, 2, 5, 3, 6]);
});

test("every weight is aligned in the file, so that it is read without a copy", async () => {
  const weights = { a: tensor([1]), b: tensor(new Float64Array([2])), c: tensor([true]) };
  const bytes = writeSafetensors(weights);
  const file = await openSafetensors(bytes);
  for (const name of file.names) expect((await file.tensor(name)).data.buffer).toBe(bytes.buffer);
});

test("parts share the memory of dense weights", () => {
  const w = tensor(new Float32Array([1, 2]));
  const parts = [...safetensorsParts({ w })];
  expect(parts).toHaveLength(2);
  expect(parts[1].buffer).toBe(w.data.buffer);
});

test("no weights make a file, too", async () => {
  expect((await openSafetensors(writeSafetensors({}))).names).toEqual([]);
});

test("names sort by code point as in UTF-8, not by UTF-16", async () => {
  const w = tensor([1]);
  expect((await openSafetensors(writeSafetensors({ "😀": w, "\uff21": w }))).names).toEqual(["\uff21", "😀"]);
});

test.each([
  ["__metadata__", "The format keeps this name"],
  ["\ud800", "Unicode text"],
])("a name that the format cannot keep is refused: %j", (name, message) => {
  expect(() => writeSafetensors({ [name]: tensor([1]) })).toThrow(message);
});

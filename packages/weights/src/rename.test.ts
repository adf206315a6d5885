import { tensor, toArray } from "@fovea/tensor";
import { expect, test } from "vitest";
import { openSafetensors } from "./open-safetensors.ts";
import { combine, rename, selectPrefix } from "./rename.ts";
import { writeSafetensors } from "./write-safetensors.ts";

const weights = { "model.h.0.ln_1.weight": tensor([1]), "model.h.1.ln_1.weight": tensor([2]), head: tensor([3]) };
const file = await openSafetensors(writeSafetensors(weights), { name: "gpt" });

test("rules apply in turn: texts wherever they occur, patterns with groups", () => {
  const rules = [
    [/^model\./, ""],
    [/^h\.(\d+)/, "layers.$1"],
    ["ln_1", "norm"],
  ] as const;
  expect(rename(file, rules).names).toEqual(["head", "layers.0.norm.weight", "layers.1.norm.weight"]);
});

test("a renamed weight has its numbers, and its old name is gone", async () => {
  const renamed = rename(file, [["head", "output"]]);
  expect(toArray(await renamed.tensor("output"))).toEqual([3]);
  await expect(renamed.tensor("head")).rejects.toThrow('expected weights named "head"');
});

test("two weights of one name are refused", () => {
  expect(() => rename(file, [[/\.\d/, ""]])).toThrow(
    'got "model.h.ln_1.weight" twice (again for "model.h.1.ln_1.weight")',
  );
});

test("a prefix selects one layer", async () => {
  const layer = selectPrefix(file, "model.h.1.");
  expect(layer.names).toEqual(["ln_1.weight"]);
  expect(toArray(await layer.tensor("ln_1.weight"))).toEqual([2]);
});

test("a prefix that no name has is refused", () => {
  expect(() => selectPrefix(file, "encoder.")).toThrow('gpt: expected names that begin with "encoder.", got none of 3');
});

test("parts of a checkpoint are read as one", async () => {
  const other = await openSafetensors(writeSafetensors({ tail: tensor([4]) }, { metadata: { part: "2" } }));
  const both = combine([file, other]);
  expect(both.names).toEqual([...file.names, "tail"]);
  expect(toArray(await both.tensor("tail"))).toEqual([4]);
  expect(both.metadata.get("part")).toBe("2");
  expect(() => combine([file, file])).toThrow('got "head" twice');
});

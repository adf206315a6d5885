import { tensor, toArray, zeros } from "@fovea/tensor";
import { expect, test } from "vitest";
import { openSafetensors } from "./open-safetensors.ts";
import { requireAll } from "./require-all.ts";
import { WeightNameError } from "./weight-name-error.ts";
import { writeSafetensors } from "./write-safetensors.ts";

const bytes = writeSafetensors({
  "encoder.norm.weight": tensor([1, 2]),
  "encoder.norm.bias": tensor([3, 4]),
  "encoder.proj.weight": zeros([2, 5]),
});
const file = await openSafetensors(bytes, { name: "model" });

const refusal = (promise: Promise<unknown>): Promise<WeightNameError> => {
  return promise.then(
    () => expect.unreachable(),
    (error: unknown) => {
      expect(error).toBeInstanceOf(WeightNameError);
      return error as WeightNameError;
    },
  );
};

test("the named weights come with their numbers; names stand for sizes", async () => {
  const weights = await requireAll(file, { "encoder.norm.weight": ["width"], "encoder.proj.weight": ["width", 5] });
  expect(toArray(weights["encoder.norm.weight"])).toEqual([1, 2]);
  expect(Object.keys(weights)).toEqual(["encoder.norm.weight", "encoder.proj.weight"]);
});

test("all missing names are told at once, with near names", async () => {
  const error = await refusal(requireAll(file, { "norm.weight": null, "encoder.norm.bias": null, gamma: null }));
  expect(error.lookedFor).toEqual(["norm.weight", "gamma"]);
  expect(error.near[0]).toBe("encoder.norm.weight");
  expect(error.message).toContain(
    'model: expected weights named "norm.weight", "gamma", got none. Near names: "encoder.',
  );
});

test("a name like no other says so", async () => {
  const error = await refusal(requireAll(file, { qqq: null }));
  expect(error.near).toEqual([]);
  expect(error.message).toContain("None of the 3 names is like it");
});

test("all wrong shapes are told at once, with the size that a name stands for", async () => {
  const shapes = { "encoder.norm.weight": ["width"], "encoder.norm.bias": [3], "encoder.proj.weight": [5, "width"] };
  const error = await refusal(requireAll(file, shapes));
  expect(error.lookedFor).toEqual(["encoder.norm.bias", "encoder.proj.weight"]);
  expect(error.message).toContain("encoder.norm.bias must have shape [3], got [2].");
  expect(error.message).toContain("encoder.proj.weight must have shape [5, width = 2], got [2, 5]");
});

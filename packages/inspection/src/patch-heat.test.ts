import { full, tensor, zeros } from "@fovea/tensor";
import { expect, test } from "vitest";
import { InspectionError } from "./inspection-error.ts";
import { heatColor, patchHeat } from "./patch-heat.ts";

test("a pixel for each patch: the most looked at is 1, the least 0, by hand", () => {
  // two patches of weights 3 and 1: bells of deviation 1/2 one patch apart weigh 1 and e^-2
  const heat = patchHeat(tensor([[3, 1]], { dtype: "float64" }), { width: 2, height: 1 });
  expect(Array.from(heat)).toEqual([1, 0]);
  const three = patchHeat(tensor([[4, 0, 0]], { dtype: "float64" }), { width: 3, height: 1 });
  const [e2, e8] = [Math.exp(-2), Math.exp(-8)];
  const [first, second, third] = [1 / (1 + e2 + e8), e2 / (1 + 2 * e2), e8 / (1 + e2 + e8)];
  expect(three[1]).toBeCloseTo((second - third) / (first - third), 12);
});

test("rows lie below each other, and a picture may have any size", () => {
  const heat = patchHeat(
    tensor([
      [0, 0],
      [0, 1],
      [0, 0],
    ]),
    { width: 4, height: 6 },
  );
  expect(heat.length).toBe(24);
  const hottest = heat.indexOf(1);
  expect([Math.floor(hottest / 4), hottest % 4]).toEqual([2, 3]); // the right end of the middle
  // mirrored above and below the middle
  for (let x = 0; x < 4; x++)
    for (let y = 0; y < 3; y++) expect(heat[y * 4 + x]).toBeCloseTo(heat[(5 - y) * 4 + x], 12);
});

test("even weights are no heat", () => {
  for (const weights of [full([3, 3], 1 / 9), zeros([3, 3])]) {
    expect(patchHeat(weights, { width: 6, height: 6 }).every((heat) => heat === 0)).toBe(true);
  }
});

test("colors run from violet to gold, lighter all the way, and stay within", () => {
  expect([heatColor(0), heatColor(1), heatColor(0.125)]).toEqual([
    [64, 18, 120],
    [255, 214, 84],
    [121, 26, 124],
  ]);
  expect([heatColor(-1), heatColor(2)]).toEqual([heatColor(0), heatColor(1)]);
  const luma = Array.from({ length: 101 }, (_, i) => {
    const [red, green, blue] = heatColor(i / 100);
    return 0.299 * red + 0.587 * green + 0.114 * blue;
  });
  expect(luma.slice(1).every((light, i) => light > luma[i])).toBe(true);
});

test("what is no picture is refused", () => {
  expect(() => patchHeat(zeros([4]), { width: 2, height: 2 })).toThrow(InspectionError);
  expect(() => patchHeat(zeros([0, 4]), { width: 2, height: 2 })).toThrow("got [0, 4]");
  expect(() => patchHeat(zeros([2, 2]), { width: 0, height: 2 })).toThrow(
    "expected width to be a whole number of at least 1, got 0",
  );
  expect(() => patchHeat(zeros([2, 2]), { width: 2, height: 1.5 })).toThrow("expected height");
});

test("one pixel of one patch is a picture without heat", () => {
  expect(patchHeat(tensor([[1]]), { width: 1, height: 1 })).toEqual(Float64Array.of(0));
});

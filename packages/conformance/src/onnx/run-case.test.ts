import { expect, test } from "vitest";
import { ownCases } from "./default-cases.ts";
import type { OnnxCase } from "./onnx-case.ts";
import { readCases } from "./read-cases.ts";
import { runCase } from "./run-case.ts";

const own = readCases(ownCases);

test("a wrong expectation fails and names the element that is off", () => {
  const given = own.rms_normalization_axis_1;
  const expected = { y: { ...given.expected.y, data: [1, 14, -5, 10.5] } };
  expect(runCase({ ...given, expected })).toMatchObject({
    pass: false,
    message: expect.stringMatching(/^y: 1 of 4 .* \[1, 0, 1\].*10\.5/),
  });
});

const base = own.attention_packed_window_lengths;
const broken: readonly [string, unknown, RegExp][] = [
  ["no object", 7, /the case: expected an object, got 7/],
  ["an unknown operator", { ...base, op: "constructor" }, /operator "constructor" is not one of Attention/],
  ["no expectations", { ...base, expected: {} }, /nothing is expected/],
  ["an output that the operator does not give", { ...base, expected: { Z: base.expected.Y } }, /no output "Z"/],
  ["an input without a tensor", { ...base, inputs: ["Q", "toString", "V"] }, /input K names "toString"/],
  ["a missing input", { ...base, inputs: ["Q", "K"] }, /input 2 \(V\) is needed/],
  ["too few bytes", withKey({ dims: [2, 4, 1], type: 1, raw: "AAAA" }), /expected 32 bytes .* got 3/],
  ["bytes that are no base64", withKey({ dims: [0], type: 1, raw: "*" }), /base64/],
  ["text for a number", withKey({ dims: [1], type: 1, data: ["1"] }), /expected numbers, got "1"/],
  ["an element type without numbers", withKey({ dims: [1], type: 8, data: [1] }), /element type 8/],
  ["lengths below 0", withKey({ dims: [-1], type: 1, data: [] }), /list of lengths/],
  ["shapes that do not go together", withKey({ dims: [2, 3, 1], type: 1, data: [1, 2, 3, 4, 5, 6] }), /keys/],
  [
    "an attribute of the wrong type",
    { ...base, attrs: { ...base.attrs, scale: "1" } },
    /attribute scale to be a number/,
  ],
  ["a mode out of range", { ...base, attrs: { ...base.attrs, qk_matmul_output_mode: 4 } }, /0 to 3, got 4/],
];

function withKey(key: unknown): unknown {
  return { ...base, tensors: { ...base.tensors, K: key } };
}

test.each(broken)("%s is a failing case with a line that says why", (_, given, message) => {
  const result = runCase(given as OnnxCase);
  expect(result).toEqual({ pass: false, message: expect.stringMatching(message) });
  expect(result.message).not.toContain("\n");
});

import { matrix, sparse } from "mathjs";
import { expect, test } from "vitest";
import { DTypeError, ShapeError, tensor, toArray, toNested } from "./index.ts";
import type { TensorLike } from "./index.ts";

test("nested arrays give their shape, numbers float32 and booleans bool", () => {
  const t = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  expect([t.shape, t.dtype, toNested(t)]).toEqual([[2, 3], "float32", [[1, 2, 3], [4, 5, 6]]]); // prettier-ignore
  const b = tensor([true, false]);
  expect([b.dtype, toNested(b)]).toEqual(["bool", [1, 0]]);
  expect(tensor(3).shape).toEqual([]);
  expect(tensor([]).shape).toEqual([0]);
  expect(tensor([[], []]).shape).toEqual([2, 0]);
});

test("typed arrays keep their dtype and their memory", () => {
  const memory = new Float64Array([1, 2, 3, 4]);
  const t = tensor(memory, { shape: [2, 2] });
  memory[3] = 9;
  expect([t.dtype, toNested(t)]).toEqual(["float64", [[1, 2], [3, 9]]]); // prettier-ignore
  expect(tensor(new Int32Array(2)).dtype).toBe("int32");
  expect(tensor(new Int8Array(2)).dtype).toBe("int8");
  expect(tensor(new Uint8Array(2)).dtype).toBe("uint8");
  expect(tensor(new Float32Array(2)).dtype).toBe("float32");
});

test("other whole-number arrays are read into int32", () => {
  const t = tensor(new BigInt64Array([5n, -7n]));
  expect([t.dtype, toArray(t)]).toEqual(["int32", [5, -7]]);
  expect(() => tensor(new BigInt64Array([2n ** 40n]))).toThrow(DTypeError);
  expect(toArray(tensor(new Int16Array([-1, 2])))).toEqual([-1, 2]);
});

test("a Uint16Array is bits, and must be told whose", () => {
  expect(toArray(tensor(new Uint16Array([0x3c00, 0xc000]), { dtype: "float16" }))).toEqual([1, -2]);
  expect(toArray(tensor(new Uint16Array([0x3f80]), { dtype: "bfloat16" }))).toEqual([1]);
  expect(() => tensor(new Uint16Array(1))).toThrow('Say which with dtype "float16" or "bfloat16"');
});

test("mathjs matrices are read by what they can do", () => {
  expect(toNested(tensor(matrix([[1, 2], [3, 4]])))).toEqual([[1, 2], [3, 4]]); // prettier-ignore
  expect(toNested(tensor(sparse([[0, 2], [3, 0]])))).toEqual([[0, 2], [3, 0]]); // prettier-ignore
});

test("ndarray-like objects are views: scijs calls the steps stride, stdlib strides", () => {
  const data = new Float32Array([0, 1, 2, 3, 4, 5]);
  const columns = tensor({ data, shape: [3, 2], stride: [1, 3], offset: 0 });
  expect(toNested(columns)).toEqual([[0, 3], [1, 4], [2, 5]]); // prettier-ignore
  expect(columns.data).toBe(data);
  expect(toNested(tensor({ data, shape: [3], strides: [-2], offset: 5 }))).toEqual([5, 3, 1]);
  expect(toNested(tensor({ data: [1, 2, 3, 4], shape: [2, 2] }))).toEqual([[1, 2], [3, 4]]); // prettier-ignore
});

test("a tensor comes back as itself, or cast", () => {
  const t = tensor([1, 2]);
  expect(toArray(tensor(t))).toEqual([1, 2]);
  expect(tensor(t, { dtype: "int32" }).dtype).toBe("int32");
});

test("a given dtype rounds floats and refuses what ints and bools cannot hold", () => {
  expect(toArray(tensor([1 + 2 ** -12], { dtype: "float16" }))).toEqual([1]);
  expect(toArray(tensor([0, 1], { dtype: "bool" }))).toEqual([0, 1]);
  expect(() => tensor([1, 1.5], { dtype: "int32" })).toThrow("tensor: int32 cannot hold 1.5 (element 1)");
  expect(() => tensor([256], { dtype: "uint8" })).toThrow(DTypeError);
  expect(() => tensor([NaN], { dtype: "int32" })).toThrow(DTypeError);
  expect(() => tensor([2], { dtype: "bool" })).toThrow(DTypeError);
});

const cyclic: unknown[] = [];
cyclic.push(cyclic);
const selfish = { toArray: (): unknown => selfish };

test.each<[string, unknown, typeof ShapeError | typeof DTypeError]>([
  ["ragged rows", [[1, 2], [3]], ShapeError],
  ["a number where a row should be", [[1], 2], ShapeError],
  ["a row where a number should be", [1, [2]], ShapeError],
  ["an array that contains itself", cyclic, ShapeError],
  ["text", ["1"], DTypeError],
  ["null", [1, null], DTypeError],
  ["a hole", Array.from({ length: 2 }), DTypeError],
  ["numbers beside booleans", [1, true], DTypeError],
  ["an object without numbers", { a: 1 }, DTypeError],
  ["undefined", undefined, DTypeError],
  ["an object whose toArray gives itself", selfish, DTypeError],
  ["an ndarray that reaches past its data", { data: new Float32Array(5), shape: [2, 3] }, ShapeError],
  ["an ndarray that reaches before its data", { data: new Float32Array(5), shape: [3], stride: [-1] }, ShapeError],
  ["an ndarray with a fractional stride", { data: new Float32Array(5), shape: [2], stride: [0.5] }, ShapeError],
  ["an ndarray with a negative dimension", { data: new Float32Array(5), shape: [-2] }, ShapeError],
  ["an ndarray whose data is no array", { data: { 0: 1 }, shape: [1] }, DTypeError],
  ["an ndarray of text", { data: ["a"], shape: [1] }, DTypeError],
])("%s is refused", (_, values, error) => {
  expect(() => tensor(values as TensorLike)).toThrow(error);
});

test("a shape of another size is refused", () => {
  expect(() => tensor([1, 2, 3], { shape: [2, 2] })).toThrow("[3] has 3 elements, got [2, 2]");
  expect(() => tensor([1, 2], { shape: [-2] })).toThrow(ShapeError);
});

test("the message says where a row is ragged", () => {
  expect(() => tensor([[1, 2], [3]])).toThrow("expected 2 entries at [1], got 1 entries. Pad the rows first.");
});

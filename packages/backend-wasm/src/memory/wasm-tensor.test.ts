import { cast, DTypeError, reshape, ShapeError, slice, tensor, toNested, transpose, type DType } from "@fovea/tensor";
import { expect, test } from "vitest";
import { BackendError } from "../backend-error.ts";
import { createWasmBackend } from "../wasm-backend.ts";

const matrix = tensor([[1, 2, 3], [4, 5, 6]]); // prettier-ignore
const dtypes: DType[] = ["float32", "float16", "bfloat16", "int32", "uint8"];

test.each(dtypes)("a tensor of %s is uploaded as it is, from any view", (dtype) => {
  const backend = createWasmBackend({ threads: 1 });
  const source = cast(matrix, dtype);
  expect(toNested(backend.upload(source))).toEqual([[1, 2, 3], [4, 5, 6]]); // prettier-ignore
  expect(toNested(backend.upload(transpose(source)))).toEqual([[1, 4], [2, 5], [3, 6]]); // prettier-ignore
  expect(backend.upload(source).dtype).toBe(dtype);
});

test("booleans are uploaded, float64 is refused", () => {
  const backend = createWasmBackend({ threads: 1 });
  expect(toNested(backend.upload(tensor([true, false])))).toEqual([1, 0]);
  expect(() => backend.upload(tensor([1], { dtype: "float64" }))).toThrow(DTypeError);
  expect(() => backend.allocate([2, -1])).toThrow(ShapeError);
});

test.each([1, 2])("views stay right while the memory grows (%i threads)", (threads) => {
  using backend = createWasmBackend({ threads });
  const uploaded = backend.upload(matrix);
  const view = slice(reshape(transpose(uploaded), [6]), [[1, 4]]);
  const inPlace = slice(uploaded, [null, [1, 3]]);
  const before = backend.bytes;
  backend.allocate([2 ** 20]);
  expect(backend.bytes).toBeGreaterThan(before);
  expect(toNested(view)).toEqual([4, 2, 5]);
  uploaded.data[uploaded.offset + 1] = 9;
  expect(toNested(inPlace)).toEqual([[9, 3], [5, 6]]); // prettier-ignore
});

test("disposing gives the memory back; using the tensor or a view of it afterwards is an error", () => {
  const backend = createWasmBackend({ threads: 1 });
  const before = backend.bytesInUse;
  const uploaded = backend.upload(matrix);
  const view = transpose(uploaded);
  uploaded.dispose();
  uploaded.dispose();
  expect(backend.bytesInUse).toBe(before);
  expect(() => uploaded.data).toThrow(BackendError);
  expect(() => toNested(view)).toThrow("has been disposed of");
  expect(() => backend.upload(uploaded)).toThrow(BackendError);
  expect(backend.bytesInUse).toBe(before);
});

test("more than the memory may hold is refused with nothing changed", () => {
  const backend = createWasmBackend({ threads: 1, maximumBytes: 2 ** 20 });
  const before = [backend.bytes, backend.bytesInUse];
  expect(() => backend.allocate([2 ** 20])).toThrow(BackendError);
  expect([backend.bytes, backend.bytesInUse]).toEqual(before);
});

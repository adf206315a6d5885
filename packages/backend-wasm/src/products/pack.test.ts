import { fromBfloat16Bits, fromFloat16Bits } from "@fovea/tensor";
import { expect, test } from "vitest";
import { type FunctionBody, ModuleBuilder } from "@fovea/wasm-assembler";
import { paddedTo4, type Storage } from "../memory/storage.ts";
import { emitCopyRows, emitPackColumns, emitPackRows } from "./pack.ts";

const target = 512 * 1024;

/** Runs one function of this file on `source` at address 0; what it wrote at `target`, and what it returned. */
function run(
  f: FunctionBody,
  source: Uint8Array | Uint16Array | Float32Array,
  ...rest: number[]
): [Float32Array, number] {
  const module = new ModuleBuilder();
  module.add(f, "run");
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 16 });
  const code = new WebAssembly.Module(module.encode({ minimum: 16, maximum: 16, shared: false }));
  new Uint8Array(memory.buffer).set(new Uint8Array(source.buffer));
  const instance = new WebAssembly.Instance(code, { fovea: { memory } });
  const { run } = instance.exports as { run: (...numbers: number[]) => number };
  const result = run(0, target, ...rest);
  return [new Float32Array(memory.buffer, target), result];
}

test.each([
  ["float16", fromFloat16Bits],
  ["bfloat16", fromBfloat16Bits],
] as const)("every %s is read as the number it is: subnormals, infinities, NaN, both zeros", (storage, decode) => {
  const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
  const [numbers] = run(emitCopyRows(bits.length, storage, false), bits, 1, 0, 1);
  const wrong = bits.filter((bit) => !Object.is(numbers[bit], decode(bit)));
  expect([...wrong]).toEqual([]);
});

/** Rows of different numbers, `stride` numbers apart, NaN between them. */
function rowsOf(rows: number, size: number, stride: number): Float32Array {
  const source = new Float32Array(rows * stride + 16).fill(NaN);
  for (let r = 0; r < rows; r++) for (let i = 0; i < size; i++) source[r * stride + i] = 100 * r + i + 1;
  return source;
}

const sizes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 37];

test.each(sizes)("rows of %d numbers are copied from their stride to a multiple of 4, and scaled", (size) => {
  const [numbers] = run(emitCopyRows(size, "float32", true), rowsOf(3, size, size + 5), 3, (size + 5) * 4, 0.5);
  for (let r = 0; r < 3; r++) {
    for (let i = 0; i < size; i++) expect(numbers[r * paddedTo4(size) + i]).toBe((100 * r + i + 1) / 2);
  }
});

test.each(sizes)("rows of %d numbers become columns in panels of eight, the last row filling up", (size) => {
  for (const rows of [1, 7, 8, 11]) {
    const [numbers] = run(emitPackColumns(size, "float32"), rowsOf(rows, size, size + 1), rows, (size + 1) * 4);
    for (let r = 0; r < Math.ceil(rows / 8) * 8; r++) {
      for (let i = 0; i < size; i++) {
        const at = (r >> 3) * 8 * paddedTo4(size) + i * 8 + (r & 7);
        expect(numbers[at], `row ${r}, number ${i}`).toBe(100 * Math.min(r, rows - 1) + i + 1);
      }
    }
  }
});

test.each(sizes)("rows of %d numbers stay rows in panels of eight columns", (size) => {
  const [rows, panelRows] = [5, 6];
  const [numbers] = run(emitPackRows(size, "float32", panelRows), rowsOf(rows, size, size + 2), rows, (size + 2) * 4);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < size; i++) {
      expect(numbers[(i >> 3) * 8 * panelRows + r * 8 + (i & 7)]).toBe(100 * r + i + 1);
    }
  }
});

test.each(sizes)("rows of %d int8 are packed as their multiples of the row's scale", (size) => {
  const [rows, panelRows] = [5, 6];
  // the scales lie behind the numbers, at a multiple of 4
  const scales = Math.ceil((rows * size + 8) / 4) * 4;
  const source = new Uint8Array(scales + rows * 4);
  const numbers = new Int8Array(source.buffer, 0, rows * size).map((_, i) => ((i * 37) % 255) - 127);
  source.set(new Uint8Array(numbers.buffer));
  new Float32Array(source.buffer, scales).set([0.5, 2, -3, 0, 1e-30]);
  const number = (row: number, i: number): number =>
    Math.fround(numbers[row * size + i] * Math.fround([0.5, 2, -3, 0, 1e-30][row]));
  const [columns] = run(emitPackColumns(size, "int8"), source, rows, size, scales);
  const [panels, finite] = run(emitPackRows(size, "int8", panelRows), source, rows, size, scales);
  expect(finite).toBe(1);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < size; i++) {
      expect(columns[i * 8 + row]).toBe(number(row, i));
      expect(columns[i * 8 + 7]).toBe(number(rows - 1, i));
      expect(panels[(i >> 3) * 8 * panelRows + row * 8 + (i & 7)]).toBe(number(row, i));
    }
  }
  new Float32Array(source.buffer, scales)[2] = NaN;
  expect(run(emitPackRows(size, "int8", panelRows), source, rows, size, scales)[1]).toBe(0);
});

test.each<[Storage, Float32Array | Uint16Array, number]>([
  ["float32", Float32Array.of(1, -3e38, 0, 1e-45, ...new Float32Array(28)), 1],
  ["float32", Float32Array.of(1, 2, Infinity, 0, ...new Float32Array(28)), 0],
  ["float32", Float32Array.of(...new Float32Array(31), NaN), 0],
  ["float16", Uint16Array.of(0x7bff, 0xfbff, 1, 0, ...new Uint16Array(28)), 1],
  ["float16", Uint16Array.of(...new Uint16Array(31), 0xfc00), 0],
  ["bfloat16", Uint16Array.of(...new Uint16Array(17), 0x7fc0, ...new Uint16Array(14)), 0],
])("packing rows of %s tells whether all numbers are finite", (storage, source, finite) => {
  const bytes = source.BYTES_PER_ELEMENT;
  expect(run(emitPackRows(8, storage, 4), source, 4, 8 * bytes)[1]).toBe(finite);
});

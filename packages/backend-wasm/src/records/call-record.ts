import type { Call } from "@fovea/dot-product-attention";
import { readValues, size } from "@fovea/tensor";
import type { Heap } from "../memory/heap.ts";
import { type CallLayout, programRoles } from "./layout.ts";
import type { Borrowed } from "../memory/borrowed.ts";

/** Writes the record that all tasks of a call share and returns its address: lengths and, per table, where it lies and its dimensions. */
export function writeCallRecord(heap: Heap, borrowed: Borrowed, layout: CallLayout, call: Call): number {
  const address = borrowed.allocate(layout.bytes);
  const tables: { at: number; fields: number[] }[] = [];
  for (const role of programRoles) {
    for (const [name, at] of Object.entries(layout.tables[role])) {
      const table = call.tables[role][name];
      const doubles = layout.doubles[role].has(name);
      const inPlace =
        !doubles &&
        table.data.buffer === heap.memory.buffer &&
        (table.dtype === "float32" || table.dtype === "int32") &&
        isDense(table.shape, table.strides);
      let start = table.data.byteOffset + table.offset * 4;
      if (doubles) {
        start = borrowed.allocate(size(table) * 8);
        heap.f64.set(readValues(table), start / 8);
      } else if (!inPlace) {
        start = borrowed.allocate(size(table) * 4);
        const words = table.dtype.includes("float") ? heap.f32 : heap.i32;
        words.set(readValues(table), start / 4);
      }
      tables.push({ at, fields: [start, ...table.shape] });
    }
  }
  const words = heap.i32;
  words[(address + layout.queries) / 4] = call.query.shape[2];
  words[(address + layout.keys) / 4] = call.key.shape[2];
  for (const { at, fields } of tables) words.set(fields, (address + at) / 4);
  return address;
}

const isDense = (shape: readonly number[], strides: readonly number[]): boolean => {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis];
  }
  return true;
};

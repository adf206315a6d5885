import { FunctionBody, type Local, type ValueType } from "@fovea/wasm-assembler";
import { panelWidth } from "./microkernel.ts";
import { emitTranspose4 } from "../vectors/transpose4.ts";
import { remember } from "../vectors/remember.ts";

/** Number types a kernel reads query, key and value in. Everything is computed in float32. Rows of int8 have a scale each: float32, one after
 *  another. */
export type Storage = "float32" | "float16" | "bfloat16" | "int8";

export const storageBytes: Readonly<Record<Storage, number>> = { float32: 4, float16: 2, bfloat16: 2, int8: 1 };

/** Rounds up to a multiple of 4, the floats of a vector. Rows in scratch memory are this long; what lies past the true size is never read. */
export const paddedTo4 = (size: number): number => (size + 3) & ~3;
export const paddedTo8 = (size: number): number => (size + 7) & ~7;

/** Pushes four consecutive numbers at `pointer + offset` as floats, int8 without its scale. May read past the last element of a row: allocations end
 *  with padding. */
export function emitLoad4(f: FunctionBody, storage: Storage, pointer: Local, offset: number): void {
  f.get(pointer);
  if (storage === "float32") {
    f.memory("v128.load", offset);
    return;
  }
  if (storage === "int8") {
    f.memory("v128.load8x8_s", offset);
    f.op("i32x4.extend_low_i16x8_s");
    f.op("f32x4.convert_i32x4_s");
    return;
  }
  f.memory("v128.load16x4_u", offset);
  if (storage === "bfloat16") {
    f.i32(16);
    f.op("i32x4.shl");
    return;
  }
  const half = f.local("v128");
  const magnitude = f.local("v128");
  f.tee(half);
  f.i32x4(0x7fff);
  f.op("v128.and");
  f.i32(13);
  f.op("i32x4.shl");
  f.set(magnitude);
  // The exponent is off by 112; a product with 2^112 puts it right and makes subnormals of float16 normal on the way.
  f.get(magnitude);
  f.f32x4(2 ** 112);
  f.op("f32x4.mul");
  // Infinity and NaN keep all exponent bits.
  f.get(magnitude);
  f.i32x4(0x0f7fffff);
  f.op("i32x4.gt_s");
  f.i32x4(0x7f800000);
  f.op("v128.and");
  f.op("v128.or");
  f.get(half);
  f.i32x4(0x8000);
  f.op("v128.and");
  f.i32(16);
  f.op("i32x4.shl");
  f.op("v128.or");
  f.release(half, magnitude);
}

/** Eight consecutive numbers as floats, in two locals. */
export function emitLoadPair(
  f: FunctionBody,
  storage: Storage,
  pointer: Local,
  offset: number,
  pair: readonly Local[],
): void {
  if (storage !== "int8") {
    for (const [half, vector] of pair.entries()) {
      emitLoad4(f, storage, pointer, offset + half * 4 * storageBytes[storage]);
      f.set(vector);
    }
    return;
  }
  const both = f.local("v128");
  f.get(pointer);
  f.memory("v128.load8x8_s", offset);
  f.set(both);
  for (const [half, extend] of (["i32x4.extend_low_i16x8_s", "i32x4.extend_high_i16x8_s"] as const).entries()) {
    f.get(both);
    f.op(extend);
    f.op("f32x4.convert_i32x4_s");
    f.set(pair[half]);
  }
  f.release(both);
}

/** Source, target, rows and stride, and of int8 the address of the rows' scales. */
const parametersOf = (storage: Storage): ValueType[] => new Array<ValueType>(storage === "int8" ? 5 : 4).fill("i32");

/** Sets `scale` to a row's scale in all lanes. */
function readScale(f: FunctionBody, row: Local, scale: Local): void {
  f.address(f.parameter(4), 0, row, 4);
  f.memory("v128.load32_splat");
  f.set(scale);
}

/** `copyRows(source, target, rows, stride, scale)`: rows × size numbers as floats × scale, `paddedTo4(size)` floats a row. Not for int8. */
export const emitCopyRows: (size: number, storage: Storage, scaled: boolean) => FunctionBody = remember(writeCopyRows);

function writeCopyRows(size: number, storage: Storage, scaled: boolean): FunctionBody {
  const f = new FunctionBody(["i32", "i32", "i32", "i32", "f32"]);
  const [source, target, rows, stride, scale] = [0, 1, 2, 3, 4].map((index) => f.parameter(index));
  const row = f.local("i32");
  const column = f.local("i32");
  const from = f.local("i32");
  const factor = f.local("v128");
  f.get(scale);
  f.splat();
  f.set(factor);
  f.assign(row, 0);
  f.forRange(row, rows, 1, () => {
    f.get(source);
    f.set(from);
    f.assign(column, 0);
    f.forRange(column, size, 4, () => {
      f.get(target);
      emitLoad4(f, storage, from, 0);
      if (scaled) {
        f.get(factor);
        f.op("f32x4.mul");
      }
      f.memory("v128.store");
      f.increase(target, 16);
      f.increase(from, 4 * storageBytes[storage]);
    });
    f.increase(source, stride);
  });
  return f;
}

/** `packColumns(source, target, rows, stride)`: rows become columns, eight side by side: number k of row r goes to
 *  `target + (r >> 3) × panel + k × 32 + (r & 7) × 4` with panel = 32 × paddedTo4(size). Rows are filled up to a multiple of 8 with copies of the last.
 *  For int8 a fifth parameter: scales. */
export const emitPackColumns: (size: number, storage: Storage) => FunctionBody = remember(writePackColumns);

function writePackColumns(size: number, storage: Storage): FunctionBody {
  const f = new FunctionBody(parametersOf(storage));
  const [source, target, rows, stride] = [0, 1, 2, 3].map((index) => f.parameter(index));
  const row = f.local("i32");
  const index = f.local("i32");
  const last = f.local("i32");
  const end = f.local("i32");
  const column = f.local("i32");
  const to = f.local("i32");
  const from = [0, 1, 2, 3].map(() => f.local("i32"));
  const a = [0, 1, 2, 3].map(() => f.local("v128"));
  const b = [0, 1, 2, 3].map(() => f.local("v128"));
  const scales = storage === "int8" ? a.map(() => f.local("v128")) : null;
  f.get(rows);
  f.i32(1);
  f.op("i32.sub");
  f.set(last);
  f.get(rows);
  f.i32(panelWidth - 1);
  f.op("i32.add");
  f.i32(-panelWidth);
  f.op("i32.and");
  f.set(end);
  f.assign(row, 0);
  f.forRange(row, end, 4, () => {
    for (const [offset, pointer] of from.entries()) {
      f.get(row);
      f.i32(offset);
      f.op("i32.add");
      f.set(index);
      f.get(source);
      f.smaller(index, last);
      f.tee(index);
      f.get(stride);
      f.op("i32.mul");
      f.op("i32.add");
      f.set(pointer);
      if (scales) readScale(f, index, scales[offset]);
    }
    f.get(target);
    f.get(row);
    f.i32(3);
    f.op("i32.shr_u");
    f.i32(paddedTo4(size) * 32);
    f.op("i32.mul");
    f.op("i32.add");
    f.get(row);
    f.i32(4);
    f.op("i32.and");
    f.i32(2);
    f.op("i32.shl");
    f.op("i32.add");
    f.set(to);
    f.assign(column, 0);
    f.forRange(column, size, 4, () => {
      for (const [i, pointer] of from.entries()) {
        emitLoad4(f, storage, pointer, 0);
        if (scales) {
          f.get(scales[i]);
          f.op("f32x4.mul");
        }
        f.set(a[i]);
        f.increase(pointer, 4 * storageBytes[storage]);
      }
      emitTranspose4(f, a, b);
      for (const [i, vector] of a.entries()) {
        f.get(to);
        f.get(vector);
        f.memory("v128.store", i * 32);
      }
      f.increase(to, 128);
    });
  });
  return f;
}

/** `packRows(source, target, rows, stride) → finite`: rows stay rows, cut into panels of eight columns: number c of row r goes to
 *  `target + (c >> 3) × 32 × panelRows + r × 32 + (c & 7) × 4`. For int8 a fifth parameter: scales.
 *  Returns 0 when a number read is NaN or infinite (columns past `size` may count), else 1: hidden values must then be kept from the products. */
export const emitPackRows: (size: number, storage: Storage, panelRows: number) => FunctionBody =
  remember(writePackRows);

function writePackRows(size: number, storage: Storage, panelRows: number): FunctionBody {
  const f = new FunctionBody(parametersOf(storage), ["i32"]);
  const [source, target, rows, stride] = [0, 1, 2, 3].map((index) => f.parameter(index));
  const column = f.local("i32");
  const row = f.local("i32");
  const from = f.local("i32");
  const to = f.local("i32");
  const vector = f.local("v128");
  const odd = f.local("v128");
  const scale = storage === "int8" ? f.local("v128") : null;
  f.f32x4(0);
  f.set(odd);
  f.assign(column, 0);
  f.forRange(column, size, panelWidth, () => {
    f.address(source, 0, column, storageBytes[storage]);
    f.set(from);
    f.address(target, 0, column, panelRows * 4);
    f.set(to);
    f.assign(row, 0);
    f.forRange(row, rows, 1, () => {
      if (scale) readScale(f, row, scale);
      for (const half of [0, 1]) {
        f.get(to);
        emitLoad4(f, storage, from, half * 4 * storageBytes[storage]);
        if (scale) {
          f.get(scale);
          f.op("f32x4.mul");
        }
        f.tee(vector);
        f.memory("v128.store", half * 16);
        // x - x is NaN for NaN and Infinity, else 0
        f.get(odd);
        f.get(vector);
        f.get(vector);
        f.op("f32x4.sub");
        f.op("v128.or");
        f.set(odd);
      }
      f.increase(to, 32);
      f.increase(from, stride);
    });
  });
  f.get(odd);
  f.op("v128.any_true");
  f.op("i32.eqz");
  return f;
}

/** `finite(address, bytes) → 1` when no number among `bytes` / 4 floats is NaN or infinite, else 0; looks at 16 bytes at a time. */
export const emitFinite: () => FunctionBody = remember(writeFinite);

function writeFinite(): FunctionBody {
  const f = new FunctionBody(["i32", "i32"], ["i32"]);
  const [address, bytes] = [f.parameter(0), f.parameter(1)];
  const vector = f.local("v128");
  const odd = f.local("v128");
  f.get(address);
  f.get(bytes);
  f.op("i32.add");
  f.set(bytes);
  f.forAddresses(address, bytes, 16, () => {
    f.get(odd);
    f.get(address);
    f.memory("v128.load");
    f.tee(vector);
    f.get(vector);
    f.op("f32x4.sub");
    f.op("v128.or");
    f.set(odd);
  });
  f.get(odd);
  f.op("v128.any_true");
  f.op("i32.eqz");
  return f;
}

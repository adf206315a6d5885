import { address, f32x4, FunctionBody, i32, type Local, smaller, tee, v128, type Value } from "@fovea/wasm-assembler";
import { paddedTo4, type Storage, storageBytes } from "../memory/storage.ts";
import { load4 } from "../vectors/load4.ts";
import { remember } from "../vectors/remember.ts";
import { emitTranspose4 } from "../vectors/transpose4.ts";
import { panelWidth } from "./microkernel.ts";

/** Where rows come from and go to; int8 rows have a scale each. */
const rowParameters = { source: "i32", target: "i32", rows: "i32", stride: "i32" } as const;

/** A number's value from its row's scale, in all lanes; other storages have none. */
const scaledBy = (scale: Local | undefined, numbers: Value): Value => (scale ? f32x4.mul(numbers, scale) : numbers);

/** `copyRows(source, target, rows, stride, scale)`: rows × size numbers as floats × scale, `paddedTo4(size)` floats a row. Not for int8. */
export const emitCopyRows: (size: number, storage: Storage, scaled: boolean) => FunctionBody = remember(writeCopyRows);

function writeCopyRows(size: number, storage: Storage, scaled: boolean): FunctionBody {
  const f = new FunctionBody();
  const { source, target, rows, stride, scale } = f.parameters({ ...rowParameters, scale: "f32" });
  const [row, column, from] = f.locals("i32", 3);
  const factor = f.let(f32x4.splat(scale));
  f.set(row, 0);
  f.forRange(row, rows, 1, () => {
    f.set(from, source);
    f.set(column, 0);
    f.forRange(column, size, 4, () => {
      f.emit(v128.store(target, scaledBy(scaled ? factor : undefined, load4(f, storage, from, 0))));
      f.increase(target, 16);
      f.increase(from, 4 * storageBytes[storage]);
    });
    f.increase(source, stride);
  });
  return f;
}

const packParameters = (storage: Storage): typeof rowParameters & { readonly scales?: "i32" } => ({
  ...rowParameters,
  ...(storage === "int8" ? { scales: "i32" as const } : {}),
});

/** A row's scale in all lanes. */
const scaleOf = (scales: Local, row: Local): Value => v128.load32_splat(address(scales, 0, row, 4));

/** `packColumns(source, target, rows, stride)`: rows become columns, eight side by side: number k of row r goes to
 *  `target + (r >> 3) × panel + k × 32 + (r & 7) × 4` with panel = 32 × paddedTo4(size). Rows are filled up to a multiple of 8 with copies of the last.
 *  For int8 a fifth parameter: scales. */
export const emitPackColumns: (size: number, storage: Storage) => FunctionBody = remember(writePackColumns);

function writePackColumns(size: number, storage: Storage): FunctionBody {
  const f = new FunctionBody();
  const { source, target, rows, stride, scales } = f.parameters(packParameters(storage));
  const [row, index, last, end, column, to] = f.locals("i32", 6);
  const from = f.locals("i32", 4);
  const [a, b] = [f.locals("v128", 4), f.locals("v128", 4)];
  const factors = scales && f.locals("v128", 4);
  f.set(last, i32.sub(rows, 1));
  f.set(end, i32.and(i32.add(rows, panelWidth - 1), -panelWidth));
  f.set(row, 0);
  f.forRange(row, end, 4, () => {
    for (const [offset, pointer] of from.entries()) {
      f.set(index, i32.add(row, offset));
      f.set(pointer, i32.add(source, i32.mul(tee(index, smaller(index, last)), stride)));
      if (scales && factors) f.set(factors[offset], scaleOf(scales, index));
    }
    const panel = i32.add(target, i32.mul(i32.shr_u(row, 3), paddedTo4(size) * 32));
    f.set(to, i32.add(panel, i32.shl(i32.and(row, 4), 2)));
    f.set(column, 0);
    f.forRange(column, size, 4, () => {
      for (const [i, pointer] of from.entries()) {
        f.set(a[i], scaledBy(factors?.[i], load4(f, storage, pointer, 0)));
        f.increase(pointer, 4 * storageBytes[storage]);
      }
      emitTranspose4(f, a, b);
      for (const [i, vector] of a.entries()) f.emit(v128.store(to, vector, i * 32));
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
  const f = new FunctionBody("i32");
  const { source, target, rows, stride, scales } = f.parameters(packParameters(storage));
  const [column, row, from, to] = f.locals("i32", 4);
  const [vector, odd] = f.locals("v128", 2);
  const factor = scales && f.local("v128");
  f.set(odd, f32x4.const(0));
  f.set(column, 0);
  f.forRange(column, size, panelWidth, () => {
    f.set(from, address(source, 0, column, storageBytes[storage]));
    f.set(to, address(target, 0, column, panelRows * 4));
    f.set(row, 0);
    f.forRange(row, rows, 1, () => {
      if (scales && factor) f.set(factor, scaleOf(scales, row));
      for (const half of [0, 1]) {
        const numbers = load4(f, storage, from, half * 4 * storageBytes[storage]);
        f.emit(v128.store(to, tee(vector, scaledBy(factor, numbers)), half * 16));
        f.set(odd, v128.or(odd, oddness(vector, vector)));
      }
      f.increase(to, 32);
      f.increase(from, stride);
    });
  });
  f.emit(i32.eqz(v128.any_true(odd)));
  return f;
}

/** NaN where a number is NaN or infinite, else 0. */
const oddness = (numbers: Value, again: Value): Value => f32x4.sub(numbers, again);

/** `finite(address, bytes) → 1` when no number among `bytes` / 4 floats is NaN or infinite, else 0; looks at 16 bytes at a time. */
export const emitFinite: () => FunctionBody = remember(writeFinite);

function writeFinite(): FunctionBody {
  const f = new FunctionBody("i32");
  const { at, bytes } = f.parameters({ at: "i32", bytes: "i32" });
  const [vector, odd] = f.locals("v128", 2);
  f.set(bytes, i32.add(at, bytes));
  f.forAddresses(at, bytes, 16, () => f.set(odd, v128.or(odd, oddness(tee(vector, v128.load(at)), vector))));
  f.emit(i32.eqz(v128.any_true(odd)));
  return f;
}

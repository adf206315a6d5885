import { end, valueTypes } from "./instructions.ts";
import { rowExponentialsBody } from "./row-exponentials.ts";
import { rowProductBody } from "./row-product.ts";

const text = (name: string): number[] => [name.length, ...Array.from(name, (letter) => letter.charCodeAt(0))];
/** Unsigned LEB128. */
const size = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...size(value >> 7)]);
const sized = (content: readonly number[]): number[] => [...size(content.length), ...content];
const section = (id: number, content: readonly number[]): number[] => [id, ...sized(content)];

const { int, float, vector } = valueTypes;
const magic = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const product = sized([2, 2, int, 5, vector, ...rowProductBody, end]);
const exponentials = sized([2, 1, int, 5, vector, ...rowExponentialsBody, end]);

/** A WebAssembly module of about 500 bytes: imports `m.memory`, exports `product`, a `RowProduct`, and `exponentials`, `RowExponentials`. */
export const rowModule: Uint8Array<ArrayBuffer> = Uint8Array.from(
  [
    magic,
    section(1, [2, 0x60, 5, int, int, int, int, int, 0, 0x60, 3, int, int, float, 1, float]),
    section(2, [1, ...text("m"), ...text("memory"), 2, 0, 1]),
    section(3, [2, 0, 1]),
    section(7, [2, ...text("product"), 0, 0, ...text("exponentials"), 0, 1]),
    section(10, [2, ...product, ...exponentials]),
  ].flat(),
);

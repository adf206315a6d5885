/** The few WebAssembly instructions that rows need, as the specification numbers them: lists of bytes. */

export const get = (local: number): number[] => [0x20, local];
export const set = (local: number): number[] => [0x21, local];
export const tee = (local: number): number[] => [0x22, local];
/** An int of up to 13 bits, signed LEB128. */
export const int = (value: number): number[] => [0x41, ...(value < 64 ? [value] : [(value & 127) | 128, value >> 7])];
export const float = (value: number): number[] => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)];

export const add = 0x6a;
export const subtract = 0x6b;
const shiftLeft = 0x74;
export const isBelow = 0x49;
export const addFloats = 0x92;
/** Until `end`; `repeatIf` goes back to the beginning of the innermost loop. */
export const loop: readonly number[] = [0x03, 0x40];
export const repeatIf: readonly number[] = [0x0d, 0];
export const end = 0x0b;

/** Vectors of four float32 numbers. Addresses are popped, offsets in bytes added. */
export const vector = {
  load: (offset: number): number[] => [0xfd, 0x00, 4, offset],
  /** One number in all four places. */
  loadSplat: (offset: number): number[] => [0xfd, 0x09, 2, offset],
  store: (offset: number): number[] => [0xfd, 0x0b, 4, offset],
  zeros: [0xfd, 0x0c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  splat: [0xfd, 0x13],
  lane: (index: number): number[] => [0xfd, 0x1f, index],
  isAbove: [0xfd, 0x44],
  and: [0xfd, 0x4e],
  nearest: [0xfd, 0x6a],
  add: [0xfd, 0xe4, 0x01],
  subtract: [0xfd, 0xe5, 0x01],
  multiply: [0xfd, 0xe6, 0x01],
  toInts: [0xfd, 0xf8, 0x01],
  shiftInts: [0xfd, 0xab, 0x01],
  addInts: [0xfd, 0xae, 0x01],
} as const;

export const valueTypes = { int: 0x7f, float: 0x7d, vector: 0x7b } as const;

/** Index of a float32 number → its address. */
export const toBytes = (local: number): number[] => [...get(local), ...int(2), shiftLeft];
export const advance = (local: number, by: number): number[] => [...get(local), ...int(by), add];

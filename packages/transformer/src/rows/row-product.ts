/** `y = x · w` for one row x: the whole of a decode step's arithmetic but for attention's exponentials. All are indices of float32 numbers in one memory.
 *  @param x `[inner]`, inner even and at least 2
 *  @param w panels of 8 columns, `[panels][inner][8]`
 *  @param y `[panels * 8]`, overwritten */
export type RowProduct = (x: number, w: number, y: number, inner: number, panels: number) => void;

/** Columns of a panel: two vectors of four. */
export const panelColumns = 8;

/** The same in plain loops, where WebAssembly may not be compiled. */
export function plainRowProduct(numbers: () => Float32Array): RowProduct {
  return (x, w, y, inner, panels) => {
    const f = numbers();
    for (let panel = 0; panel < panels; panel++) {
      let [a, b, c, d, e, g, h, i] = [0, 0, 0, 0, 0, 0, 0, 0];
      for (let row = 0; row < inner; row++, w += panelColumns) {
        const value = f[x + row];
        a += value * f[w];
        b += value * f[w + 1];
        c += value * f[w + 2];
        d += value * f[w + 3];
        e += value * f[w + 4];
        g += value * f[w + 5];
        h += value * f[w + 6];
        i += value * f[w + 7];
      }
      f.set([a, b, c, d, e, g, h, i], y);
      y += panelColumns;
    }
  };
}

// The instructions of the module below, as the specification numbers them.
const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];
const tee = (local: number): number[] => [0x22, local];
/** Signed LEB128 of one or two bytes. */
const constant = (value: number): number[] => [0x41, ...(value < 64 ? [value] : [(value & 127) | 128, value >> 7])];
const [plus, minus, shiftLeft, below] = [0x6a, 0x6b, 0x74, 0x49];
const loop = [0x03, 0x40];
const end = 0x0b;
const repeatIf = [0x0d, 0];
const zeros = [0xfd, 0x0c, ...Array.from({ length: 16 }, () => 0)];
const load = (offset: number): number[] => [0xfd, 0x00, 4, offset];
const loadSplat = (offset: number): number[] => [0xfd, 0x09, 2, offset];
const store = (offset: number): number[] => [0xfd, 0x0b, 4, offset];
const addVectors = [0xfd, 0xe4, 0x01];
const multiplyVectors = [0xfd, 0xe6, 0x01];

const [x, w, y, inner, panels, place, rowEnd, a, b, c, d, value] = Array.from({ length: 12 }, (_, local) => local);

const toBytes = (local: number): number[] => [...get(local), ...constant(2), shiftLeft];
/** `sum += value × w[offset …]` */
const accumulate = (sum: number, offset: number): number[] =>
  [get(sum), get(value), get(w), load(offset), multiplyVectors, addVectors, set(sum)].flat();
const advance = (local: number, by: number): number[] => [...get(local), ...constant(by), plus];

/** Two rows at a time into four sums, so that an addition need not wait for the one before it. */
const body: readonly number[] = [
  [toBytes(x), set(x), toBytes(w), set(w), toBytes(y), set(y), get(x), toBytes(inner), plus, set(rowEnd)],
  loop,
  [get(x), set(place), zeros, tee(a), tee(b), tee(c), set(d)],
  loop,
  [get(place), loadSplat(0), set(value), accumulate(a, 0), accumulate(b, 16)],
  [get(place), loadSplat(4), set(value), accumulate(c, 32), accumulate(d, 48)],
  [advance(w, 64), set(w), advance(place, 8), tee(place), get(rowEnd), below, repeatIf, end],
  [get(y), get(a), get(c), addVectors, store(0), get(y), get(b), get(d), addVectors, store(16)],
  [advance(y, 32), set(y), get(panels), constant(1), minus, tee(panels), repeatIf, end],
  end,
]
  .flat()
  .flat();

const text = (name: string): number[] => [name.length, ...Array.from(name, (letter) => letter.charCodeAt(0))];
/** Unsigned LEB128. */
const size = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...size(value >> 7)]);
const section = (id: number, content: readonly number[]): number[] => [id, ...size(content.length), ...content];
const int = 0x7f;
const vector = 0x7b;
const code = [2, 2, int, 5, vector, ...body];

const magic = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** A WebAssembly module of 280 bytes: imports `m.memory`, exports `product`, a `RowProduct`. */
export const rowProductModule: Uint8Array<ArrayBuffer> = Uint8Array.from(
  [
    magic,
    section(1, [1, 0x60, 5, int, int, int, int, int, 0]),
    section(2, [1, ...text("m"), ...text("memory"), 2, 0, 1]),
    section(3, [1, 0]),
    section(7, [1, ...text("product"), 0, 0]),
    section(10, [1, ...size(code.length), ...code]),
  ].flat(),
);

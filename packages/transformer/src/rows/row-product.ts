import {
  add,
  advance,
  end,
  get,
  int,
  isBelow,
  loop,
  repeatIf,
  set,
  subtract,
  tee,
  toBytes,
  vector,
} from "./instructions.ts";

/** `y = x · w` for one row x. All are indices of float32 numbers in one memory.
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

// parameters, then two ints and five vectors
const [x, w, y, inner, panels, place, rowEnd, a, b, c, d, value] = Array.from({ length: 12 }, (_, local) => local);

/** `sum += value × w[offset …]` */
const accumulate = (sum: number, offset: number): number[] =>
  [get(sum), get(value), get(w), vector.load(offset), vector.multiply, vector.add, set(sum)].flat();

/** `RowProduct` in WebAssembly: two rows at a time into four sums, so that an addition need not wait for the one before it. */
export const rowProductBody: readonly number[] = [
  [toBytes(x), set(x), toBytes(w), set(w), toBytes(y), set(y), get(x), toBytes(inner), add, set(rowEnd)],
  loop,
  [get(x), set(place), vector.zeros, tee(a), tee(b), tee(c), set(d)],
  loop,
  [get(place), vector.loadSplat(0), set(value), accumulate(a, 0), accumulate(b, 16)],
  [get(place), vector.loadSplat(4), set(value), accumulate(c, 32), accumulate(d, 48)],
  [advance(w, 64), set(w), advance(place, 8), tee(place), get(rowEnd), isBelow, repeatIf, end],
  [get(y), get(a), get(c), vector.add, vector.store(0), get(y), get(b), get(d), vector.add, vector.store(16)],
  [advance(y, 32), set(y), get(panels), int(1), subtract, tee(panels), repeatIf, end],
]
  .flat()
  .flat();

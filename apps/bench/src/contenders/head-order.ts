/** Sizes of an operand `[batch, heads, length, headDim]`; its length follows from how many numbers it has. */
export interface HeadSizes {
  readonly batch?: number;
  readonly heads: number;
  readonly headDim: number;
}

/** `[batch, heads, length, headDim]` → `[batch, length, heads, headDim]`, the order that many libraries take. */
export function lengthFirst(values: Float32Array, { batch = 1, heads, headDim }: HeadSizes): Float32Array<ArrayBuffer> {
  return swapAxes(values, batch, heads, headDim);
}

/** `[batch, length, heads, headDim]` → `[batch, heads, length, headDim]` */
export function headsFirst(values: Float32Array, { batch = 1, heads, headDim }: HeadSizes): Float32Array<ArrayBuffer> {
  return swapAxes(values, batch, values.length / (batch * heads * headDim), headDim);
}

/** `[batch, outer, inner, headDim]` → `[batch, inner, outer, headDim]` */
function swapAxes(values: Float32Array, batch: number, outer: number, headDim: number): Float32Array<ArrayBuffer> {
  const inner = values.length / (batch * outer * headDim);
  const swapped = new Float32Array(values.length);
  let to = 0;
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < inner; i++) {
      for (let o = 0; o < outer; o++, to += headDim) {
        const from = ((b * outer + o) * inner + i) * headDim;
        swapped.set(values.subarray(from, from + headDim), to);
      }
    }
  }
  return swapped;
}

import { emitScatter, emitScatterSum } from "./add-table-gradient.ts";
import type { Local } from "@fovea/wasm-assembler";
import type { VectorDerivative, VectorDerivativeValues } from "../programs/create-vector-derivative.ts";
import type { VectorEmitter } from "../vectors/vector-emitter.ts";

/** The table gradients of one program along a row: reads of one element are summed in a vector and added once. */
export class TableGradients {
  readonly #derivative: VectorDerivative | null;
  readonly #v: VectorEmitter;
  readonly #call: Local;
  /** Per read: address of its table's sums, the row's sum, and the indices where they are the same along the row. */
  readonly #reads: { readonly sums: Local; readonly rowSum: Local; indices: readonly Local[] }[];

  /** @param pushSums pushes the address of a table's sums, by the table's name */
  constructor(v: VectorEmitter, derivative: VectorDerivative | null, pushSums: (name: string) => void, call: Local) {
    const { f } = v;
    this.#derivative = derivative;
    this.#v = v;
    this.#call = call;
    this.#reads = (derivative?.reads ?? []).map(({ name }) => {
      const sums = f.local("i32");
      const rowSum = f.local("v128");
      pushSums(name);
      f.set(sums);
      f.f32x4(0);
      f.set(rowSum);
      return { sums, rowSum, indices: [] };
    });
  }

  /** @param gradient d loss / d what the program gave */
  add({ reads }: VectorDerivativeValues, gradient: Local, seen: Local): void {
    const v = this.#v;
    for (const [index, { indices, gradient: byElement }] of reads.entries()) {
      const read = this.#derivative?.reads[index];
      const own = this.#reads[index];
      if (!read) continue;
      v.keep(() => {
        const amounts = v.op("v128.and", v.op("f32x4.mul", gradient, byElement), seen);
        if (!read.sameAlongRow) {
          emitScatter(v, read, { call: this.#call, sums: own.sums }, indices, amounts);
          return gradient;
        }
        own.indices = indices;
        v.f.get(own.rowSum);
        v.f.get(amounts);
        v.f.op("f32x4.add");
        v.f.set(own.rowSum);
        return gradient;
      });
    }
  }

  finish(): void {
    for (const [index, { sums, rowSum, indices }] of this.#reads.entries()) {
      const read = this.#derivative?.reads[index];
      if (read?.sameAlongRow) emitScatterSum(this.#v, read, { call: this.#call, sums }, indices, rowSum);
    }
  }
}

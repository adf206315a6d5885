import { readValues, type Tensor } from "@fovea/tensor";
import { TransformerError } from "../transformer-error.ts";
import { plainRowExponentials, type RowExponentials } from "./row-exponentials.ts";
import { rowModule } from "./row-module.ts";
import { panelColumns, plainRowProduct, type RowProduct } from "./row-product.ts";

/** A matrix in panels of 8 columns, padded with zeros to even rows and whole panels. */
export interface PackedMatrix {
  readonly address: number;
  readonly inner: number;
  readonly panels: number;
}

const pageFloats = 16384;
/** Blocks begin at cache lines. */
const alignment = 16;

interface RowKernels {
  readonly product: RowProduct;
  readonly exponentials: RowExponentials;
}

/** One memory for all numbers of a session, and the kernels that read and write it. An address is an index of float32 numbers. Once everything is
 *  allocated, `numbers` stays the same. */
export class RowMemory {
  readonly product: RowProduct;
  readonly exponentials: RowExponentials;
  readonly #memory: WebAssembly.Memory | null;
  #numbers: Float32Array;
  #used = alignment;

  constructor() {
    this.#memory = createMemory();
    this.#numbers = this.#memory ? new Float32Array(this.#memory.buffer) : new Float32Array(pageFloats);
    const numbers = (): Float32Array => this.#numbers;
    ({ product: this.product, exponentials: this.exponentials } = this.#memory
      ? loadKernels(this.#memory)
      : { product: plainRowProduct(numbers), exponentials: plainRowExponentials(numbers) });
  }

  get numbers(): Float32Array {
    return this.#numbers;
  }

  /** @returns the address of `count` zeros */
  allocate(count: number): number {
    const address = this.#used;
    this.#used += Math.ceil(count / alignment) * alignment;
    const missing = Math.ceil((this.#used - this.#numbers.length) / pageFloats);
    if (missing > 0) this.#grow(missing);
    return address;
  }

  /** Matrices side by side, as one.
   *  @param matrices `[in, out]` each, all of one `in` */
  pack(...matrices: readonly Tensor[]): PackedMatrix {
    const rows = matrices[0].shape[0];
    const inner = rows + (rows % 2);
    const columns = matrices.reduce((sum, { shape }) => sum + shape[1], 0);
    const panels = Math.ceil(columns / panelColumns);
    const address = this.allocate(panels * inner * panelColumns);
    let first = 0;
    for (const matrix of matrices) {
      const values = readValues(matrix);
      const own = matrix.shape[1];
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < own; column++) {
          const [panel, lane] = [Math.floor((first + column) / panelColumns), (first + column) % panelColumns];
          this.#numbers[address + (panel * inner + row) * panelColumns + lane] = values[row * own + column];
        }
      }
      first += own;
    }
    return { address, inner, panels };
  }

  #grow(pages: number): void {
    try {
      if (this.#memory) {
        this.#memory.grow(pages);
        this.#numbers = new Float32Array(this.#memory.buffer);
      } else {
        const larger = new Float32Array(this.#numbers.length + pages * pageFloats);
        larger.set(this.#numbers);
        this.#numbers = larger;
      }
    } catch (cause) {
      throw new TransformerError(
        `RowSession: ${pages * pageFloats} more numbers do not fit into memory. Keep fewer tokens: a smaller capacity, or a window.`,
        { cause },
      );
    }
  }
}

/** Null where WebAssembly with SIMD may not be compiled. */
function createMemory(): WebAssembly.Memory | null {
  if (typeof WebAssembly === "undefined" || !WebAssembly.validate(rowModule)) return null;
  try {
    void new WebAssembly.Module(rowModule);
    return new WebAssembly.Memory({ initial: 1 });
  } catch {
    return null;
  }
}

function loadKernels(memory: WebAssembly.Memory): RowKernels {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(rowModule), { m: { memory } });
  return exports as unknown as RowKernels;
}

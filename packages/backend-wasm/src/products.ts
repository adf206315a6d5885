import type { FunctionBody, Local, ModuleBuilder } from "./assembler.ts";
import { emitMicrokernel, type MicrokernelShape } from "./microkernel.ts";

/** A product for finite operands, and one that leaves out zeros so that what they hide has no influence. */
export interface ProductPair {
  readonly all: number;
  readonly seen: number;
}

export function addProductPair(
  module: ModuleBuilder,
  shape: MicrokernelShape,
  skipZeros: "left" | "right",
): ProductPair {
  return { all: module.add(emitMicrokernel(shape)), seen: module.add(emitMicrokernel({ ...shape, skipZeros })) };
}

/** The product of a whole number of rows with one panel: as many groups of `most` rows as fit, then one of the rest. */
export class RowProducts {
  readonly #size: number;
  readonly #most: number;
  readonly #groups: ProductPair | null;
  readonly #rest: ProductPair | null;

  constructor(module: ModuleBuilder, size: number, most: number, shape: Omit<MicrokernelShape, "rows">) {
    const add = (rows: number): ProductPair => addProductPair(module, { ...shape, rows }, "right");
    this.#size = size;
    this.#most = most;
    this.#groups = size >= most ? add(most) : null;
    this.#rest = size % most > 0 ? add(size % most) : null;
  }

  emit(
    f: FunctionBody,
    isFinite: Local,
    operands: { left(): void; right(): void; result(): void; readonly depth: Local },
  ): void {
    const left = f.local("i32");
    const right = f.local("i32");
    const result = f.local("i32");
    const end = f.local("i32");
    operands.left();
    f.set(left);
    operands.right();
    f.set(right);
    operands.result();
    f.set(result);
    const call = (pair: ProductPair): void => {
      const one = (target: number): void => {
        for (const local of [left, right, result, operands.depth]) f.get(local);
        f.call(target);
      };
      f.get(isFinite);
      f.if(
        () => one(pair.all),
        () => one(pair.seen),
      );
    };
    if (this.#groups) {
      const groups = this.#groups;
      f.address(left, Math.floor(this.#size / this.#most) * this.#most * 32);
      f.set(end);
      f.forRange(left, end, this.#most * 32, () => {
        call(groups);
        f.increase(result, this.#most * 32);
      });
    }
    if (this.#rest) call(this.#rest);
    f.release(left, right, result, end);
  }
}

import type { Callee, FunctionBody, Local, ModuleBuilder } from "@fovea/wasm-assembler";
import { emitMicrokernel, type MicrokernelShape } from "./microkernel.ts";

/** What a microkernel is called with, for each of the panels that are taken together. */
export interface PanelOperands {
  left(): void;
  right(panel: number): void;
  result(panel: number): void;
  depth(): void;
}

/** Pushes what a microkernel of one panel is called with. */
export function pushOperands({ left, right, result, depth }: PanelOperands, panel: number): void {
  left();
  right(panel);
  result(panel);
  depth();
}

/** One product by microkernels of one panel and of two, each added to the module when it is first called. */
export class PanelProducts {
  readonly #module: ModuleBuilder;
  readonly #shape: MicrokernelShape;
  readonly #added: Partial<Record<1 | 2, Callee>> = {};

  constructor(module: ModuleBuilder, shape: MicrokernelShape) {
    this.#module = module;
    this.#shape = shape;
  }

  call(f: FunctionBody, panels: 1 | 2, operands: PanelOperands): void {
    // what leaves out zeros is rare: it takes one panel after the other
    const together = this.#shape.skipZeros ? 1 : panels;
    for (let panel = 0; panel < panels; panel += together) {
      pushOperands(operands, panel);
      if (together === 2) operands.right(1);
      f.call(this.#function(together));
    }
  }

  #function(panels: 1 | 2): Callee {
    return (this.#added[panels] ??= this.#module.add(emitMicrokernel({ ...this.#shape, panels })));
  }
}

/** Products for finite operands, and those that leave out zeros so that what they hide has no influence. */
export interface ProductPair {
  readonly all: PanelProducts;
  readonly seen: PanelProducts;
}

export function productPair(module: ModuleBuilder, shape: MicrokernelShape, skipZeros: "left" | "right"): ProductPair {
  return { all: new PanelProducts(module, shape), seen: new PanelProducts(module, { ...shape, skipZeros }) };
}

/** Calls one of the pair. */
export function callPair(
  f: FunctionBody,
  { all, seen }: ProductPair,
  isFinite: Local,
  panels: 1 | 2,
  operands: PanelOperands,
): void {
  f.get(isFinite);
  f.if(
    () => all.call(f, panels, operands),
    () => seen.call(f, panels, operands),
  );
}

type RowProductShape = Omit<MicrokernelShape, "rows"> & { readonly resultPanel: number };

/** The product of a whole number of rows with one panel or two: as many groups of `most` rows as fit, then one of the rest. */
export class RowProducts {
  readonly #size: number;
  readonly #resultPanel: number;
  readonly #most: number;
  readonly #groups: ProductPair | null;
  readonly #rest: ProductPair | null;

  constructor(module: ModuleBuilder, size: number, most: number, shape: RowProductShape) {
    const add = (rows: number): ProductPair => productPair(module, { ...shape, rows }, "right");
    this.#resultPanel = shape.resultPanel;
    this.#size = size;
    this.#most = most;
    this.#groups = size >= most ? add(most) : null;
    this.#rest = size % most > 0 ? add(size % most) : null;
  }

  /** @param rightPanel bytes from one panel of the right operand to the next */
  emit(
    f: FunctionBody,
    isFinite: Local,
    panels: 1 | 2,
    rightPanel: number,
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
    const call = (pair: ProductPair): void =>
      callPair(f, pair, isFinite, panels, {
        left: () => f.get(left),
        right: (panel) => f.address(right, panel * rightPanel),
        result: (panel) => f.address(result, panel * this.#resultPanel),
        depth: () => f.get(operands.depth),
      });
    if (this.#groups) {
      const groups = this.#groups;
      f.address(left, Math.floor(this.#size / this.#most) * this.#most * 32);
      f.set(end);
      f.forAddresses(left, end, this.#most * 32, () => {
        call(groups);
        f.increase(result, this.#most * 32);
      });
    }
    if (this.#rest) call(this.#rest);
    f.release(left, right, result, end);
  }
}

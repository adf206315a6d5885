import {
  address,
  type Callee,
  type FunctionBody,
  i32,
  type Local,
  type ModuleBuilder,
  type Operand,
  type Value,
} from "@fovea/wasm-assembler";
import { emitMicrokernel, type MicrokernelShape } from "./microkernel.ts";

/** What a microkernel is called with, for each of the panels that are taken together. */
export interface PanelOperands {
  readonly left: Value | (() => void);
  right(panel: number): Value | void;
  result(panel: number): Value | void;
  readonly depth: Operand | (() => void);
}

/** Pushes what a microkernel of one panel is called with. */
export function pushOperands(f: FunctionBody, { left, right, result, depth }: PanelOperands, panel: number): void {
  for (const operand of [left, () => right(panel), () => result(panel), depth]) {
    const value = typeof operand === "function" ? operand() : operand;
    if (value !== undefined) f.emit(typeof value === "number" ? i32.const(value) : value);
  }
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
      pushOperands(f, operands, panel);
      const next = together === 2 ? operands.right(1) : undefined;
      if (next) f.emit(next);
      f.call(this.#function(together));
    }
  }

  #function(panels: 1 | 2): Callee {
    return (this.#added[panels] ??= this.#module.add(emitMicrokernel({ ...this.#shape, panels })));
  }
}

/** Products for finite operands, and those that leave out zeros so that what they hide is masked. */
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
  f.if(
    isFinite,
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
    operands: Readonly<Record<"left" | "right" | "result", Value | (() => void)>> & { readonly depth: Local },
  ): void {
    const [left, right, result, end] = f.locals("i32", 4);
    for (const [operand, pointer] of [
      [operands.left, left],
      [operands.right, right],
      [operands.result, result],
    ] as const) {
      if (typeof operand === "function") operand();
      else f.emit(operand);
      f.set(pointer);
    }
    const call = (pair: ProductPair): void =>
      callPair(f, pair, isFinite, panels, {
        left,
        right: (panel) => address(right, panel * rightPanel),
        result: (panel) => address(result, panel * this.#resultPanel),
        depth: operands.depth,
      });
    if (this.#groups) {
      const groups = this.#groups;
      f.set(end, address(left, Math.floor(this.#size / this.#most) * this.#most * 32));
      f.forAddresses(left, end, this.#most * 32, () => {
        call(groups);
        f.increase(result, this.#most * 32);
      });
    }
    if (this.#rest) call(this.#rest);
    f.release(left, right, result, end);
  }
}

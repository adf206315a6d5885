import type { FunctionBody, Local, ModuleBuilder } from "./assembler.ts";
import { emitMicrokernel, panelWidth } from "./microkernel.ts";
import { emitCopyRows, emitPackColumns, emitPackRows, paddedTo4, paddedTo8, type Storage } from "./pack.ts";
import { emitScaledStore } from "./scaled-store.ts";
import { emitScoreRow } from "./score-row.ts";
import { TileLoop } from "./tile-loop.ts";
import type { TileShape } from "./tile-shape.ts";
import type { VectorProgram } from "./vector-program.ts";
import { emitWeightRow, type WeightRule } from "./weight-row.ts";

export interface ForwardTileParts {
  readonly shape: TileShape;
  readonly queryType: Storage;
  readonly keyType: Storage;
  readonly valueType: Storage;
  readonly score: VectorProgram | null;
  readonly mask: VectorProgram | null;
  readonly probability: VectorProgram | null;
  readonly relaxed: boolean;
}

/** What forward kernels do with one tile: pack, multiply, ask the programs, weigh. The kernels say in which order; methods append it to their `f`. */
export class ForwardTile {
  readonly loop: TileLoop;
  /** What `programs` found: the row's largest score in this tile. */
  readonly largest: Local;
  readonly #f: FunctionBody;
  readonly #shape: TileShape;
  readonly #softmax: boolean;
  readonly #finite: Local;
  readonly #column: Local;
  readonly #functions: Readonly<Record<FunctionName, number>>;

  constructor(module: ModuleBuilder, f: FunctionBody, parts: ForwardTileParts, rule: WeightRule) {
    const { shape, score, mask, probability, relaxed } = parts;
    // Softmax's totals tell of NaN by themselves.
    const row = { score, keepsNaN: rule !== "softmax" };
    const scoreRow = shape.keyTile * 4;
    const products = { rows: shape.microRows, relaxed };
    const sums = { ...products, leftStride: scoreRow, resultStride: paddedTo8(shape.valueDim) * 4, accumulate: true };
    const leftStride = paddedTo4(shape.headDim) * 4;
    this.#functions = {
      copyQuery: module.add(emitCopyRows(shape.headDim, parts.queryType, true)),
      key: module.add(emitPackColumns(shape.headDim, parts.keyType)),
      value: module.add(emitPackRows(shape.valueDim, parts.valueType, shape.keyTile)),
      scores: module.add(emitMicrokernel({ ...products, leftStride, resultStride: scoreRow, accumulate: false })),
      sums: module.add(emitMicrokernel(sums)),
      seenSums: module.add(emitMicrokernel({ ...sums, skipZeros: "left" })),
      wholeRow: module.add(emitScoreRow({ ...row, mask: null, cut: false })),
      partialRow: module.add(emitScoreRow({ ...row, mask, cut: true })),
      weights: module.add(emitWeightRow(rule, probability, relaxed)),
    };
    this.#f = f;
    this.#shape = shape;
    this.#softmax = rule === "softmax";
    this.loop = new TileLoop(f, shape);
    this.#finite = f.local("i32");
    this.#column = f.local("i32");
    this.largest = f.local("f32");
  }

  /** The task's query rows in scratch, nothing summed, nothing seen. */
  begin(): void {
    const { loop } = this;
    const [f, shape] = [this.#f, this.#shape];
    loop.int("query");
    f.address(loop.scratch, shape.query);
    f.get(loop.rows);
    loop.int("queryStride");
    loop.float("queryScale");
    f.call(this.#functions.copyQuery);
    const rows = shape.queryTile + shape.microRows;
    for (const [offset, bytes] of [
      [shape.sums, rows * paddedTo8(shape.valueDim) * 4],
      [shape.totals, rows * 4],
    ]) {
      f.address(loop.scratch, offset);
      f.i32(0);
      f.i32(bytes);
      f.op("memory.fill", 0);
    }
    loop.eachRow(() => {
      loop.pushRowNumber("maxima");
      f.f32(-Infinity);
      f.memory("f32.store");
    });
  }

  /** The key tile's vectors, packed for the products. */
  pack(operand: "key" | "value"): void {
    const { loop } = this;
    const f = this.#f;
    loop.operandRow(operand, `${operand}Stride`, loop.start);
    f.address(loop.scratch, this.#shape[operand]);
    f.get(loop.width);
    loop.int(`${operand}Stride`);
    f.call(this.#functions[operand]);
    if (operand === "value") f.set(this.#finite);
  }

  /** The group's scores of this key tile. */
  scores(): void {
    const { loop } = this;
    const [f, shape, column] = [this.#f, this.#shape, this.#column];
    f.assign(column, 0);
    f.forRange(column, loop.width8, panelWidth, () => {
      loop.pushQueryRow(loop.group);
      f.address(loop.scratch, shape.key, column, paddedTo4(shape.headDim) * 4);
      loop.pushAt(() => loop.pushScoreRow(loop.group), column);
      f.i32(shape.headDim);
      f.call(this.#functions.scores);
    });
  }

  /** The row's scores after the programs; leaves the largest of them in `largest`. */
  programs(width: Local): void {
    const { loop } = this;
    const f = this.#f;
    const call = (target: number): void => {
      loop.pushScoreRow(loop.row);
      f.get(width);
      f.get(loop.start);
      f.get(loop.end);
      loop.pushScope();
      f.call(target);
      f.set(this.largest);
    };
    f.get(loop.whole);
    f.if(
      () => call(this.#functions.wholeRow),
      () => call(this.#functions.partialRow),
    );
  }

  /** Carries the row's largest score on over this tile. */
  raiseMaximum(): void {
    const f = this.#f;
    this.loop.pushRowNumber("maxima");
    this.loop.pushRowNumber("maxima");
    f.memory("f32.load");
    f.get(this.largest);
    f.op("f32.max");
    f.memory("f32.store");
  }

  /** The row's weights; see `emitWeightRow` for shift and factor. */
  weights(pushShift: () => void, pushFactor: () => void): void {
    const { loop } = this;
    const f = this.#f;
    loop.pushScoreRow(loop.row);
    f.get(loop.width8);
    f.get(loop.start);
    loop.pushScope();
    pushShift();
    pushFactor();
    if (this.#softmax) loop.float("unit");
    f.call(this.#functions.weights);
  }

  /** The group's sums += weights × values. */
  sums(): void {
    const { loop } = this;
    const [f, shape, column] = [this.#f, this.#shape, this.#column];
    f.assign(column, 0);
    f.forRange(column, paddedTo8(shape.valueDim), panelWidth, () => {
      const call = (target: number): void => {
        loop.pushScoreRow(loop.group);
        f.address(loop.scratch, shape.value, column, shape.keyTile * 4);
        loop.pushAt(() => loop.pushSumRow(loop.group), column);
        f.get(loop.width);
        f.call(target);
      };
      f.get(this.#finite);
      f.if(
        () => call(this.#functions.sums),
        () => call(this.#functions.seenSums),
      );
    });
  }

  /** Writes what each row's sums are multiplied with at the end. */
  setFactors(push: () => void): void {
    const { loop } = this;
    loop.eachRow(() => {
      loop.pushRowNumber("factors");
      push();
      this.#f.memory("f32.store");
    });
  }

  /** Writes output rows, and each row's largest score and total, of which JavaScript makes log-sum-exp or threshold. */
  finish(): void {
    const { loop } = this;
    const f = this.#f;
    const source = f.local("i32");
    const target = f.local("i32");
    const factor = f.local("f32");
    loop.eachRow(() => {
      for (const [name, list] of [
        ["rowMaximum", "maxima"],
        ["logSumExp", "totals"],
      ] as const) {
        loop.int(name);
        f.get(loop.row);
        f.i32(2);
        f.op("i32.shl");
        f.op("i32.add");
        loop.pushRowNumber(list);
        f.memory("f32.load");
        f.memory("f32.store");
      }
      loop.pushRowNumber("factors");
      f.memory("f32.load");
      f.set(factor);
      loop.operandRow("output", "outputStride", loop.row);
      f.set(target);
      loop.pushSumRow(loop.row);
      f.set(source);
      emitScaledStore(f, source, target, factor, this.#shape.valueDim);
    });
  }
}

type FunctionName =
  "copyQuery" | "key" | "value" | "scores" | "sums" | "seenSums" | "wholeRow" | "partialRow" | "weights";

import {
  address,
  call,
  type Callee,
  either,
  f32,
  type FunctionBody,
  i32,
  type Local,
  type ModuleBuilder,
  type Operand,
  smaller,
  type Value,
} from "@fovea/wasm-assembler";
import { panelWidth } from "../products/microkernel.ts";
import { eachPanel } from "../products/panels.ts";
import { callPair, PanelProducts, type ProductPair, productPair } from "../products/products.ts";
import { paddedTo4, paddedTo8, type Storage } from "../memory/storage.ts";
import { emitCopyRows, emitPackColumns, emitPackRows } from "../products/pack.ts";
import { emitMaskRow } from "../programs/mask-row.ts";
import { emitScaledStore } from "../vectors/scaled-store.ts";
import { emitScoreRow } from "../programs/score-row.ts";
import { emitSoftmaxGroup } from "./softmax-group.ts";
import { SeenColumns } from "./seen-columns.ts";
import { TileLoop } from "./tile-loop.ts";
import type { TileShape } from "./tile-shape.ts";
import type { VectorProgram } from "../programs/vector-program.ts";
import { emitWeightRow, type WeightRule } from "./weight-row.ts";
import type { Simd } from "../vectors/simd.ts";

export interface ForwardTileParts {
  readonly shape: TileShape;
  readonly queryType: Storage;
  readonly keyType: Storage;
  readonly valueType: Storage;
  readonly score: VectorProgram | null;
  readonly mask: VectorProgram | null;
  readonly probability: VectorProgram | null;
  readonly simd: Simd;
}

/** What forward kernels do with one tile: pack, multiply, ask the programs, weigh. The kernels say in which order; methods append it to their `f`. */
export class ForwardTile {
  readonly loop: TileLoop;
  /** What `programs` found: the row's largest score in this tile. */
  readonly largest: Local;
  readonly #f: FunctionBody;
  readonly #shape: TileShape;
  readonly #simd: Simd;
  readonly #softmax: boolean;
  /** Whether rows have scales. */
  readonly #scaled: { readonly key: boolean; readonly value: boolean };
  /** The columns of the tile that the present group looks at. */
  readonly columns: SeenColumns;
  readonly #finite: Local;
  readonly #column: Local;
  readonly #scores: PanelProducts;
  readonly #sums: ProductPair;
  readonly #function: (name: FunctionName) => Callee;

  constructor(module: ModuleBuilder, f: FunctionBody, parts: ForwardTileParts, rule: WeightRule) {
    const { shape, score, mask, probability, simd } = parts;
    // Softmax's totals tell of NaN by themselves.
    const row = { score, keepsNaN: rule !== "softmax", simd };
    const scoreRow = shape.keyTile * 4;
    const products = { rows: shape.microRows, simd };
    const queryRow = paddedTo4(shape.headDim) * 4;
    const sumRow = paddedTo8(shape.valueDim) * 4;
    const scores = { ...products, leftStride: queryRow, resultStride: scoreRow, accumulate: false };
    const sums = { ...products, leftStride: scoreRow, resultStride: sumRow, accumulate: true };
    const emitters: Readonly<Record<FunctionName, () => FunctionBody>> = {
      copyQuery: () => emitCopyRows(shape.headDim, parts.queryType, true),
      key: () => emitPackColumns(shape.headDim, parts.keyType),
      value: () => emitPackRows(shape.valueDim, parts.valueType, shape.keyTile),
      wholeRow: () => emitScoreRow({ ...row, seen: "all" }),
      maskRow: () => emitMaskRow(mask, simd),
      partialRow: () => emitScoreRow({ ...row, seen: "bits" }),
      weights: () => emitWeightRow(rule, probability, simd),
      wholeGroup: () => emitSoftmaxGroup(shape, score, "all", simd),
      partialGroup: () => emitSoftmaxGroup(shape, score, "bits", simd),
    };
    // A kernel has the functions that it calls.
    const added = new Map<FunctionName, Callee>();
    this.#function = (name) => {
      const index = added.get(name) ?? module.add(emitters[name]());
      added.set(name, index);
      return index;
    };
    this.#scores = new PanelProducts(module, scores);
    this.#sums = productPair(module, sums, "left");
    this.#f = f;
    this.#shape = shape;
    this.#simd = simd;
    this.#softmax = rule === "softmax";
    this.#scaled = { key: parts.keyType === "int8", value: parts.valueType === "int8" };
    this.loop = new TileLoop(f, shape);
    this.columns = new SeenColumns(this.loop, () => this.#function("maskRow"));
    this.#finite = f.local("i32");
    this.#column = f.local("i32");
    this.largest = f.local("f32");
  }

  /** The task's query rows in scratch, nothing summed, nothing seen. */
  begin(): void {
    const { loop } = this;
    const [f, shape] = [this.#f, this.#shape];
    f.call(
      this.#function("copyQuery"),
      loop.field("query"),
      address(loop.scratch, shape.query),
      loop.rows,
      loop.field("queryStride"),
      loop.field("queryScale"),
    );
    // the last group's rows may reach behind the tile's
    for (const [offset, rowBytes] of [
      [shape.sums, paddedTo8(shape.valueDim) * 4],
      [shape.totals, 4],
    ]) {
      f.fillMemory(address(loop.scratch, offset), 0, i32.mul(i32.add(loop.rows, shape.microRows), rowBytes));
    }
    loop.eachRow(() => f.emit(f32.store(loop.rowNumber("maxima"), -Infinity)));
  }

  /** The key tile's vectors, packed for the products. */
  pack(operand: "key" | "value"): void {
    const { loop } = this;
    const packed = call(
      this.#function(operand),
      loop.rowOf(operand, `${operand}Stride`, loop.start),
      address(loop.scratch, this.#shape[operand]),
      loop.width,
      loop.field(`${operand}Stride`),
      ...(this.#scaled[operand] ? [loop.at(loop.field(`${operand}Scales`), loop.start)] : []),
    );
    if (operand === "value") this.#f.set(this.#finite, packed);
    else this.#f.emit(packed);
  }

  /** Every group of rows that sees something of the shared key tile, run by run, with the columns it looks at. */
  eachSeeingGroup(body: () => void): void {
    const { loop, columns } = this;
    loop.eachRunOfTile(() =>
      loop.eachGroup(() => {
        columns.lookAtRun();
        columns.ask(true, body);
      }),
    );
  }

  /** The group's scores of the columns it looks at. */
  scores(): void {
    const { loop } = this;
    const [f, shape, column] = [this.#f, this.#shape, this.#column];
    const keyRow = paddedTo4(shape.headDim) * 4;
    eachPanel(f, this.#simd, column, this.columns.from, this.columns.to, (panels) =>
      f.if(either(loop.whole, 1, this.columns.isSeen(column, 0, panels)), () =>
        this.#scores.call(f, panels, {
          left: loop.queryRow(loop.group),
          right: (panel) => address(loop.scratch, shape.key + panel * panelWidth * keyRow, column, keyRow),
          result: () => loop.at(loop.scoreRow(loop.group), column),
          depth: shape.headDim,
        }),
      ),
    );
  }

  /** The row's scores after the programs; leaves the largest of them in `largest`. */
  programs(): void {
    const { columns, loop } = this;
    const operands = [...columns.scores(), columns.firstKey(), loop.end, ...loop.scope()];
    this.#callBySight("wholeRow", "partialRow", operands, (largest) => this.#f.set(this.largest, largest));
  }

  /** The group's scores after the programs, made weights by online softmax. */
  softmax(): void {
    const { columns, loop } = this;
    const f = this.#f;
    const rows = f.let(i32.sub(loop.blockEnd, loop.group));
    f.lower(rows, this.#shape.microRows);
    f.set(loop.row, loop.group);
    const places = [...columns.scores(), loop.sumRow(loop.group), loop.rowNumber("maxima")];
    const operands = [rows, ...places, loop.field("unit"), columns.firstKey(), loop.end, ...loop.scope()];
    this.#callBySight("wholeGroup", "partialGroup", operands, (called) => f.emit(called));
    f.release(rows);
  }

  /** Calls one function where every pair of the tile is seen, and another, with the bits of what is, elsewhere.
   *  @param take what is done with the result */
  #callBySight(
    whole: FunctionName,
    partial: FunctionName,
    operands: readonly Value[],
    take: (called: Value) => void,
  ): void {
    const { columns, loop } = this;
    this.#f.if(
      loop.whole,
      () => take(call(this.#function(whole), ...operands)),
      () => take(call(this.#function(partial), ...operands, loop.at(columns.seenRow(), columns.from))),
    );
  }

  /** Carries the row's largest score on over this tile. */
  raiseMaximum(): void {
    const maximum = this.loop.rowNumber("maxima");
    this.#f.emit(f32.store(maximum, f32.max(f32.load(maximum), this.largest)));
  }

  /** The row's weights; see `emitWeightRow` for shift and factor. */
  weights(shift: Operand, factor: Operand): void {
    const { columns, loop } = this;
    const unit = this.#softmax ? [loop.field("unit")] : [];
    const operands = [...columns.scores(), columns.firstKey(), ...loop.scope(), shift, factor, ...unit];
    this.#f.call(this.#function("weights"), ...operands);
  }

  /** The group's sums += weights × values. */
  sums(): void {
    const { loop } = this;
    const [f, shape, column, from] = [this.#f, this.#shape, this.#column, this.columns.from];
    const depth = f.let(i32.sub(smaller(this.columns.to, loop.width), from));
    const valueColumn = shape.keyTile * 4;
    eachPanel(f, this.#simd, column, 0, paddedTo8(shape.valueDim), (panels) =>
      callPair(f, this.#sums, this.#finite, panels, {
        left: loop.at(loop.scoreRow(loop.group), from),
        right: (panel) => {
          const start = address(loop.scratch, shape.value + panel * panelWidth * valueColumn, column, valueColumn);
          return i32.add(start, i32.mul(from, panelWidth * 4));
        },
        result: (panel) => address(loop.at(loop.sumRow(loop.group), column), panel * panelWidth * 4),
        depth,
      }),
    );
    f.release(depth);
  }

  /** Writes what each row's sums are multiplied with at the end. */
  setFactors(factor: Operand): void {
    this.loop.eachRow(() => this.#f.emit(f32.store(this.loop.rowNumber("factors"), factor)));
  }

  /** Writes output rows, and each row's largest score and total, of which JavaScript makes log-sum-exp or threshold. */
  finish(): void {
    const { loop } = this;
    const f = this.#f;
    const [source, target] = f.locals("i32", 2);
    const factor = f.local("f32");
    loop.eachRow(() => {
      for (const [name, list] of [
        ["rowMaximum", "maxima"],
        ["logSumExp", "totals"],
      ] as const) {
        f.emit(f32.store(i32.add(loop.field(name), i32.shl(loop.row, 2)), f32.load(loop.rowNumber(list))));
      }
      f.set(factor, f32.load(loop.rowNumber("factors")));
      f.set(target, loop.rowOf("output", "outputStride", loop.row));
      f.set(source, loop.sumRow(loop.row));
      emitScaledStore(f, source, target, factor, this.#shape.valueDim);
    });
  }
}

type FunctionName =
  "copyQuery" | "key" | "value" | "wholeRow" | "maskRow" | "partialRow" | "weights" | "wholeGroup" | "partialGroup";

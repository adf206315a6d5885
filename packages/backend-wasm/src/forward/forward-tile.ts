import { type Callee, type FunctionBody, i32, type Local, type ModuleBuilder } from "@fovea/wasm-assembler";
import { panelWidth } from "../products/microkernel.ts";
import { eachPanel } from "../products/panels.ts";
import { callPair, PanelProducts, type ProductPair, productPair } from "../products/products.ts";
import { emitCopyRows, emitPackColumns, emitPackRows, paddedTo4, paddedTo8, type Storage } from "../products/pack.ts";
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
    loop.int("query");
    f.address(loop.scratch, shape.query);
    f.get(loop.rows);
    loop.int("queryStride");
    loop.float("queryScale");
    f.call(this.#function("copyQuery"));
    // the last group's rows may reach behind the tile's
    for (const [offset, rowBytes] of [
      [shape.sums, paddedTo8(shape.valueDim) * 4],
      [shape.totals, 4],
    ]) {
      f.address(loop.scratch, offset);
      f.i32(0);
      f.get(loop.rows);
      f.i32(shape.microRows);
      f.op("i32.add");
      f.i32(rowBytes);
      f.op("i32.mul");
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
    if (this.#scaled[operand]) loop.pushAt(() => loop.int(`${operand}Scales`), loop.start);
    f.call(this.#function(operand));
    if (operand === "value") f.set(this.#finite);
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
    eachPanel(f, this.#simd, column, this.columns.from, this.columns.to, (panels) => {
      f.get(loop.whole);
      f.op("if", 0x7f);
      f.i32(1);
      f.op("else");
      this.columns.pushIsSeen(column, 0, panels);
      f.op("end");
      f.if(() => {
        this.#scores.call(f, panels, {
          left: () => loop.pushQueryRow(loop.group),
          right: (panel) => f.address(loop.scratch, shape.key + panel * panelWidth * keyRow, column, keyRow),
          result: () => loop.pushAt(() => loop.pushScoreRow(loop.group), column),
          depth: () => f.i32(shape.headDim),
        });
      });
    });
  }

  /** The row's scores after the programs; leaves the largest of them in `largest`. */
  programs(): void {
    const { loop } = this;
    const f = this.#f;
    const pushArguments = (): void => {
      this.columns.pushScores();
      this.columns.pushFirstKey();
      f.get(loop.end);
      loop.pushScope();
    };
    this.#callBySight("wholeRow", "partialRow", pushArguments, () => f.set(this.largest));
  }

  /** The group's scores after the programs, made weights by online softmax. */
  softmax(): void {
    const { loop } = this;
    const f = this.#f;
    const rows = f.local("i32");
    f.set(rows, i32.sub(loop.blockEnd, loop.group));
    f.lower(rows, this.#shape.microRows);
    f.get(loop.group);
    f.set(loop.row);
    this.#callBySight("wholeGroup", "partialGroup", () => {
      f.get(rows);
      this.columns.pushScores();
      loop.pushSumRow(loop.group);
      loop.pushRowNumber("maxima");
      loop.float("unit");
      this.columns.pushFirstKey();
      f.get(loop.end);
      loop.pushScope();
    });
    f.release(rows);
  }

  /** Calls one function where every pair of the tile is seen, and another, with the bits of what is, elsewhere.
   *  @param take what is done with the result */
  #callBySight(
    whole: FunctionName,
    partial: FunctionName,
    pushArguments: () => void,
    take: () => void = () => {},
  ): void {
    const { loop } = this;
    const f = this.#f;
    f.get(loop.whole);
    f.if(
      () => {
        pushArguments();
        f.call(this.#function(whole));
        take();
      },
      () => {
        pushArguments();
        loop.pushAt(() => this.columns.pushSeenRow(), this.columns.from);
        f.call(this.#function(partial));
        take();
      },
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
    this.columns.pushScores();
    this.columns.pushFirstKey();
    loop.pushScope();
    pushShift();
    pushFactor();
    if (this.#softmax) loop.float("unit");
    f.call(this.#function("weights"));
  }

  /** The group's sums += weights × values. */
  sums(): void {
    const { loop } = this;
    const [f, shape, column, from] = [this.#f, this.#shape, this.#column, this.columns.from];
    const depth = f.local("i32");
    f.smaller(this.columns.to, loop.width);
    f.get(from);
    f.op("i32.sub");
    f.set(depth);
    const valueColumn = shape.keyTile * 4;
    eachPanel(f, this.#simd, column, 0, paddedTo8(shape.valueDim), (panels) =>
      callPair(f, this.#sums, this.#finite, panels, {
        left: () => loop.pushAt(() => loop.pushScoreRow(loop.group), from),
        right: (panel) => {
          f.address(loop.scratch, shape.value + panel * panelWidth * valueColumn, column, valueColumn);
          f.get(from);
          f.i32(panelWidth * 4);
          f.op("i32.mul");
          f.op("i32.add");
        },
        result: (panel) => {
          loop.pushAt(() => loop.pushSumRow(loop.group), column);
          if (panel === 0) return;
          f.i32(panel * panelWidth * 4);
          f.op("i32.add");
        },
        depth: () => f.get(depth),
      }),
    );
    f.release(depth);
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
  "copyQuery" | "key" | "value" | "wholeRow" | "maskRow" | "partialRow" | "weights" | "wholeGroup" | "partialGroup";

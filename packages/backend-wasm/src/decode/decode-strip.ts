import {
  address,
  call,
  type Callee,
  f32,
  type FunctionBody,
  i32,
  type Local,
  type Operand,
  select,
  type Value,
} from "@fovea/wasm-assembler";
import { paddedTo4, paddedTo8 } from "../memory/storage.ts";
import { TaskLoop } from "../records/task-loop.ts";
import type { DecodeFunctions, StripOperand } from "./decode-functions.ts";
import { type DecodeField, decodeTask, type DecodeShape, partialBytes, widenedKeys } from "./decode-layout.ts";
import { stripRows } from "./strip-shape.ts";

/** What the decode kernel does with the rows of one task. The kernel says in which order; methods append it to `f`. */
export class DecodeStrip {
  readonly loop: TaskLoop<DecodeField, DecodeShape>;
  /** Whether values that weigh 0 are left out, NaN among them. */
  readonly careful: Local;
  readonly #f: FunctionBody;
  readonly #shape: DecodeShape;
  readonly #functions: DecodeFunctions;
  readonly #sumBytes: number;
  /** The present block of keys, most keys of one, and its first and last pair as columns of the tile. */
  readonly #block: Local;
  readonly #blockEnd: Local;
  readonly #blockKeys: Local;
  readonly #column: Local;
  readonly #lastColumn: Local;
  /** Where the block's keys or values are. */
  readonly #operand: Local;
  readonly #operandStride: Local;
  /** Rows of the present group. */
  readonly #groupRows: Local;
  /** Largest score of the present row. */
  readonly #largest: Local;

  constructor(f: FunctionBody, shape: DecodeShape, functions: DecodeFunctions) {
    this.#f = f;
    this.#shape = shape;
    this.#functions = functions;
    this.#sumBytes = paddedTo8(shape.valueDim) * 4;
    this.loop = new TaskLoop<DecodeField, DecodeShape>(f, shape, decodeTask);
    const [block, blockEnd, blockKeys, column, lastColumn] = f.locals("i32", 5);
    const [operand, operandStride, groupRows, careful] = f.locals("i32", 4);
    this.#block = block;
    this.#blockEnd = blockEnd;
    this.#blockKeys = blockKeys;
    this.#column = column;
    this.#lastColumn = lastColumn;
    this.#operand = operand;
    this.#operandStride = operandStride;
    this.#groupRows = groupRows;
    this.careful = careful;
    this.#largest = f.local("f32");
  }

  /** The present row's query in scratch memory, zero behind headDim. */
  copyQuery(): void {
    const { loop } = this;
    const { headDim } = this.#shape;
    const queries = loop.field("queries");
    const head = i32.add(loop.field("query"), i32.mul(i32.div_s(loop.row, queries), loop.field("headStride")));
    const source = i32.add(head, i32.mul(i32.rem_s(loop.row, queries), loop.field("queryStride")));
    const target = this.#query(loop.row);
    this.#f.call(this.#functions.copyQuery, source, target, 1, 0, loop.field("queryScale"));
    for (let behind = headDim; behind < paddedTo4(headDim); behind++) this.#f.emit(f32.store(target, 0, behind * 4));
  }

  /** Nothing summed, nothing seen. */
  clear(): void {
    const { loop } = this;
    this.#f.fillMemory(address(loop.scratch, this.#shape.sums), 0, i32.mul(loop.rows, this.#sumBytes));
    loop.eachRow(() => {
      this.#f.emit(f32.store(this.#number("maxima"), -Infinity));
      this.#f.emit(f32.store(this.#number("totals"), 0));
    });
  }

  /** All rows' scores of the tile. */
  scores(): void {
    const { loop } = this;
    const { group, scratch } = loop;
    this.#eachBlock(this.#functions.key, (scales) =>
      loop.eachGroup(() =>
        this.#forRows(this.#functions.stripScores, [
          this.#query(group),
          this.#operand,
          this.#operandStride,
          this.#score(group, this.#column),
          this.#score(group, this.#lastColumn),
          address(scratch, this.#shape.pairs),
          ...scales,
        ]),
      ),
    );
  }

  /** Scores of the present row become weights. */
  weigh(): void {
    const { loop } = this;
    const f = this.#f;
    const { wholeRow, partialRow, softmaxRow, weightRow } = this.#functions;
    const scores = [address(loop.scratch, this.#shape.scores, loop.row, this.#shape.keyTile * 4), loop.width8];
    const programs = (target: Callee): void =>
      f.set(this.#largest, call(target, ...scores, loop.start, loop.end, ...this.#scope()));
    f.if(
      loop.whole,
      () => programs(wholeRow),
      () => programs(partialRow),
    );
    const maximum = this.#number("maxima");
    if (softmaxRow) f.call(softmaxRow, ...scores, this.#largest, this.#sum(loop.row), maximum, loop.field("unit"));
    if (weightRow) {
      f.emit(f32.store(maximum, f32.max(f32.load(maximum), this.#largest)));
      f.call(weightRow, ...scores, loop.start, ...this.#scope(), 0, 1);
    }
  }

  /** All rows' sums += weights × values of the tile. */
  sums(): void {
    const { loop } = this;
    const { seenSums, stripSums, value } = this.#functions;
    this.#eachBlock(value, (scales) => {
      const operands = (row: Local): Value[] => [
        this.#score(row, this.#column),
        this.#operand,
        this.#operandStride,
        this.#sum(row),
        this.#score(row, this.#lastColumn),
        ...scales,
      ];
      this.#f.if(
        this.careful,
        () => loop.eachRow(() => this.#f.call(seenSums, ...operands(loop.row))),
        () => loop.eachGroup(() => this.#forRows(stripSums, operands(loop.group))),
      );
    });
  }

  /** Whether all sums are finite. */
  isFinite(): Value {
    const { rows, scratch } = this.loop;
    return call(this.#functions.finite, address(scratch, this.#shape.sums), i32.mul(rows, this.#sumBytes));
  }

  /** Writes the present row's partial result. */
  store(): void {
    const { loop } = this;
    const f = this.#f;
    const target = this.#operand;
    f.set(target, i32.add(loop.field("partial"), i32.mul(loop.row, partialBytes(this.#shape.valueDim))));
    f.copyMemory(target, this.#sum(loop.row), this.#sumBytes);
    for (const [index, list] of (["maxima", "totals"] as const).entries()) {
      f.emit(f32.store(target, f32.load(this.#number(list)), this.#sumBytes + index * 4));
    }
  }

  #query(row: Local): Value {
    return address(this.loop.scratch, this.#shape.query, row, paddedTo4(this.#shape.headDim) * 4);
  }

  #score(row: Local, column: Local): Value {
    return this.loop.at(address(this.loop.scratch, this.#shape.scores, row, this.#shape.keyTile * 4), column);
  }

  #sum(row: Local): Value {
    return address(this.loop.scratch, this.#shape.sums, row, this.#sumBytes);
  }

  /** Address of the present row's entry in a list of row numbers. */
  #number(list: "maxima" | "totals"): Value {
    return address(this.loop.scratch, this.#shape[list], this.loop.row, 4);
  }

  /** Call, batch, head and query of the present row. */
  #scope(): Operand[] {
    const { loop } = this;
    const queries = loop.field("queries");
    const head = i32.add(loop.field("head"), i32.div_s(loop.row, queries));
    return [
      loop.field("call"),
      loop.field("batch"),
      head,
      i32.add(loop.field("firstQuery"), i32.rem_s(loop.row, queries)),
    ];
  }

  /** Calls the function for as many rows as the present group has. */
  #forRows(functions: readonly Callee[], operands: readonly Value[]): void {
    const f = this.#f;
    f.set(this.#groupRows, i32.sub(this.loop.rows, this.loop.group));
    f.lower(this.#groupRows, stripRows);
    for (const [index, target] of functions.entries()) {
      f.if(i32.eq(this.#groupRows, index + 1), () => f.call(target, ...operands));
    }
  }

  /** Takes the tile's keys or values in blocks; `body` is written for pairs of keys, then for the last one where it is alone, paired with itself. It
   *  gets, of int8, where the scale of the block's first key or value is. */
  #eachBlock({ name, size, storage, widen }: StripOperand, body: (scales: readonly Value[]) => void): void {
    const f = this.#f;
    const { loop } = this;
    const { end, rows, scratch, start } = loop;
    const [block, blockEnd, column, lastColumn] = [this.#block, this.#blockEnd, this.#column, this.#lastColumn];
    const [operand, stride] = [this.#operand, this.#operandStride];
    const scales = storage === "int8" ? [loop.at(loop.at(loop.field(`${name}Scales`), start), column)] : [];
    // What all rows read at once may pass by; what several groups of rows or the widened copy are read from should stay close.
    const few = i32.const(widenedKeys);
    f.set(this.#blockKeys, widen ? few : select(few, this.#shape.keyTile, i32.gt_s(rows, stripRows)));
    f.set(block, start);
    f.forRange(block, end, 0, () => {
      f.set(blockEnd, i32.add(block, this.#blockKeys));
      f.lower(blockEnd, end);
      f.set(operand, loop.rowOf(name, `${name}Stride`, block));
      f.set(stride, loop.field(`${name}Stride`));
      if (widen) {
        const room = address(scratch, this.#shape[name]);
        f.call(widen, operand, room, i32.sub(blockEnd, block), stride, 1);
        f.set(operand, room);
        f.set(stride, paddedTo4(size) * 4);
      }
      f.set(column, i32.sub(block, start));
      f.set(lastColumn, i32.and(i32.sub(blockEnd, start), -2));
      body(scales);
      f.if(i32.and(i32.sub(blockEnd, block), 1), () => {
        f.set(operand, i32.add(i32.mul(i32.sub(lastColumn, column), stride), operand));
        f.set(stride, 0);
        f.set(column, lastColumn);
        f.increase(lastColumn, 2);
        body(scales);
      });
      f.set(block, blockEnd);
    });
  }
}

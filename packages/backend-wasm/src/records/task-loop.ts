import type { FunctionBody, Local } from "@fovea/wasm-assembler";
import { panelWidth } from "../products/microkernel.ts";

/** How a task's pairs are cut into tiles. */
export interface TileCut {
  /** Rows of the microkernel, and most keys in a tile. */
  readonly microRows: number;
  readonly keyTile: number;
}

/** The fields by which the loops know a task; a kernel's record may have more. */
type LoopField = "rows" | "runs" | "runCount" | "call" | "batch" | "head" | "firstQuery";

/** The loops of a kernel that takes one task (a tile of queries of one head) through the runs of keys its rows see: which key tile, which group
 *  of rows, which row. Methods append instructions to `f`, whose parameters are (task, scratch).
 *  @param offsetOf byte offset of a field in the task's record */
export class TaskLoop<Field extends string, Cut extends TileCut> {
  readonly f: FunctionBody;
  readonly shape: Cut;
  readonly task: Local;
  readonly scratch: Local;
  /** Rows of the task. */
  readonly rows: Local;
  /** The present key tile: first key, key behind its last, keys, keys rounded up to 8; `whole` = 1 when no pair in it is hidden or missing. */
  readonly start: Local;
  readonly end: Local;
  readonly width: Local;
  readonly width8: Local;
  /** First key of the run: where tiles are aligned, those before it belong to another. */
  readonly low: Local;
  readonly whole: Local;
  /** First row of the present group, and the present row. */
  readonly group: Local;
  readonly row: Local;
  readonly #offsetOf: (field: Field | LoopField) => number;

  constructor(f: FunctionBody, shape: Cut, offsetOf: (field: Field | LoopField) => number) {
    this.f = f;
    this.shape = shape;
    this.#offsetOf = offsetOf;
    this.task = f.parameter(0);
    this.scratch = f.parameter(1);
    const int = (): Local => f.local("i32");
    this.rows = int();
    this.start = int();
    this.end = int();
    this.width = int();
    this.width8 = int();
    this.low = int();
    this.whole = int();
    this.group = int();
    this.row = int();
    this.int("rows");
    f.set(this.rows);
  }

  /** Pushes an int of the task's record. */
  int(name: Field | LoopField): void {
    this.f.get(this.task);
    this.f.memory("i32.load", this.#offsetOf(name));
  }

  /** Pushes a float32 of the task's record. */
  float(name: Field | LoopField): void {
    this.f.get(this.task);
    this.f.memory("f32.load", this.#offsetOf(name));
  }

  /** Pushes the address of row `index` of an operand, whose fields are its address and the bytes between its rows. */
  operandRow(name: Field, stride: Field, index: Local): void {
    this.int(name);
    this.f.get(index);
    this.int(stride);
    this.f.op("i32.mul");
    this.f.op("i32.add");
  }

  /** Address of a panel (8 columns) of packed keys, or of a row's part that belongs to it. */
  pushAt(pushRow: () => void, column: Local): void {
    pushRow();
    this.f.get(column);
    this.f.i32(4);
    this.f.op("i32.mul");
    this.f.op("i32.add");
  }

  /** Every key tile of every run, in ascending order.
   *  @param aligned whether tiles start at multiples of 8, with keys in front that are not the run's */
  eachKeyTile(body: () => void, aligned: boolean = false): void {
    const { f } = this;
    const run = f.local("i32");
    const runEnd = f.local("i32");
    const stop = f.local("i32");
    this.int("runs");
    f.tee(run);
    this.int("runCount");
    f.i32(12);
    f.op("i32.mul");
    f.op("i32.add");
    f.set(runEnd);
    f.forAddresses(run, runEnd, 12, () => {
      f.get(run);
      f.memory("i32.load");
      f.tee(this.low);
      if (aligned) {
        f.i32(-panelWidth);
        f.op("i32.and");
      }
      f.set(this.start);
      f.get(run);
      f.memory("i32.load", 4);
      f.set(stop);
      f.forRange(this.start, stop, this.shape.keyTile, () => {
        f.get(stop);
        f.get(this.start);
        f.op("i32.sub");
        f.set(this.width);
        f.smaller(this.width, this.shape.keyTile);
        f.tee(this.width);
        f.get(this.start);
        f.op("i32.add");
        f.set(this.end);
        f.get(this.width);
        f.i32(panelWidth - 1);
        f.op("i32.add");
        f.i32(-panelWidth);
        f.op("i32.and");
        f.set(this.width8);
        f.get(run);
        f.memory("i32.load", 8);
        f.get(this.width);
        f.get(this.width8);
        f.op("i32.eq");
        f.op("i32.and");
        if (aligned) {
          f.get(this.low);
          f.get(this.start);
          f.op("i32.le_s");
          f.op("i32.and");
        }
        f.set(this.whole);
        body();
      });
    });
    f.release(run, runEnd, stop);
  }

  /** Every group of rows that the microkernel takes together. */
  eachGroup(body: () => void): void {
    this.f.assign(this.group, 0);
    this.f.forRange(this.group, this.rows, this.shape.microRows, body);
  }

  /** Every row of the present group that lies before `end`. */
  eachRowOfGroup(body: () => void, end: Local = this.rows): void {
    const { f } = this;
    const last = f.local("i32");
    f.get(this.group);
    f.i32(this.shape.microRows);
    f.op("i32.add");
    f.set(last);
    f.lower(last, end);
    f.get(this.group);
    f.set(this.row);
    f.forRange(this.row, last, 1, body);
    f.release(last);
  }

  /** Every row of the task. */
  eachRow(body: () => void): void {
    this.f.assign(this.row, 0);
    this.f.forRange(this.row, this.rows, 1, body);
  }

  /** Pushes call, batch, head and the present row's absolute query index: the last arguments of row functions. */
  pushScope(): void {
    this.int("call");
    this.int("batch");
    this.int("head");
    this.int("firstQuery");
    this.f.get(this.row);
    this.f.op("i32.add");
  }
}

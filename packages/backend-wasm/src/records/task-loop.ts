import { type FunctionBody, i32, type Local, smaller, tee, type Value } from "@fovea/wasm-assembler";
import type { RecordLayout } from "./record-layout.ts";
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
 *  of rows, which row. Methods append instructions to `f` and give it its parameters, (task, scratch).
 *  @param layout of the task's record */
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
  readonly #layout: RecordLayout<Field | LoopField>;

  constructor(f: FunctionBody, shape: Cut, layout: RecordLayout<Field | LoopField>) {
    this.f = f;
    this.shape = shape;
    this.#layout = layout;
    const { task, scratch } = f.parameters({ task: "i32", scratch: "i32" });
    this.task = task;
    this.scratch = scratch;
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
    f.set(this.rows, this.field("rows"));
  }

  /** A field of the task's record. */
  field(name: Field | LoopField): Value {
    return this.#layout.read(this.task, name);
  }

  /** Address of row `index` of an operand, whose fields are its address and the bytes between its rows. */
  rowOf(name: Field, stride: Field, index: Value): Value {
    return i32.add(this.field(name), i32.mul(index, this.field(stride)));
  }

  /** Address of a number of a row, or of a panel (8 columns) of packed keys. */
  at(row: Value, column: Value): Value {
    return i32.add(row, i32.mul(column, 4));
  }

  // The same, pushed.

  int(name: Field | LoopField): void {
    this.f.emit(this.field(name));
  }

  float(name: Field | LoopField): void {
    this.f.emit(this.field(name));
  }

  operandRow(name: Field, stride: Field, index: Local): void {
    this.f.emit(this.rowOf(name, stride, index));
  }

  pushAt(pushRow: () => void, column: Local): void {
    pushRow();
    this.f.get(column);
    this.f.i32(4);
    this.f.op("i32.mul");
    this.f.op("i32.add");
  }

  pushScope(): void {
    this.f.emit(...this.scope());
  }

  /** Every key tile of every run, in ascending order.
   *  @param aligned whether tiles start at multiples of 8, with keys in front that are not the run's */
  eachKeyTile(body: () => void, aligned: boolean = false): void {
    const { f, low, start, end, width, width8 } = this;
    const [run, runEnd, stop] = f.locals("i32", 3);
    f.set(runEnd, i32.add(tee(run, this.field("runs")), i32.mul(this.field("runCount"), 12)));
    f.forAddresses(run, runEnd, 12, () => {
      const first = tee(low, i32.load(run));
      f.set(start, aligned ? i32.and(first, -panelWidth) : first);
      f.set(stop, i32.load(run, 4));
      f.forRange(start, stop, this.shape.keyTile, () => {
        f.set(width, i32.sub(stop, start));
        f.set(end, i32.add(tee(width, smaller(width, this.shape.keyTile)), start));
        f.set(width8, i32.and(i32.add(width, panelWidth - 1), -panelWidth));
        const full = i32.and(i32.load(run, 8), i32.eq(width, width8));
        f.set(this.whole, aligned ? i32.and(full, i32.le_s(low, start)) : full);
        body();
      });
    });
    f.release(run, runEnd, stop);
  }

  /** Every group of rows that the microkernel takes together. */
  eachGroup(body: () => void): void {
    this.f.set(this.group, 0);
    this.f.forRange(this.group, this.rows, this.shape.microRows, body);
  }

  /** Every row of the present group that lies before `end`. */
  eachRowOfGroup(body: () => void, end: Local = this.rows): void {
    const { f } = this;
    const last = f.let(i32.add(this.group, this.shape.microRows));
    f.lower(last, end);
    f.set(this.row, this.group);
    f.forRange(this.row, last, 1, body);
    f.release(last);
  }

  /** Every row of the task. */
  eachRow(body: () => void): void {
    this.f.set(this.row, 0);
    this.f.forRange(this.row, this.rows, 1, body);
  }

  /** Call, batch, head and the present row's absolute query index: the last arguments of row functions. */
  scope(): readonly Value[] {
    return [
      ...(["call", "batch", "head"] as const).map((name) => this.field(name)),
      i32.add(this.field("firstQuery"), this.row),
    ];
  }
}

import { address, type FunctionBody, i32, type Local, select, type Value } from "@fovea/wasm-assembler";
import { paddedTo4, paddedTo8 } from "../memory/storage.ts";
import { panelWidth } from "../products/microkernel.ts";
import { forwardTask, type TaskField } from "../records/layout.ts";
import { runBytes } from "../records/run-lists.ts";
import { TaskLoop } from "../records/task-loop.ts";
import type { TileShape } from "./tile-shape.ts";

const larger = (a: Local, b: Local): Value => select(a, b, i32.gt_s(a, b));

/** The loops of the forward kernel, and where everything of a tile lies in scratch memory. */
export class TileLoop extends TaskLoop<TaskField, TileShape> {
  /** Where the scores of all rows of the present tile lie, for kernels that keep several tiles; null: those of the present group at `shape.scores` in
   *  scratch memory. */
  scores: Local | null = null;
  /** Key behind the last one of the present run, whose first one is `low`. */
  readonly high: Local;
  /** The present block of rows, which see the same runs of keys: its first row, and the row behind its last. */
  readonly blockFirst: Local;
  readonly blockEnd: Local;

  constructor(f: FunctionBody, shape: TileShape) {
    super(f, shape, forwardTask);
    [this.high, this.blockFirst, this.blockEnd] = f.locals("i32", 3);
    f.set(this.blockEnd, this.rows);
  }

  /** Every key tile of all keys that any row of the task sees, in ascending order. Tiles end at multiples of `keyTile` and begin at multiples of eight:
   *  where a key falls does not depend on which rows share the task. */
  eachSharedTile(body: () => void): void {
    const { f, shape, start, end } = this;
    const [run, runEnd, stop] = f.locals("i32", 3);
    f.set(run, this.field("runs"));
    f.set(runEnd, i32.mul(this.field("runCount"), runBytes));
    f.increase(runEnd, run);
    f.forAddresses(run, runEnd, runBytes, () => {
      f.set(start, i32.and(i32.load(run), -panelWidth));
      f.set(stop, i32.load(run, 4));
      f.while(i32.lt_s(start, stop), () => {
        f.set(end, i32.mul(i32.add(i32.div_s(start, shape.keyTile), 1), shape.keyTile));
        f.lower(end, stop);
        f.set(this.width, i32.sub(end, start));
        f.set(this.width8, i32.and(i32.add(this.width, panelWidth - 1), -panelWidth));
        body();
        f.set(start, end);
      });
    });
    f.release(run, runEnd, stop);
  }

  /** Every block of rows with every run of keys that it sees in the present shared tile: `low` up to `high`. */
  eachRunOfTile(body: () => void): void {
    const { f, start, end, low, high, blockFirst, blockEnd } = this;
    const [block, blockRows, run, runEnd] = f.locals("i32", 4);
    f.set(block, this.field("blocks"));
    f.set(blockRows, this.field("blockRows"));
    f.set(blockEnd, this.field("firstRows"));
    f.set(blockFirst, 0);
    f.while(i32.lt_s(blockFirst, this.rows), () => {
      f.lower(blockEnd, this.rows);
      f.set(run, i32.load(block));
      f.set(runEnd, i32.load(block, 4));
      f.forAddresses(run, runEnd, runBytes, () => {
        f.set(low, i32.load(run));
        f.set(high, i32.load(run, 4));
        f.if(i32.and(i32.lt_s(low, end), i32.gt_s(high, start)), () => {
          f.set(low, larger(low, start));
          f.lower(high, end);
          // whole panels, nothing of them hidden
          f.set(this.whole, i32.and(i32.load(run, 8), i32.eqz(i32.and(i32.or(low, high), panelWidth - 1))));
          body();
        });
      });
      f.set(blockFirst, blockEnd);
      f.increase(blockEnd, blockRows);
      f.increase(block, 4);
    });
    f.release(block, blockRows, run, runEnd);
  }

  /** Every group of rows of the present block. */
  override eachGroup(body: () => void): void {
    this.f.set(this.group, this.blockFirst);
    this.f.forRange(this.group, this.blockEnd, this.shape.microRows, body);
  }

  override eachRowOfGroup(body: () => void): void {
    super.eachRowOfGroup(body, this.blockEnd);
  }

  queryRow(row: Value): Value {
    return address(this.scratch, this.shape.query, row, paddedTo4(this.shape.headDim) * 4);
  }

  scoreRow(row: Value): Value {
    const { scores, shape } = this;
    const bytes = shape.keyTile * 4;
    if (scores) return address(scores, 0, row, bytes);
    return i32.add(i32.mul(i32.sub(row, this.group), bytes), address(this.scratch, shape.scores));
  }

  sumRow(row: Value): Value {
    return address(this.scratch, this.shape.sums, row, paddedTo8(this.shape.valueDim) * 4);
  }

  /** Address of the present row's entry in one of the lists of row numbers. */
  rowNumber(list: "maxima" | "totals" | "factors"): Value {
    return address(this.scratch, this.shape[list], this.row, 4);
  }
}

import { type FunctionBody, i32, type Local, select, type Value } from "@fovea/wasm-assembler";
import { taskOffset, type TaskField } from "../records/layout.ts";
import { panelWidth } from "../products/microkernel.ts";
import { paddedTo4, paddedTo8 } from "../products/pack.ts";
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
    super(f, shape, taskOffset);
    this.high = f.local("i32");
    this.blockFirst = f.local("i32");
    this.blockEnd = f.local("i32");
    f.set(this.blockEnd, this.rows);
  }

  /** Every key tile of all keys that any row of the task sees, in ascending order. Tiles end at multiples of `keyTile` and begin at multiples of eight:
   *  where a key falls does not depend on which rows share the task. */
  eachSharedTile(body: () => void): void {
    const { f, shape, start, end } = this;
    const [run, runEnd, stop] = f.locals("i32", 3);
    this.int("runs");
    f.set(run);
    this.int("runCount");
    f.i32(runBytes);
    f.op("i32.mul");
    f.set(runEnd);
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
    this.int("blocks");
    f.set(block);
    this.int("blockRows");
    f.set(blockRows);
    this.int("firstRows");
    f.set(blockEnd);
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

  pushQueryRow(row: Local): void {
    this.f.address(this.scratch, this.shape.query, row, paddedTo4(this.shape.headDim) * 4);
  }

  pushScoreRow(row: Local): void {
    const { f, scores, shape } = this;
    if (scores) return f.address(scores, 0, row, shape.keyTile * 4);
    f.get(row);
    f.get(this.group);
    f.op("i32.sub");
    f.i32(shape.keyTile * 4);
    f.op("i32.mul");
    f.address(this.scratch, shape.scores);
    f.op("i32.add");
  }

  pushSumRow(row: Local): void {
    this.f.address(this.scratch, this.shape.sums, row, paddedTo8(this.shape.valueDim) * 4);
  }

  /** Pushes the address of a row's entry in one of the lists of row numbers. */
  pushRowNumber(list: "maxima" | "totals" | "factors"): void {
    this.f.address(this.scratch, this.shape[list], this.row, 4);
  }
}

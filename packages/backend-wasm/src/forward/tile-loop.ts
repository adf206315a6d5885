import type { FunctionBody, Local } from "@fovea/wasm-assembler";
import { taskOffset, type TaskField } from "../records/layout.ts";
import { paddedTo4, paddedTo8 } from "../products/pack.ts";
import { TaskLoop } from "../records/task-loop.ts";
import type { TileShape } from "./tile-shape.ts";

/** The loops of the forward kernel, and where everything of a tile lies in scratch memory. */
export class TileLoop extends TaskLoop<TaskField, TileShape> {
  /** Where the scores of all rows of the present tile lie, for kernels that keep several tiles; null: those of the present group at `shape.scores` in
   *  scratch memory. */
  scores: Local | null = null;

  constructor(f: FunctionBody, shape: TileShape) {
    super(f, shape, taskOffset);
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

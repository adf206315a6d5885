import { address, type Callee, i32, type Local } from "@fovea/wasm-assembler";
import { panelWidth } from "../products/microkernel.ts";
import type { TileLoop } from "./tile-loop.ts";

/** The columns of a key tile that the present group of rows looks at, `from` up to `to`: all of them, or what the mask lets through, asked before
 *  anything is computed, so that what nobody in the group sees costs nothing. Methods append instructions. */
export class SeenColumns {
  readonly from: Local;
  readonly to: Local;
  readonly #loop: TileLoop;
  readonly #maskRow: () => Callee;

  /** @param maskRow the index of `emitMaskRow`'s function */
  constructor(loop: TileLoop, maskRow: () => Callee) {
    this.#loop = loop;
    this.#maskRow = maskRow;
    this.from = loop.f.local("i32");
    this.to = loop.f.local("i32");
  }

  /** The group looks at the tile's first `width` columns. */
  lookAtAll(width: Local): void {
    const { f } = this.#loop;
    f.assign(this.from, 0);
    f.get(width);
    f.set(this.to);
  }

  /** The group looks at the panels of the present run. */
  lookAtRun(): void {
    const { f, low, high, start } = this.#loop;
    f.set(this.from, i32.and(i32.sub(low, start), -panelWidth));
    f.set(this.to, i32.and(i32.add(i32.sub(high, start), panelWidth - 1), -panelWidth));
  }

  /** Asks the mask which of the columns that are looked at each row of the group sees, where it is not known to be all.
   *  @param trim leaves columns out that no row sees, in front and behind; then `body` may see none of it and is skipped */
  ask(trim: boolean, body: () => void): void {
    const { from, to } = this;
    const loop = this.#loop;
    const { f, shape } = loop;
    f.get(loop.whole);
    f.op("i32.eqz");
    f.if(() => {
      const width = f.let(i32.sub(to, from));
      f.fillMemory(address(loop.scratch, shape.seenByAny, from, 4), 0, i32.shl(width, 2));
      loop.eachRowOfGroup(() => {
        loop.pushAt(() => this.pushSeenRow(), from);
        f.address(loop.scratch, shape.seenByAny, from, 4);
        f.get(width);
        this.pushFirstKey();
        f.get(loop.low);
        f.get(loop.high);
        loop.pushScope();
        f.call(this.#maskRow());
      });
      f.release(width);
      if (!trim) return;
      // from the front and from behind, panel by panel, to one that somebody sees
      const trimWhile = (edge: Local, offset: number, step: number): void => {
        f.op("loop", 0x40);
        f.get(from);
        f.get(to);
        f.op("i32.lt_s");
        f.if(() => {
          this.pushIsSeen(edge, offset, 1);
          f.op("i32.eqz");
          f.if(() => {
            f.increase(edge, step);
            f.op("br", 2);
          });
        });
        f.op("end");
      };
      trimWhile(from, 0, panelWidth);
      trimWhile(to, -panelWidth, -panelWidth);
    });
    if (!trim) {
      body();
      return;
    }
    f.get(from);
    f.get(to);
    f.op("i32.lt_s");
    f.if(body);
  }

  /** Pushes the address of the present row's bits. */
  pushSeenRow(): void {
    const loop = this.#loop;
    const { f, shape } = loop;
    f.get(loop.row);
    f.get(loop.group);
    f.op("i32.sub");
    f.i32(shape.keyTile * 4);
    f.op("i32.mul");
    f.address(loop.scratch, shape.seen);
    f.op("i32.add");
  }

  /** Pushes whether any row of the group sees any column of one or two panels from `column + offset` on. */
  pushIsSeen(column: Local, offset: number, panels: 1 | 2): void {
    const { f, scratch, shape } = this.#loop;
    for (let part = 0; part < 2 * panels; part++) {
      f.address(scratch, shape.seenByAny + offset * 4 + part * 16, column, 4);
      f.memory("v128.load");
      if (part > 0) f.op("v128.or");
    }
    f.op("v128.any_true");
  }

  /** Pushes the address of the row's first score that is looked at, and how many are. */
  pushScores(): void {
    const loop = this.#loop;
    loop.pushAt(() => loop.pushScoreRow(loop.row), this.from);
    loop.f.get(this.to);
    loop.f.get(this.from);
    loop.f.op("i32.sub");
  }

  /** Pushes the index of the first key that is looked at. */
  pushFirstKey(): void {
    const { f, start } = this.#loop;
    f.get(start);
    f.get(this.from);
    f.op("i32.add");
  }
}

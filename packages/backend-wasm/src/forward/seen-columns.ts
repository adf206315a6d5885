import { address, type Callee, i32, type Local, type Value, v128 } from "@fovea/wasm-assembler";
import { panelWidth } from "../products/microkernel.ts";
import type { TileLoop } from "./tile-loop.ts";

/** The columns of a key tile that the present group of rows looks at, `from` up to `to`: all of them, or what the mask lets through, asked before
 *  anything is computed, so that what nobody in the group sees costs nothing. Methods append instructions. */
export class SeenColumns {
  readonly from: Local;
  readonly to: Local;
  readonly #loop: TileLoop;
  readonly #maskRow: () => Callee;

  /** @param maskRow the function of `emitMaskRow` */
  constructor(loop: TileLoop, maskRow: () => Callee) {
    this.#loop = loop;
    this.#maskRow = maskRow;
    this.from = loop.f.local("i32");
    this.to = loop.f.local("i32");
  }

  /** The group looks at the tile's first `width` columns. */
  lookAtAll(width: Local): void {
    const { f } = this.#loop;
    f.set(this.from, 0);
    f.set(this.to, width);
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
    f.if(i32.eqz(loop.whole), () => {
      const width = f.let(i32.sub(to, from));
      const any = address(loop.scratch, shape.seenByAny, from, 4);
      f.fillMemory(any, 0, i32.shl(width, 2));
      loop.eachRowOfGroup(() => {
        const bits = loop.at(this.seenRow(), from);
        f.call(this.#maskRow(), bits, any, width, this.firstKey(), loop.low, loop.high, ...loop.scope());
      });
      f.release(width);
      if (!trim) return;
      // from the front and from behind, panel by panel, to one that somebody sees
      const trimWhile = (edge: Local, offset: number, step: number): void =>
        f.loop((again) =>
          f.if(i32.lt_s(from, to), () =>
            f.if(i32.eqz(this.isSeen(edge, offset, 1)), () => {
              f.increase(edge, step);
              f.branch(again);
            }),
          ),
        );
      trimWhile(from, 0, panelWidth);
      trimWhile(to, -panelWidth, -panelWidth);
    });
    if (trim) f.if(i32.lt_s(from, to), body);
    else body();
  }

  /** Address of the present row's bits. */
  seenRow(): Value {
    const { group, row, scratch, shape } = this.#loop;
    return i32.add(i32.mul(i32.sub(row, group), shape.keyTile * 4), address(scratch, shape.seen));
  }

  /** Whether any row of the group sees any column of one or two panels from `column + offset` on. */
  isSeen(column: Local, offset: number, panels: 1 | 2): Value {
    const { scratch, shape } = this.#loop;
    const parts = Array.from({ length: 2 * panels }, (_, part) =>
      v128.load(address(scratch, shape.seenByAny + offset * 4 + part * 16, column, 4)),
    );
    return v128.any_true(parts.reduce((any, part) => v128.or(any, part)));
  }

  /** Address of the row's first score that is looked at, and how many are. */
  scores(): readonly Value[] {
    const loop = this.#loop;
    return [loop.at(loop.scoreRow(loop.row), this.from), i32.sub(this.to, this.from)];
  }

  /** Index of the first key that is looked at. */
  firstKey(): Value {
    return i32.add(this.#loop.start, this.from);
  }
}

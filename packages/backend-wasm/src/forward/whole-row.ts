import { type Callee, FunctionBody, type ModuleBuilder } from "@fovea/wasm-assembler";
import { ForwardTile, type ForwardTileParts } from "./forward-tile.ts";
import { emitThresholdRow, type ThresholdRule } from "./threshold-row.ts";

export interface RowsForwardParts extends ForwardTileParts {
  readonly normalizer: ThresholdRule;
}

/** Adds `forward(task, scratch)` for normalizers that must have a whole row at hand: scores of every key that the tile's few rows see, one key tile
 *  behind the other in scratch memory; then each row's threshold; then weights and sums, key tile by key tile.
 *  Memory: O(rows of a tile × visible keys) a thread. Work: O(visible pairs × (headDim + valueDim)), a little more packing than in one pass, and one
 *  look at each score for the threshold.
 *  @returns the function's index */
export function addRowsForward(module: ModuleBuilder, parts: RowsForwardParts): Callee {
  const { shape, normalizer } = parts;
  const tileBytes = shape.queryTile * shape.keyTile * 4;
  const thresholdRow = module.add(emitThresholdRow(normalizer, shape.keyTile, tileBytes));
  const f = new FunctionBody(["i32", "i32"]);
  const tile = new ForwardTile(module, f, parts, normalizer);
  const { loop } = tile;
  const scores = f.local("i32");
  const width = f.local("i32");
  const first = (): void => {
    f.address(loop.scratch, shape.scores);
    f.set(scores);
  };

  tile.begin();
  loop.scores = scores;

  // 1. scores, each tile as wide as any: what lies past its keys is hidden like what the mask hides
  first();
  f.assign(width, shape.keyTile);
  loop.eachKeyTile(() => {
    tile.pack("key");
    f.get(loop.whole);
    f.get(loop.width);
    f.get(width);
    f.op("i32.eq");
    f.op("i32.and");
    f.set(loop.whole);
    f.set(loop.high, loop.end);
    loop.eachGroup(() => {
      tile.columns.lookAtAll(width);
      tile.columns.ask(false, () => {
        tile.scores();
        loop.eachRowOfGroup(() => {
          tile.programs();
          tile.raiseMaximum();
        });
      });
    });
    f.increase(scores, tileBytes);
  });

  // 2. thresholds, counted from each row's largest score
  loop.eachRow(() => {
    loop.pushRowNumber("totals");
    f.address(loop.scratch, shape.scores, loop.row, shape.keyTile * 4);
    f.get(scores);
    loop.pushRowNumber("maxima");
    f.memory("f32.load");
    f.call(thresholdRow);
    f.memory("f32.store");
  });

  // 3. weights and sums
  first();
  loop.eachKeyTile(() => {
    tile.columns.lookAtAll(loop.width8);
    tile.pack("value");
    loop.eachGroup(() => {
      loop.eachRowOfGroup(() => {
        tile.weights(
          () => {
            loop.pushRowNumber("maxima");
            f.memory("f32.load");
          },
          () => {
            loop.pushRowNumber("totals");
            f.memory("f32.load");
          },
        );
      });
      tile.sums();
    });
    f.increase(scores, tileBytes);
  });
  tile.setFactors(() => f.f32(1));
  tile.finish();
  return module.add(f, "forward");
}

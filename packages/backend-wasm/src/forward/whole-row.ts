import type { NormalizerTraits } from "@fovea/dot-product-attention";
import { address, call, type Callee, f32, FunctionBody, i32, type ModuleBuilder } from "@fovea/wasm-assembler";
import { ForwardTile, type ForwardTileParts } from "./forward-tile.ts";
import { emitThresholdRow } from "./threshold-row.ts";

export interface WholeRowParts extends ForwardTileParts {
  readonly traits: Extract<NormalizerTraits, { remembers: "threshold" }>;
}

/** Adds `forward(task, scratch)` for normalizers that must have a whole row at hand: scores of every key that the tile's few rows see, one key tile
 *  behind the other in scratch memory; then each row's threshold; then weights and sums, key tile by key tile.
 *  Memory: O(rows of a tile × visible keys) a thread. Work: O(visible pairs × (headDim + valueDim)), a little more packing than in one pass, and one
 *  look at each score for the threshold.
 *  @returns the function's index */
export function addWholeRowForward(module: ModuleBuilder, parts: WholeRowParts): Callee {
  const { shape, traits } = parts;
  const tileBytes = shape.queryTile * shape.keyTile * 4;
  const thresholdRow = module.add(emitThresholdRow(traits, shape.keyTile, tileBytes));
  const f = new FunctionBody();
  const tile = new ForwardTile(module, f, parts, traits.rule);
  const { loop } = tile;
  const [scores, width] = f.locals("i32", 2);
  const first = (): void => f.set(scores, address(loop.scratch, shape.scores));

  tile.begin();
  loop.scores = scores;

  // 1. scores, each tile as wide as any: what lies past its keys is hidden like what the mask hides
  first();
  f.set(width, shape.keyTile);
  loop.eachKeyTile(() => {
    tile.pack("key");
    f.set(loop.whole, i32.and(loop.whole, i32.eq(loop.width, width)));
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
    const row = address(loop.scratch, shape.scores, loop.row, shape.keyTile * 4);
    const threshold = call(thresholdRow, row, scores, f32.load(loop.rowNumber("maxima")));
    f.emit(f32.store(loop.rowNumber("totals"), threshold));
  });

  // 3. weights and sums
  first();
  loop.eachKeyTile(() => {
    tile.columns.lookAtAll(loop.width8);
    tile.pack("value");
    loop.eachGroup(() => {
      loop.eachRowOfGroup(() => tile.weights(f32.load(loop.rowNumber("maxima")), f32.load(loop.rowNumber("totals"))));
      tile.sums();
    });
    f.increase(scores, tileBytes);
  });
  tile.setFactors(1);
  tile.finish();
  return module.add(f, "forward");
}

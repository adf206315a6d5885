import type { Normalizer } from "@fovea/dot-product-attention";
import { type Callee, FunctionBody, type ModuleBuilder } from "@fovea/wasm-assembler";
import { emitExp2, prepareExp2 } from "../vectors/exp2.ts";
import { ForwardTile, type ForwardTileParts } from "./forward-tile.ts";
import { emitSoftmaxStatistics } from "./softmax-statistics.ts";
import type { TileLoop } from "./tile-loop.ts";
import type { WeightRule } from "./weight-row.ts";

export interface ForwardParts extends ForwardTileParts {
  /** One that needs no whole row at hand. */
  readonly normalizer: Exclude<Normalizer, "sparsemax" | "entmax15">;
}

/** Adds `forward(task, scratch)`: one tile of queries of one head against every run of keys that its mask lets through.
 *  Rows see keys block by block; whatever any block sees is packed once for all of them.
 *
 *  Per key tile: pack keys and values (any storage type becomes float32 here), scores = query × keyᵀ by the microkernel, programs and largest score
 *  row by row, weights, sums += weights × values. Scores never leave the thread's scratch memory, which fits a second-level cache.
 *  Softmax is online. With a probability program its total must be known first, so the scores are computed twice.
 *  Work: O(visible pairs × (headDim + valueDim)); packing costs about 3 in 200 of it.
 *  @returns the function's index */
export function addForward(module: ModuleBuilder, parts: ForwardParts): Callee {
  const { shape, probability, simd } = parts;
  const softmax = parts.normalizer.startsWith("softmax");
  const rule: WeightRule = parts.normalizer === "sigmoid" || parts.normalizer === "relu" ? parts.normalizer : "softmax";
  const f = new FunctionBody(["i32", "i32"]);
  const tile = new ForwardTile(module, f, parts, rule);
  const { loop, largest } = tile;

  tile.begin();

  if (!softmax) {
    loop.eachSharedTile(() => {
      tile.pack("key");
      tile.pack("value");
      tile.eachSeeingGroup(() => {
        tile.scores();
        loop.eachRowOfGroup(() => {
          tile.programs();
          tile.raiseMaximum();
          tile.weights(
            () => f.f32(0),
            () => f.f32(1),
          );
        });
        tile.sums();
      });
    });
    tile.setFactors(() => f.f32(1));
  } else if (!probability) {
    loop.eachSharedTile(() => {
      tile.pack("key");
      tile.pack("value");
      tile.eachSeeingGroup(() => {
        tile.scores();
        tile.softmax();
        tile.sums();
      });
    });
    tile.setFactors(softmaxFactor(loop, parts));
  } else {
    const statistics = module.add(emitSoftmaxStatistics(shape, simd));
    loop.eachSharedTile(() => {
      tile.pack("key");
      tile.eachSeeingGroup(() => {
        tile.scores();
        loop.eachRowOfGroup(() => {
          tile.programs();
          tile.columns.pushScores();
          f.get(largest);
          loop.pushRowNumber("maxima");
          loop.float("unit");
          f.call(statistics);
        });
      });
    });
    tile.setFactors(softmaxFactor(loop, parts));
    loop.eachSharedTile(() => {
      tile.pack("key");
      tile.pack("value");
      tile.eachSeeingGroup(() => {
        tile.scores();
        loop.eachRowOfGroup(() => {
          tile.programs();
          tile.weights(
            () => {
              loop.pushRowNumber("maxima");
              f.memory("f32.load");
            },
            () => {
              loop.pushRowNumber("factors");
              f.memory("f32.load");
            },
          );
        });
        tile.sums();
      });
    });
    tile.setFactors(() => f.f32(1));
  }
  tile.finish();
  return module.add(f, "forward");
}

/** Pushes 1 / (total + sink), or 0 for a row that saw nothing. */
function softmaxFactor(loop: TileLoop, { normalizer, simd }: ForwardParts): () => void {
  const { f } = loop;
  const weight = f.local("v128");
  const exp2 = normalizer === "softmax" ? null : prepareExp2(f);
  return () => {
    f.f32(1);
    loop.pushRowNumber("totals");
    f.memory("f32.load");
    if (exp2) {
      loop.float("sink");
      loop.pushRowNumber("maxima");
      f.memory("f32.load");
      f.op("f32.sub");
      loop.float("unit");
      f.op("f32.mul");
      f.f32(127);
      f.op("f32.min");
      f.splat();
      f.set(weight);
      emitExp2(f, weight, exp2, simd);
      f.get(weight);
      f.lane("f32x4.extract_lane", 0);
      f.op("f32.add");
    }
    f.op("f32.div");
    f.f32(0);
    loop.pushRowNumber("totals");
    f.memory("f32.load");
    f.f32(0);
    f.op("f32.ne");
    f.op("select");
  };
}

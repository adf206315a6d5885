import type { NormalizerTraits } from "@fovea/dot-product-attention";
import {
  type Callee,
  f32,
  f32x4,
  FunctionBody,
  type ModuleBuilder,
  select,
  type Value,
  written,
} from "@fovea/wasm-assembler";
import { emitExp2, type Exp2Constants, prepareExp2 } from "../vectors/exp2.ts";
import { ForwardTile, type ForwardTileParts } from "./forward-tile.ts";
import { emitSoftmaxStatistics } from "./softmax-statistics.ts";
import type { TileLoop } from "./tile-loop.ts";

export interface ForwardParts extends ForwardTileParts {
  /** Of a normalizer that needs no whole row at hand. */
  readonly traits: Exclude<NormalizerTraits, { remembers: "threshold" }>;
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
  const { shape, probability, traits, simd } = parts;
  const f = new FunctionBody();
  const tile = new ForwardTile(module, f, parts, traits.rule);
  const { loop, largest } = tile;

  tile.begin();

  if (traits.remembers === null) {
    loop.eachSharedTile(() => {
      tile.pack("key");
      tile.pack("value");
      tile.eachSeeingGroup(() => {
        tile.scores();
        loop.eachRowOfGroup(() => {
          tile.programs();
          tile.raiseMaximum();
          tile.weights(0, 1);
        });
        tile.sums();
      });
    });
    tile.setFactors(1);
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
          f.call(statistics, ...tile.columns.scores(), largest, loop.rowNumber("maxima"), loop.field("unit"));
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
          tile.weights(f32.load(loop.rowNumber("maxima")), f32.load(loop.rowNumber("factors")));
        });
        tile.sums();
      });
    });
    tile.setFactors(1);
  }
  tile.finish();
  return module.add(f, "forward");
}

/** 1 / (total + sink), or 0 for a row that saw nothing. */
function softmaxFactor(loop: TileLoop, { traits, simd }: ForwardParts): Value {
  const { f } = loop;
  const weight = f.local("v128");
  const exp2 = traits.sink && prepareExp2(f);
  const total = f32.load(loop.rowNumber("totals"));
  const sink = (exp2: Exp2Constants): Value =>
    written("f32", () => {
      const score = f32.sub(loop.field("sink"), f32.load(loop.rowNumber("maxima")));
      f.set(weight, f32x4.splat(f32.min(f32.mul(score, loop.field("unit")), 127)));
      emitExp2(f, weight, exp2, simd);
      f.emit(f32x4.extract_lane(weight, 0));
    });
  return select(f32.div(1, exp2 ? f32.add(total, sink(exp2)) : total), 0, f32.ne(total, 0));
}

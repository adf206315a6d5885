import type { Normalizer } from "@fovea/dot-product-attention";
import { FunctionBody, type ModuleBuilder } from "./assembler.ts";
import { emitExp2, prepareExp2 } from "./exp2.ts";
import { emitMicrokernel, panelWidth } from "./microkernel.ts";
import { emitCopyRows, emitPackColumns, emitPackRows, paddedTo4, paddedTo8, type Storage } from "./pack.ts";
import { emitScaledStore } from "./scaled-store.ts";
import { emitScoreRow } from "./score-row.ts";
import { emitSoftmaxRow } from "./softmax-row.ts";
import { emitSoftmaxStatistics } from "./softmax-statistics.ts";
import { TileLoop } from "./tile-loop.ts";
import type { TileShape } from "./tile-shape.ts";
import type { VectorProgram } from "./vector-program.ts";
import { emitWeightRow, type WeightRule } from "./weight-row.ts";

export interface ForwardParts {
  readonly shape: TileShape;
  readonly queryType: Storage;
  readonly keyType: Storage;
  readonly valueType: Storage;
  readonly score: VectorProgram | null;
  readonly mask: VectorProgram | null;
  readonly probability: VectorProgram | null;
  /** One that needs no whole row at hand. */
  readonly normalizer: Exclude<Normalizer, "sparsemax" | "entmax15">;
  readonly relaxed: boolean;
}

/** Adds `forward(task, scratch)`: one tile of queries of one head against every run of keys that its mask lets through.
 *
 *  Per key tile: pack keys and values (any storage type becomes float32 here), scores = query × keyᵀ by the microkernel, programs and largest score
 *  row by row, weights, sums += weights × values. Scores never leave the thread's scratch memory, which fits a second-level cache.
 *  Softmax is online. With a probability program its total must be known first, so the scores are computed twice.
 *  Work: O(visible pairs × (headDim + valueDim)); packing costs about 3 in 200 of it.
 *  @returns the function's index */
export function addForward(module: ModuleBuilder, parts: ForwardParts): number {
  const { shape, score, mask, probability, relaxed } = parts;
  const softmax = parts.normalizer.startsWith("softmax");
  const factor = softmax && score ? Math.LOG2E : 1;
  const rule: WeightRule = parts.normalizer === "sigmoid" || parts.normalizer === "relu" ? parts.normalizer : "softmax";
  const queryRow = paddedTo4(shape.headDim) * 4;
  const sumRow = paddedTo8(shape.valueDim) * 4;

  const copyQuery = module.add(emitCopyRows(shape.headDim, parts.queryType, true));
  const packKeys = module.add(emitPackColumns(shape.headDim, parts.keyType));
  const packValues = module.add(emitPackRows(shape.valueDim, parts.valueType, shape.keyTile));
  const products = { rows: shape.microRows, relaxed };
  const scoreRow = shape.keyTile * 4;
  const scoresOf = module.add(
    emitMicrokernel({ ...products, leftStride: queryRow, resultStride: scoreRow, accumulate: false }),
  );
  const sumsShape = { ...products, leftStride: scoreRow, resultStride: sumRow, accumulate: true };
  const addSums = module.add(emitMicrokernel(sumsShape));
  const addSeenSums = module.add(emitMicrokernel({ ...sumsShape, skipZeros: "left" }));
  const wholeRow = module.add(emitScoreRow({ score, mask: null, cut: false, factor }));
  const partialRow = module.add(emitScoreRow({ score, mask, cut: true, factor }));
  const softmaxRow = module.add(emitSoftmaxRow(shape, relaxed));
  const statistics = module.add(emitSoftmaxStatistics(shape, relaxed));
  const weightRow = module.add(emitWeightRow(rule, probability, relaxed));

  const f = new FunctionBody(["i32", "i32"]);
  const loop = new TileLoop(f, shape);
  const finite = f.local("i32");
  const column = f.local("i32");
  const largest = f.local("f32");

  const pack = (operand: "key" | "value"): void => {
    loop.operandRow(operand, `${operand}Stride`, loop.start);
    f.address(loop.scratch, shape[operand]);
    f.get(loop.width);
    loop.int(`${operand}Stride`);
    f.call(operand === "key" ? packKeys : packValues);
    if (operand === "value") f.set(finite);
  };
  const scores = (): void => {
    f.assign(column, 0);
    f.forRange(column, loop.width8, panelWidth, () => {
      loop.pushQueryRow(loop.group);
      f.address(loop.scratch, shape.key, column, queryRow);
      loop.pushAt(() => loop.pushScoreRow(loop.group), column);
      f.i32(shape.headDim);
      f.call(scoresOf);
    });
  };
  /** Leaves the row's largest score of this tile in `largest`. */
  const programs = (): void => {
    const call = (target: number): void => {
      loop.pushScoreRow(loop.row);
      f.get(loop.width8);
      f.get(loop.start);
      f.get(loop.end);
      loop.pushScope();
      f.call(target);
      f.set(largest);
    };
    f.get(loop.whole);
    f.if(
      () => call(wholeRow),
      () => call(partialRow),
    );
  };
  const weights = (pushShift: () => void, pushFactor: () => void): void => {
    loop.pushScoreRow(loop.row);
    f.get(loop.width8);
    f.get(loop.start);
    loop.pushScope();
    pushShift();
    pushFactor();
    f.call(weightRow);
  };
  const sums = (): void => {
    f.assign(column, 0);
    f.forRange(column, paddedTo8(shape.valueDim), panelWidth, () => {
      const call = (target: number): void => {
        loop.pushScoreRow(loop.group);
        f.address(loop.scratch, shape.value, column, scoreRow);
        loop.pushAt(() => loop.pushSumRow(loop.group), column);
        f.get(loop.width);
        f.call(target);
      };
      f.get(finite);
      f.if(
        () => call(addSums),
        () => call(addSeenSums),
      );
    });
  };

  loop.int("query");
  f.address(loop.scratch, shape.query);
  f.get(loop.rows);
  loop.int("queryStride");
  loop.float("queryScale");
  f.call(copyQuery);
  clearRows(loop, sumRow);

  if (!softmax) {
    loop.eachKeyTile(() => {
      pack("key");
      pack("value");
      loop.eachGroup(() => {
        scores();
        loop.eachRowOfGroup(() => {
          programs();
          loop.pushRowNumber("maxima");
          loop.pushRowNumber("maxima");
          f.memory("f32.load");
          f.get(largest);
          f.op("f32.max");
          f.memory("f32.store");
          weights(
            () => f.f32(0),
            () => f.f32(1),
          );
        });
        sums();
      });
    });
    setFactors(loop, () => f.f32(1));
  } else if (!probability) {
    loop.eachKeyTile(() => {
      pack("key");
      pack("value");
      loop.eachGroup(() => {
        scores();
        loop.eachRowOfGroup(() => {
          programs();
          loop.pushScoreRow(loop.row);
          f.get(loop.width8);
          f.get(largest);
          loop.pushSumRow(loop.row);
          loop.pushRowNumber("maxima");
          f.call(softmaxRow);
        });
        sums();
      });
    });
    setFactors(loop, softmaxFactor(loop, parts));
  } else {
    loop.eachKeyTile(() => {
      pack("key");
      loop.eachGroup(() => {
        scores();
        loop.eachRowOfGroup(() => {
          programs();
          loop.pushScoreRow(loop.row);
          f.get(loop.width8);
          f.get(largest);
          loop.pushRowNumber("maxima");
          f.call(statistics);
        });
      });
    });
    setFactors(loop, softmaxFactor(loop, parts));
    loop.eachKeyTile(() => {
      pack("key");
      pack("value");
      loop.eachGroup(() => {
        scores();
        loop.eachRowOfGroup(() => {
          programs();
          weights(
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
        sums();
      });
    });
    setFactors(loop, () => f.f32(1));
  }
  writeResults(loop);
  return module.add(f, "forward");
}

/** Nothing summed, nothing seen. */
function clearRows(loop: TileLoop, sumRow: number): void {
  const { f, shape, scratch } = loop;
  const rows = shape.queryTile + shape.microRows;
  for (const [offset, bytes] of [
    [shape.sums, rows * sumRow],
    [shape.totals, rows * 4],
  ]) {
    f.address(scratch, offset);
    f.i32(0);
    f.i32(bytes);
    f.op("memory.fill", 0);
  }
  loop.eachRow(() => {
    loop.pushRowNumber("maxima");
    f.f32(-Infinity);
    f.memory("f32.store");
  });
}

/** Writes each row's factor: 0 for a row without a total, else what `push` pushes. */
function setFactors(loop: TileLoop, push: () => void): void {
  loop.eachRow(() => {
    loop.pushRowNumber("factors");
    push();
    loop.f.memory("f32.store");
  });
}

/** Pushes 1 / (total + sink), or 0 for a row that saw nothing. */
function softmaxFactor(loop: TileLoop, { normalizer, relaxed }: ForwardParts): () => void {
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
      f.f32(127);
      f.op("f32.min");
      f.splat();
      f.set(weight);
      emitExp2(f, weight, exp2, relaxed);
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

/** Output rows, and each row's largest score and total for JavaScript to make the log-sum-exp of. */
function writeResults(loop: TileLoop): void {
  const { f } = loop;
  const source = f.local("i32");
  const target = f.local("i32");
  const factor = f.local("f32");
  loop.eachRow(() => {
    for (const [name, list] of [
      ["rowMaximum", "maxima"],
      ["logSumExp", "totals"],
    ] as const) {
      loop.int(name);
      f.get(loop.row);
      f.i32(2);
      f.op("i32.shl");
      f.op("i32.add");
      loop.pushRowNumber(list);
      f.memory("f32.load");
      f.memory("f32.store");
    }
    loop.pushRowNumber("factors");
    f.memory("f32.load");
    f.set(factor);
    loop.operandRow("output", "outputStride", loop.row);
    f.set(target);
    loop.pushSumRow(loop.row);
    f.set(source);
    emitScaledStore(f, source, target, factor, loop.shape.valueDim);
  });
}

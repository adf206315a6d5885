import { type Callee, FunctionBody, type ModuleBuilder } from "@fovea/wasm-assembler";
import { type MergeField, mergeTask, partialBytes } from "./decode-layout.ts";
import { emitExp2, prepareExp2 } from "../vectors/exp2.ts";
import type { DecodeParts } from "./decode-functions.ts";
import { paddedTo8 } from "../memory/storage.ts";
import { emitScaledStore } from "../vectors/scaled-store.ts";
import { scoreShift } from "../vectors/score-shift.ts";

/** Adds the kernel of `merge` tasks.
 *  @returns the index of `mergeTask(task, scratch)` */
export function addMergePartials(module: ModuleBuilder, parts: DecodeParts): Callee {
  const merge = module.add(emitMergePartials(parts));
  const f = new FunctionBody();
  const { task } = f.parameters({ task: "i32", scratch: "i32" });
  const fields = Object.keys(mergeTask.word) as MergeField[];
  f.call(merge, ...fields.map((field) => mergeTask.read(task, field)));
  return module.add(f);
}

/** `merge(partial, chunks, stride, rows, output, maxima, totals, sinks, unit)`: the results of a few rows over several chunks of keys become their results
 *  over all. The partial results of the first chunk lie at `partial`, the others' `stride` bytes apart: of each row sums, largest score, total of weights
 *  relative to it (see `partialBytes`). Writes normalized outputs, largest scores and totals, row after row; needs at least one chunk and row. */
function emitMergePartials({ shape, traits, simd }: DecodeParts): FunctionBody {
  const f = new FunctionBody(["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "f32"]);
  const [partial, chunks, stride, rows, output, maximumAt, totalAt, sinkAt, unit] = Array.from({ length: 9 }, (_, i) =>
    f.parameter(i),
  );
  const softmax = traits.remembers === "logSumExp";
  const sums = paddedTo8(shape.valueDim) * 4;
  const [atMaximum, atTotal, atFactor] = [sums, sums + 4, sums + 8];
  const chunk = f.local("i32");
  const end = f.local("i32");
  const column = f.local("i32");
  const maximum = f.local("f32");
  const total = f.local("f32");
  const shift = f.local("f32");
  const factor = f.local("f32");
  const vector = f.local("v128");
  const sum = f.local("v128");
  const constants = prepareExp2(f);

  const eachChunk = (body: () => void): void => {
    f.get(partial);
    f.set(chunk);
    f.op("loop", 0x40);
    body();
    f.increase(chunk, stride);
    f.get(chunk);
    f.get(end);
    f.op("i32.lt_u");
    f.op("br_if", 0);
    f.op("end");
  };
  /** Pushes 2^(what `push` pushes × unit). */
  const exp2 = (push: () => void): void => {
    push();
    f.get(unit);
    f.op("f32.mul");
    f.f32(127);
    f.op("f32.min");
    f.splat();
    f.set(vector);
    emitExp2(f, vector, constants, simd);
    f.get(vector);
    f.lane("f32x4.extract_lane", 0);
  };

  const row = f.local("i32");
  f.assign(row, 0);
  f.forRange(row, rows, 1, () => {
    f.address(partial, 0);
    f.get(chunks);
    f.get(stride);
    f.op("i32.mul");
    f.op("i32.add");
    f.set(end);
    f.f32(-Infinity);
    f.set(maximum);
    eachChunk(() => {
      f.get(maximum);
      f.get(chunk);
      f.memory("f32.load", atMaximum);
      f.op("f32.max");
      f.set(maximum);
    });
    f.emit(scoreShift(maximum));
    f.set(shift);
    f.f32(0);
    f.set(total);
    eachChunk(() => {
      f.get(chunk);
      if (softmax) {
        exp2(() => {
          f.get(chunk);
          f.memory("f32.load", atMaximum);
          f.get(shift);
          f.op("f32.sub");
        });
      } else {
        f.f32(1);
      }
      f.memory("f32.store", atFactor);
      f.get(total);
      f.get(chunk);
      f.memory("f32.load", atTotal);
      f.get(chunk);
      f.memory("f32.load", atFactor);
      f.op("f32.mul");
      f.op("f32.add");
      f.set(total);
    });

    // The row's sums gather in the first chunk's.
    f.assign(column, 0);
    f.forRange(column, sums, 16, () => {
      f.f32x4(0);
      f.set(sum);
      eachChunk(() => {
        f.get(sum);
        f.get(chunk);
        f.get(column);
        f.op("i32.add");
        f.memory("v128.load");
        f.get(chunk);
        f.memory("v128.load32_splat", atFactor);
        f.op("f32x4.mul");
        f.op("f32x4.add");
        f.set(sum);
      });
      f.get(partial);
      f.get(column);
      f.op("i32.add");
      f.get(sum);
      f.memory("v128.store");
    });

    if (softmax) {
      // 1 / (total + sink), or 0 for a row that saw nothing
      f.f32(1);
      f.get(total);
      if (traits.sink !== null) {
        exp2(() => {
          f.get(sinkAt);
          f.memory("f32.load");
          f.get(maximum);
          f.op("f32.sub");
        });
        f.op("f32.add");
      }
      f.op("f32.div");
      f.f32(0);
      f.get(total);
      f.f32(0);
      f.op("f32.ne");
      f.op("select");
    } else {
      f.f32(1);
    }
    f.set(factor);
    f.get(maximumAt);
    f.get(maximum);
    f.memory("f32.store");
    f.get(totalAt);
    f.get(total);
    f.memory("f32.store");
    emitScaledStore(f, partial, output, factor, shape.valueDim);
    f.increase(partial, partialBytes(shape.valueDim));
    f.increase(output, shape.valueDim * 4);
    for (const pointer of [maximumAt, totalAt, sinkAt]) f.increase(pointer, 4);
  });
  return f;
}

import { type Callee, FunctionBody, type Local, type ModuleBuilder } from "@fovea/wasm-assembler";
import { type DecodeField, decodeOffset, partialBytes, widenedKeys } from "./decode-layout.ts";
import type { ForwardParts } from "../forward/forward.ts";
import { emitCopyRows, emitFinite, paddedTo4, paddedTo8, type Storage } from "../products/pack.ts";
import { emitScoreRow } from "../programs/score-row.ts";
import { emitSoftmaxRow } from "../forward/softmax-row.ts";
import { stripRows } from "./strip-shape.ts";
import { emitStripScores } from "./strip-scores.ts";
import { emitStripSums } from "./strip-sums.ts";
import { TaskLoop } from "../records/task-loop.ts";
import type { TileShape } from "../forward/tile-shape.ts";
import { emitWeightRow } from "../forward/weight-row.ts";

/** Adds `decode(task, scratch)`: all rows that read one key head, at most `mostStripRows`, against one chunk of keys. Gives partial results for
 *  `merge`.
 *
 *  Nothing is packed: keys and values are read where they are, once for all rows, shorter ones widened on the way. Work: bound by memory for up
 *  to four rows. Not for softmax with a probability program, which needs the whole row's total first.
 *  @param parts `shape` is `decodeShape`'s
 *  @returns the function's index */
export function addDecode(module: ModuleBuilder, parts: ForwardParts): Callee {
  const { shape, score, mask, probability, normalizer, simd } = parts;
  const softmax = normalizer !== "sigmoid" && normalizer !== "relu";
  const { headDim, valueDim } = shape;
  const rowBytes = { query: paddedTo4(headDim) * 4, scores: shape.keyTile * 4, sums: paddedTo8(valueDim) * 4 };

  const copyQuery = module.add(emitCopyRows(headDim, parts.queryType, true));
  // float16 takes many steps to widen, so all rows share them; others are widened as they are read
  const widener = (type: Storage, size: number): Callee | null =>
    type === "float16" ? module.add(emitCopyRows(size, type, false)) : null;
  const widen = { key: widener(parts.keyType, headDim), value: widener(parts.valueType, valueDim) };
  const storage = { key: readAs(parts.keyType), value: readAs(parts.valueType) };
  const counts = Array.from({ length: stripRows }, (_, index) => index + 1);
  const strip = { headDim, valueDim, scoreStride: rowBytes.scores, simd };
  const stripScores = counts.map((rows) => module.add(emitStripScores({ ...strip, storage: storage.key, rows })));
  const stripSums = counts.map((rows) => module.add(emitStripSums({ ...strip, storage: storage.value, rows }, false)));
  const seenSums = module.add(emitStripSums({ ...strip, storage: storage.value, rows: 1 }, true));
  // Softmax's totals tell of NaN by themselves.
  const row = { score, keepsNaN: !softmax, simd };
  const wholeRow = module.add(emitScoreRow({ ...row, seen: "all" }));
  const partialRow = module.add(emitScoreRow({ ...row, seen: { mask } }));
  const softmaxRow = softmax ? module.add(emitSoftmaxRow(shape, simd)) : null;
  const weightRow =
    normalizer === "sigmoid" || normalizer === "relu" ? module.add(emitWeightRow(normalizer, probability, simd)) : null;
  const finite = module.add(emitFinite());

  const f = new FunctionBody(["i32", "i32"]);
  const loop = new TaskLoop<DecodeField, TileShape>(f, shape, decodeOffset);
  const block = f.local("i32");
  const blockEnd = f.local("i32");
  const blockKeys = f.local("i32");
  const column = f.local("i32");
  const lastColumn = f.local("i32");
  const operand = f.local("i32");
  const operandStride = f.local("i32");
  const left = f.local("i32");
  const careful = f.local("i32");
  const largest = f.local("f32");

  const rowAt = (part: "query" | "scores" | "sums", row: Local): void =>
    f.address(loop.scratch, shape[part], row, rowBytes[part]);
  const numberAt = (list: "maxima" | "totals", row: Local): void => f.address(loop.scratch, shape[list], row, 4);
  const scoresAt = (row: Local, index: Local): void => loop.pushAt(() => rowAt("scores", row), index);
  /** Head and query of the present row. */
  const scope = (): void => {
    loop.int("call");
    loop.int("batch");
    for (const [first, op] of [
      ["head", "i32.div_s"],
      ["firstQuery", "i32.rem_s"],
    ] as const) {
      loop.int(first);
      f.get(loop.row);
      loop.int("queries");
      f.op(op);
      f.op("i32.add");
    }
  };

  /** Takes the tile's keys or values in blocks; `body` is called for pairs of keys, then for the last one where it is alone, paired with itself. */
  const eachBlock = (name: "key" | "value", body: () => void): void => {
    const size = name === "key" ? headDim : valueDim;
    const widenRows = widen[name];
    // What all rows read at once may pass by; what several groups of rows or the widened copy are read from should stay close.
    f.i32(widenedKeys);
    if (widenRows === null) {
      f.i32(shape.keyTile);
      f.get(loop.rows);
      f.i32(stripRows);
      f.op("i32.gt_s");
      f.op("select");
    }
    f.set(blockKeys);
    f.get(loop.start);
    f.set(block);
    f.forRange(block, loop.end, 0, () => {
      f.address(block, 0, blockKeys);
      f.set(blockEnd);
      f.smaller(blockEnd, loop.end);
      f.set(blockEnd);
      loop.operandRow(name, `${name}Stride`, block);
      f.set(operand);
      loop.int(`${name}Stride`);
      f.set(operandStride);
      if (widenRows !== null) {
        f.get(operand);
        f.address(loop.scratch, shape[name]);
        f.get(blockEnd);
        f.get(block);
        f.op("i32.sub");
        f.get(operandStride);
        f.f32(1);
        f.call(widenRows);
        f.address(loop.scratch, shape[name]);
        f.set(operand);
        f.assign(operandStride, paddedTo4(size) * 4);
      }
      f.get(block);
      f.get(loop.start);
      f.op("i32.sub");
      f.set(column);
      f.get(blockEnd);
      f.get(loop.start);
      f.op("i32.sub");
      f.i32(-2);
      f.op("i32.and");
      f.set(lastColumn);
      body();
      f.get(blockEnd);
      f.get(block);
      f.op("i32.sub");
      f.i32(1);
      f.op("i32.and");
      f.if(() => {
        f.get(lastColumn);
        f.get(column);
        f.op("i32.sub");
        f.get(operandStride);
        f.op("i32.mul");
        f.get(operand);
        f.op("i32.add");
        f.set(operand);
        f.assign(operandStride, 0);
        f.get(lastColumn);
        f.set(column);
        f.increase(lastColumn, 2);
        body();
      });
      f.get(blockEnd);
      f.set(block);
    });
  };
  /** Calls the function for as many rows as the present group has. */
  const forRows = (functions: readonly Callee[], push: () => void): void => {
    f.get(loop.rows);
    f.get(loop.group);
    f.op("i32.sub");
    f.set(left);
    f.smaller(left, stripRows);
    f.set(left);
    for (const [index, target] of functions.entries()) {
      f.get(left);
      f.i32(index + 1);
      f.op("i32.eq");
      f.if(() => {
        push();
        f.call(target);
      });
    }
  };
  /** Of int8: where the scale of the present block's first key or value is. */
  const pushScales = (name: "key" | "value"): void => {
    if (storage[name] !== "int8") return;
    loop.pushAt(() => loop.pushAt(() => loop.int(`${name}Scales`), loop.start), column);
  };
  const scores = (): void => {
    eachBlock("key", () => {
      loop.eachGroup(() => {
        forRows(stripScores, () => {
          rowAt("query", loop.group);
          f.get(operand);
          f.get(operandStride);
          scoresAt(loop.group, column);
          scoresAt(loop.group, lastColumn);
          f.address(loop.scratch, shape.pairs);
          pushScales("key");
        });
      });
    });
  };
  const pushSums = (row: Local): void => {
    scoresAt(row, column);
    f.get(operand);
    f.get(operandStride);
    rowAt("sums", row);
    scoresAt(row, lastColumn);
    pushScales("value");
  };
  const sums = (): void => {
    eachBlock("value", () => {
      f.get(careful);
      f.if(
        () =>
          loop.eachRow(() => {
            pushSums(loop.row);
            f.call(seenSums);
          }),
        () => loop.eachGroup(() => forRows(stripSums, () => pushSums(loop.group))),
      );
    });
  };
  /** Scores of the present row become weights. */
  const weigh = (): void => {
    const programs = (target: Callee): void => {
      rowAt("scores", loop.row);
      f.get(loop.width8);
      f.get(loop.start);
      f.get(loop.end);
      scope();
      f.call(target);
      f.set(largest);
    };
    f.get(loop.whole);
    f.if(
      () => programs(wholeRow),
      () => programs(partialRow),
    );
    if (softmaxRow !== null) {
      rowAt("scores", loop.row);
      f.get(loop.width8);
      f.get(largest);
      rowAt("sums", loop.row);
      numberAt("maxima", loop.row);
      loop.float("unit");
      f.call(softmaxRow);
    }
    if (weightRow !== null) {
      numberAt("maxima", loop.row);
      numberAt("maxima", loop.row);
      f.memory("f32.load");
      f.get(largest);
      f.op("f32.max");
      f.memory("f32.store");
      rowAt("scores", loop.row);
      f.get(loop.width8);
      f.get(loop.start);
      scope();
      f.f32(0);
      f.f32(1);
      f.call(weightRow);
    }
  };

  loop.eachRow(() => {
    for (const [first, stride, op] of [
      ["query", "headStride", "i32.div_s"],
      [null, "queryStride", "i32.rem_s"],
    ] as const) {
      if (first) loop.int(first);
      f.get(loop.row);
      loop.int("queries");
      f.op(op);
      loop.int(stride);
      f.op("i32.mul");
      f.op("i32.add");
    }
    rowAt("query", loop.row);
    f.i32(1);
    f.i32(0);
    loop.float("queryScale");
    f.call(copyQuery);
    for (let behind = headDim; behind < paddedTo4(headDim); behind++) {
      rowAt("query", loop.row);
      f.f32(0);
      f.memory("f32.store", behind * 4);
    }
  });

  // Hidden values weigh 0, but 0 × NaN is NaN. That is rare, so it is looked for in the sums, and the chunk taken again with care.
  f.assign(careful, 0);
  f.op("loop", 0x40);
  f.address(loop.scratch, shape.sums);
  f.i32(0);
  f.get(loop.rows);
  f.i32(rowBytes.sums);
  f.op("i32.mul");
  f.op("memory.fill", 0);
  loop.eachRow(() => {
    numberAt("maxima", loop.row);
    f.f32(-Infinity);
    f.memory("f32.store");
    numberAt("totals", loop.row);
    f.f32(0);
    f.memory("f32.store");
  });
  loop.eachKeyTile(() => {
    scores();
    loop.eachRow(weigh);
    sums();
  });
  f.address(loop.scratch, shape.sums);
  f.get(loop.rows);
  f.i32(rowBytes.sums);
  f.op("i32.mul");
  f.call(finite);
  f.get(careful);
  f.op("i32.or");
  f.op("i32.eqz");
  f.if(() => {
    f.assign(careful, 1);
    f.op("br", 1);
  });
  f.op("end");

  loop.eachRow(() => {
    loop.int("partial");
    f.get(loop.row);
    f.i32(partialBytes(valueDim));
    f.op("i32.mul");
    f.op("i32.add");
    f.set(operand);
    f.get(operand);
    rowAt("sums", loop.row);
    f.i32(rowBytes.sums);
    f.op("memory.copy", 0, 0);
    for (const [index, list] of (["maxima", "totals"] as const).entries()) {
      f.get(operand);
      numberAt(list, loop.row);
      f.memory("f32.load");
      f.memory("f32.store", rowBytes.sums + index * 4);
    }
  });
  return module.add(f);
}

/** What strips read: float16 after it was widened. */
function readAs(type: Storage): Exclude<Storage, "float16"> {
  return type === "float16" ? "float32" : type;
}

import { FunctionBody, type Local, type ModuleBuilder } from "./assembler.ts";
import {
  backwardTaskOffset,
  type BackwardTileField,
  backwardTileFields,
  backwardTileOffset,
} from "./backward-layout.ts";
import type { BackwardShape } from "./backward-shape.ts";
import type { VectorDerivative } from "./create-vector-derivative.ts";
import { dividesMean, type GradientRule, hasMean } from "./gradient-rule.ts";
import { emitGradientRow, type GradientRowParts } from "./gradient-row.ts";
import { emitMicrokernel, type MicrokernelShape, panelWidth } from "./microkernel.ts";
import { emitCopyRows, emitFinite, emitPackColumns, emitPackRows, paddedTo4, paddedTo8, type Storage } from "./pack.ts";
import { emitScaledStore } from "./scaled-store.ts";
import { TaskLoop } from "./task-loop.ts";
import type { VectorProgram } from "./vector-program.ts";

export interface BackwardParts {
  readonly shape: BackwardShape;
  readonly queryType: Storage;
  readonly keyType: Storage;
  readonly valueType: Storage;
  readonly score: VectorDerivative | null;
  readonly mask: VectorProgram | null;
  readonly probability: VectorDerivative | null;
  readonly rule: GradientRule;
  readonly tableIndex: GradientRowParts["tableIndex"];
  readonly relaxed: boolean;
}

/** Adds `backward(task, scratch)`: the query tiles of a task, one after another, each against every run of keys that its mask lets through.
 *
 *  Five products per pair, all by the microkernel: scores = query × keyᵀ and weight gradients = outputGradient × valueᵀ by groups of rows, then, when both
 *  tiles have become weights and score gradients row by row, valueᵀ sums += outputGradientᵀ × weights, keyᵀ sums += queryᵀ × gradients and
 *  queryGradient += gradients × key. Tiles lie in panels (see `BackwardShape`), so none of them is transposed. The sums for keys and values grow in
 *  the task's own memory; those for queries stay in scratch until the tile ends.
 *  Where a row's mean of gradients is not output · outputGradient, a pass over the keys before finds it.
 *  Work: O(visible pairs × (3 headDim + 2 valueDim)).
 *  @returns the function's index */
export function addBackward(module: ModuleBuilder, parts: BackwardParts): number {
  const tile = addTile(module, parts);
  const f = new FunctionBody(["i32", "i32"]);
  const [task, scratch] = [f.parameter(0), f.parameter(1)];
  const at = f.local("i32");
  const end = f.local("i32");
  const bytes = backwardTileFields.length * 4;
  f.get(task);
  f.memory("i32.load", backwardTaskOffset("sums"));
  f.i32(0);
  f.get(task);
  f.memory("i32.load", backwardTaskOffset("sumBytes"));
  f.op("memory.fill", 0);
  f.get(task);
  f.memory("i32.load", backwardTaskOffset("tiles"));
  f.tee(at);
  f.get(task);
  f.memory("i32.load", backwardTaskOffset("tileCount"));
  f.i32(bytes);
  f.op("i32.mul");
  f.op("i32.add");
  f.set(end);
  f.forRange(at, end, bytes, () => {
    f.get(at);
    f.get(scratch);
    f.call(tile);
  });
  return module.add(f);
}

/** Adds `backwardTile(tile, scratch)`. */
function addTile(module: ModuleBuilder, parts: BackwardParts): number {
  const { shape, rule, probability, relaxed } = parts;
  const { headDim, valueDim, keyTile, microRows, scorePanel } = shape;
  const queryRow = paddedTo4(headDim) * 4;
  const outputRow = paddedTo4(valueDim) * 4;
  const sumRow = paddedTo8(headDim) * 4;
  const ownMean = hasMean(rule) && (probability !== null || dividesMean(rule));

  const copyQuery = module.add(emitCopyRows(headDim, parts.queryType, true));
  const copyOutput = module.add(emitCopyRows(valueDim, "float32", false));
  const finite = module.add(emitFinite());
  const packQuery = module.add(emitPackColumns(headDim, parts.queryType));
  const packOutput = module.add(emitPackColumns(valueDim, "float32"));
  const packKeys = module.add(emitPackColumns(headDim, parts.keyType));
  const packValues = module.add(emitPackColumns(valueDim, parts.valueType));
  const packKeyRows = module.add(emitPackRows(headDim, parts.keyType, keyTile));
  const mean = ownMean || !hasMean(rule) ? -1 : module.add(emitDot(valueDim));

  const dots = { rows: microRows, resultStride: 32, accumulate: false, relaxed };
  const scoresOf = module.add(emitMicrokernel({ ...dots, leftStride: queryRow }));
  const gradientsOf =
    queryRow === outputRow ? scoresOf : module.add(emitMicrokernel({ ...dots, leftStride: outputRow }));
  const sums = { leftStride: 32, accumulate: true, relaxed };
  const queryPanel = { ...sums, leftPanel: scorePanel, resultStride: sumRow };
  const addQuery = addPair(module, { ...queryPanel, rows: microRows }, "left");
  const addKey = new RowProducts(module, headDim, microRows, { ...sums, leftPanel: 8 * queryRow, resultStride: 32 });
  const addValue =
    headDim === valueDim
      ? addKey
      : new RowProducts(module, valueDim, microRows, { ...sums, leftPanel: 8 * outputRow, resultStride: 32 });

  const row = (cut: boolean, purpose: GradientRowParts["purpose"]): number => {
    const factor = rule === "softmax" && parts.score ? Math.LOG2E : 1;
    const mask = cut ? parts.mask : null;
    return module.add(emitGradientRow({ ...parts, mask, cut, factor, purpose }));
  };
  const rowFunctions = (
    purpose: GradientRowParts["purpose"],
  ): { readonly whole: number; readonly partial: number } => ({
    whole: row(false, purpose),
    partial: row(true, purpose),
  });
  const gradientRow = rowFunctions("gradients");
  const meanRow = ownMean ? rowFunctions("means") : null;

  const f = new FunctionBody(["i32", "i32"]);
  const loop = new TaskLoop<BackwardTileField, BackwardShape>(f, shape, backwardTileOffset);
  const finiteQuery = f.local("i32");
  const finiteOutput = f.local("i32");
  const finiteKey = f.local("i32");
  const column = f.local("i32");
  const panel = f.local("i32");
  const pushRowNumber = (list: "shifts" | "means" | "shares"): void =>
    f.address(loop.scratch, shape[list], loop.row, 4);
  const pushListed = (field: "shifts" | "means"): void => {
    loop.int(field);
    f.get(loop.row);
    f.i32(2);
    f.op("i32.shl");
    f.op("i32.add");
  };

  /** Calls a function (source, target, rows, stride) for the tile's keys. */
  const pack = (operand: "key" | "value", target: number, pack: number): void => {
    loop.operandRow(operand, `${operand}Stride`, loop.start);
    f.address(loop.scratch, target);
    f.get(loop.width);
    loop.int(`${operand}Stride`);
    f.call(pack);
  };
  const packTile = (): void => {
    pack("key", shape.keyColumns, packKeys);
    pack("value", shape.valueColumns, packValues);
  };
  /** Scores and gradients of weights for the present group of rows. */
  const dotProducts = (): void => {
    for (const [rows, rowBytes, columns, target, product] of [
      [shape.query, queryRow, shape.keyColumns, shape.weights, scoresOf],
      [shape.outputGradient, outputRow, shape.valueColumns, shape.gradients, gradientsOf],
    ] as const) {
      f.assign(column, 0);
      f.forRange(column, loop.width8, panelWidth, () => {
        f.address(loop.scratch, rows, loop.group, rowBytes);
        f.address(loop.scratch, columns, column, rowBytes);
        f.address(loop.scratch, target, column, scorePanel / 8);
        f.get(loop.group);
        f.i32(5);
        f.op("i32.shl");
        f.op("i32.add");
        f.i32(rows === shape.query ? headDim : valueDim);
        f.call(product);
      });
    }
  };
  const eachRow = (functions: { readonly whole: number; readonly partial: number }, pushTarget: () => void): void => {
    const call = (target: number): void => {
      f.address(loop.scratch, shape.weights, loop.row, 32);
      f.get(loop.width8);
      f.get(loop.start);
      f.get(loop.low);
      f.get(loop.end);
      loop.pushScope();
      for (const list of ["shifts", "means"] as const) {
        pushRowNumber(list);
        f.memory("f32.load");
      }
      pushTarget();
      f.call(target);
    };
    loop.eachRowOfGroup(() => {
      f.get(loop.whole);
      f.if(
        () => call(functions.whole),
        () => call(functions.partial),
      );
    });
  };
  /** The sums of keys and values that the tile's panels belong to. */
  const keySums = (): void => {
    f.assign(panel, 0);
    f.forRange(panel, loop.width8, panelWidth, () => {
      for (const [columns, tile, field, isFinite, products, size] of [
        [shape.outputColumns, shape.weights, "valueSums", finiteOutput, addValue, valueDim],
        [shape.queryColumns, shape.gradients, "keySums", finiteQuery, addKey, headDim],
      ] as const) {
        products.emit(f, isFinite, {
          left: () => f.address(loop.scratch, columns),
          right: () => f.address(loop.scratch, tile, panel, scorePanel / 8),
          result: () => {
            loop.int(field);
            f.get(loop.start);
            f.get(panel);
            f.op("i32.add");
            f.i32(size * 4);
            f.op("i32.mul");
            f.op("i32.add");
          },
          depth: loop.rows,
        });
      }
    });
  };
  const queryGradients = (): void => {
    f.assign(column, 0);
    f.forRange(column, paddedTo8(headDim), panelWidth, () => {
      loop.eachGroup(() => {
        const call = (target: number): void => {
          f.address(loop.scratch, shape.gradients, loop.group, 32);
          f.address(loop.scratch, shape.keyRows, column, keyTile * 4);
          f.address(loop.scratch, shape.queryGradient, loop.group, sumRow);
          f.get(column);
          f.i32(2);
          f.op("i32.shl");
          f.op("i32.add");
          f.get(loop.width);
          f.call(target);
        };
        f.get(finiteKey);
        f.if(
          () => call(addQuery.all),
          () => call(addQuery.seen),
        );
      });
    });
  };

  // 1. the tile's rows in scratch: as rows for the dot products, in columns for the sums of keys and values
  for (const [operand, rows, rowBytes, columns, copy, packColumns, isFinite] of [
    ["query", shape.query, queryRow, shape.queryColumns, copyQuery, packQuery, finiteQuery],
    ["outputGradient", shape.outputGradient, outputRow, shape.outputColumns, copyOutput, packOutput, finiteOutput],
  ] as const) {
    loop.int(operand);
    f.address(loop.scratch, rows);
    f.get(loop.rows);
    loop.int(`${operand}Stride`);
    if (operand === "query") loop.float("queryScale");
    else f.f32(1);
    f.call(copy);
    loop.int(operand);
    f.address(loop.scratch, columns);
    f.get(loop.rows);
    loop.int(`${operand}Stride`);
    f.call(packColumns);
    f.address(loop.scratch, rows);
    f.get(loop.rows);
    f.i32(rowBytes);
    f.op("i32.mul");
    f.call(finite);
    f.set(isFinite);
  }
  f.address(loop.scratch, shape.queryGradient);
  f.i32(0);
  f.i32((shape.queryTile + microRows) * sumRow);
  f.op("memory.fill", 0);

  // 2. what each row's scores are shifted by, and the mean that its gradients are taken from
  loop.eachRow(() => {
    pushRowNumber("shifts");
    pushListed("shifts");
    f.memory("f32.load");
    f.memory("f32.store");
    pushRowNumber("means");
    if (mean < 0) f.f32(0);
    else {
      loop.operandRow("output", "outputStride", loop.row);
      f.address(loop.scratch, shape.outputGradient, loop.row, outputRow);
      f.call(mean);
    }
    f.memory("f32.store");
    pushRowNumber("shares");
    f.f32(0);
    f.memory("f32.store");
  });
  if (meanRow) {
    loop.eachKeyTile(() => {
      packTile();
      loop.eachGroup(() => {
        dotProducts();
        eachRow(meanRow, () => pushRowNumber("means"));
      });
    }, true);
    if (dividesMean(rule)) {
      loop.eachRow(() => {
        pushRowNumber("means");
        for (const list of ["means", "shares"] as const) {
          pushRowNumber(list);
          f.memory("f32.load");
        }
        f.op("f32.div");
        f.memory("f32.store");
      });
    }
  }
  if (hasMean(rule)) {
    loop.eachRow(() => {
      pushListed("means");
      pushRowNumber("means");
      f.memory("f32.load");
      f.memory("f32.store");
    });
  }

  // 3. every pair
  loop.eachKeyTile(() => {
    packTile();
    pack("key", shape.keyRows, packKeyRows);
    f.set(finiteKey);
    loop.eachGroup(() => {
      dotProducts();
      eachRow(gradientRow, () => loop.int("tables"));
    });
    keySums();
    queryGradients();
  }, true);

  // 4. the query rows
  const source = f.local("i32");
  const target = f.local("i32");
  const scale = f.local("f32");
  loop.float("scale");
  f.set(scale);
  loop.eachRow(() => {
    loop.operandRow("queryGradient", "queryGradientStride", loop.row);
    f.set(target);
    f.address(loop.scratch, shape.queryGradient, loop.row, sumRow);
    f.set(source);
    emitScaledStore(f, source, target, scale, headDim);
  });
  return module.add(f);
}

/** A product for finite operands, and one that leaves out zeros so that what they hide has no influence. */
interface ProductPair {
  readonly all: number;
  readonly seen: number;
}

function addPair(module: ModuleBuilder, shape: MicrokernelShape, skipZeros: "left" | "right"): ProductPair {
  return { all: module.add(emitMicrokernel(shape)), seen: module.add(emitMicrokernel({ ...shape, skipZeros })) };
}

/** The product of a whole number of rows with one panel: as many groups of `most` rows as fit, then one of the rest. */
class RowProducts {
  readonly #size: number;
  readonly #most: number;
  readonly #groups: ProductPair | null;
  readonly #rest: ProductPair | null;

  constructor(module: ModuleBuilder, size: number, most: number, shape: Omit<MicrokernelShape, "rows">) {
    const add = (rows: number): ProductPair => addPair(module, { ...shape, rows }, "right");
    this.#size = size;
    this.#most = most;
    this.#groups = size >= most ? add(most) : null;
    this.#rest = size % most > 0 ? add(size % most) : null;
  }

  emit(
    f: FunctionBody,
    isFinite: Local,
    operands: { left(): void; right(): void; result(): void; readonly depth: Local },
  ): void {
    const left = f.local("i32");
    const right = f.local("i32");
    const result = f.local("i32");
    const end = f.local("i32");
    operands.left();
    f.set(left);
    operands.right();
    f.set(right);
    operands.result();
    f.set(result);
    const call = (pair: ProductPair): void => {
      const one = (target: number): void => {
        for (const local of [left, right, result, operands.depth]) f.get(local);
        f.call(target);
      };
      f.get(isFinite);
      f.if(
        () => one(pair.all),
        () => one(pair.seen),
      );
    };
    if (this.#groups) {
      const groups = this.#groups;
      f.address(left, Math.floor(this.#size / this.#most) * this.#most * 32);
      f.set(end);
      f.forRange(left, end, this.#most * 32, () => {
        call(groups);
        f.increase(result, this.#most * 32);
      });
    }
    if (this.#rest) call(this.#rest);
    f.release(left, right, result, end);
  }
}

/** `dot(left, right) → Σ left[i] × right[i]`, i < size. */
function emitDot(size: number): FunctionBody {
  const f = new FunctionBody(["i32", "i32"], ["f32"]);
  const [left, right] = [f.parameter(0), f.parameter(1)];
  const whole = size & ~3;
  const sum = f.local("v128");
  f.f32x4(0);
  f.set(sum);
  for (let i = 0; i < whole; i += 4) {
    f.get(sum);
    for (const side of [left, right]) {
      f.get(side);
      f.memory("v128.load", i * 4);
    }
    f.op("f32x4.mul");
    f.op("f32x4.add");
    f.set(sum);
  }
  f.get(sum);
  f.lane("f32x4.extract_lane", 0);
  for (const lane of [1, 2, 3]) {
    f.get(sum);
    f.lane("f32x4.extract_lane", lane);
    f.op("f32.add");
  }
  for (let i = whole; i < size; i++) {
    for (const side of [left, right]) {
      f.get(side);
      f.memory("f32.load", i * 4);
    }
    f.op("f32.mul");
    f.op("f32.add");
  }
  return f;
}

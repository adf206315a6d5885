import { type Callee, FunctionBody, type ModuleBuilder } from "@fovea/wasm-assembler";
import { addBackwardFunctions, type BackwardParts, type RowFunctions } from "./backward-functions.ts";
import { type BackwardTileField, backwardTile } from "./backward-layout.ts";
import type { BackwardShape } from "./backward-shape.ts";
import { dividesMean, hasMean } from "./gradient-rule.ts";
import { panelWidth } from "../products/microkernel.ts";
import { paddedTo4, paddedTo8 } from "../memory/storage.ts";
import { eachPanel } from "../products/panels.ts";
import { callPair } from "../products/products.ts";
import { emitScaledStore } from "../vectors/scaled-store.ts";
import { TaskLoop } from "../records/task-loop.ts";

/** Adds `backwardTile(tile, scratch)`: one query tile of one head; see `addBackward`.
 *  @returns the function's index */
export function addBackwardTile(module: ModuleBuilder, parts: BackwardParts): Callee {
  const { shape, rule, simd } = parts;
  const { headDim, valueDim, keyTile, microRows, scorePanel } = shape;
  const queryRow = paddedTo4(headDim) * 4;
  const outputRow = paddedTo4(valueDim) * 4;
  const sumRow = paddedTo8(headDim) * 4;
  const functions = addBackwardFunctions(module, parts);
  const { scoresOf, gradientsOf, addQuery, addKey, addValue, gradientRow, mean, meanRow } = functions;
  const { copyQuery, copyOutput, finite, packQuery, packOutput, packKeys, packValues, packKeyRows } = functions;

  const f = new FunctionBody();
  const loop = new TaskLoop<BackwardTileField, BackwardShape>(f, shape, backwardTile);
  const finiteQuery = f.local("i32");
  const finiteOutput = f.local("i32");
  const finiteKey = f.local("i32");
  const column = f.local("i32");
  const panel = f.local("i32");
  const pushRowNumber = (list: "shifts" | "factors" | "means" | "shares"): void =>
    f.address(loop.scratch, shape[list], loop.row, 4);
  const pushListed = (field: "shifts" | "factors" | "means"): void => {
    loop.int(field);
    f.get(loop.row);
    f.i32(2);
    f.op("i32.shl");
    f.op("i32.add");
  };

  /** Calls a function (source, target, rows, stride) for the tile's keys. */
  const pack = (operand: "key" | "value", target: number, pack: Callee): void => {
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
      eachPanel(f, simd, column, 0, loop.width8, (panels) => {
        product.call(f, panels, {
          left: () => f.address(loop.scratch, rows, loop.group, rowBytes),
          right: (panel) => f.address(loop.scratch, columns + panel * panelWidth * rowBytes, column, rowBytes),
          result: (panel) => {
            f.address(loop.scratch, target + panel * scorePanel, column, scorePanel / 8);
            f.get(loop.group);
            f.i32(5);
            f.op("i32.shl");
            f.op("i32.add");
          },
          depth: () => f.i32(rows === shape.query ? headDim : valueDim),
        });
      });
    }
  };
  const eachRow = (functions: RowFunctions, pushTarget: () => void): void => {
    const call = (target: Callee): void => {
      f.address(loop.scratch, shape.weights, loop.row, 32);
      f.get(loop.width8);
      f.get(loop.start);
      f.get(loop.low);
      f.get(loop.end);
      loop.pushScope();
      for (const list of ["shifts", "factors", "means"] as const) {
        pushRowNumber(list);
        f.memory("f32.load");
      }
      loop.float("unit");
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
    eachPanel(f, simd, panel, 0, loop.width8, (panels) => {
      for (const [columns, tile, field, isFinite, products, size] of [
        [shape.outputColumns, shape.weights, "valueSums", finiteOutput, addValue, valueDim],
        [shape.queryColumns, shape.gradients, "keySums", finiteQuery, addKey, headDim],
      ] as const) {
        products.emit(f, isFinite, panels, scorePanel, {
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
    eachPanel(f, simd, column, 0, paddedTo8(headDim), (panels) => {
      loop.eachGroup(() => {
        callPair(f, addQuery, finiteKey, panels, {
          left: () => f.address(loop.scratch, shape.gradients, loop.group, 32),
          right: (panel) =>
            f.address(loop.scratch, shape.keyRows + panel * panelWidth * keyTile * 4, column, keyTile * 4),
          result: (panel) => {
            f.address(loop.scratch, shape.queryGradient + panel * panelWidth * 4, loop.group, sumRow);
            f.get(column);
            f.i32(2);
            f.op("i32.shl");
            f.op("i32.add");
          },
          depth: () => f.get(loop.width),
        });
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

  // 2. what each row's scores are weighed by, and the mean that its gradients are taken from
  loop.eachRow(() => {
    for (const list of ["shifts", "factors"] as const) {
      pushRowNumber(list);
      pushListed(list);
      f.memory("f32.load");
      f.memory("f32.store");
    }
    pushRowNumber("means");
    if (mean === null) f.f32(0);
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

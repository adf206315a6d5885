import type { Callee, ModuleBuilder } from "@fovea/wasm-assembler";
import type { BackwardShape } from "./backward-shape.ts";
import type { VectorDerivative } from "../programs/create-vector-derivative.ts";
import { emitDot } from "../vectors/dot.ts";
import { dividesMean, type GradientRule, hasMean } from "./gradient-rule.ts";
import { emitGradientRow, type GradientRowParts } from "./gradient-row.ts";
import { paddedTo4, paddedTo8, type Storage } from "../memory/storage.ts";
import { emitCopyRows, emitFinite, emitPackColumns, emitPackRows } from "../products/pack.ts";
import { PanelProducts, type ProductPair, productPair, RowProducts } from "../products/products.ts";
import type { VectorProgram } from "../programs/vector-program.ts";
import type { Simd } from "../vectors/simd.ts";

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
  readonly simd: Simd;
}

/** One row of a tile: where all pairs are seen, and where some are not. */
export interface RowFunctions {
  readonly whole: Callee;
  readonly partial: Callee;
}

/** What a tile of the backward kernel calls, by index. */
export interface BackwardFunctions {
  readonly copyQuery: Callee;
  readonly copyOutput: Callee;
  readonly finite: Callee;
  readonly packQuery: Callee;
  readonly packOutput: Callee;
  readonly packKeys: Callee;
  readonly packValues: Callee;
  readonly packKeyRows: Callee;
  /** Dot products of query and key rows, and of output gradient and value rows. */
  readonly scoresOf: PanelProducts;
  readonly gradientsOf: PanelProducts;
  readonly addQuery: ProductPair;
  readonly addKey: RowProducts;
  readonly addValue: RowProducts;
  readonly gradientRow: RowFunctions;
  /** The row's mean of gradients: output · outputGradient, or by a pass of its own, or none is needed. */
  readonly mean: Callee | null;
  readonly meanRow: RowFunctions | null;
}

export function addBackwardFunctions(module: ModuleBuilder, parts: BackwardParts): BackwardFunctions {
  const { shape, rule, probability, simd } = parts;
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
  const mean = ownMean || !hasMean(rule) ? null : module.add(emitDot(valueDim));

  const dots = { rows: microRows, resultStride: 32, resultPanel: scorePanel, accumulate: false, simd };
  const scoresOf = new PanelProducts(module, { ...dots, leftStride: queryRow });
  const gradientsOf = queryRow === outputRow ? scoresOf : new PanelProducts(module, { ...dots, leftStride: outputRow });
  const sums = { leftStride: 32, accumulate: true, simd };
  const queryPanel = { ...sums, leftPanel: scorePanel, resultStride: sumRow };
  const addQuery = productPair(module, { ...queryPanel, rows: microRows }, "left");
  const columns = (size: number): RowProducts =>
    new RowProducts(module, size, microRows, {
      ...sums,
      leftPanel: 8 * paddedTo4(size) * 4,
      resultStride: 32,
      resultPanel: size * 32,
    });
  const addKey = columns(headDim);
  const addValue = headDim === valueDim ? addKey : columns(valueDim);

  const row = (cut: boolean, purpose: GradientRowParts["purpose"]): Callee => {
    const mask = cut ? parts.mask : null;
    return module.add(emitGradientRow({ ...parts, mask, cut, purpose }));
  };
  const rowFunctions = (purpose: GradientRowParts["purpose"]): RowFunctions => ({
    whole: row(false, purpose),
    partial: row(true, purpose),
  });
  const gradientRow = rowFunctions("gradients");
  const meanRow = ownMean ? rowFunctions("means") : null;
  return {
    copyQuery,
    copyOutput,
    finite,
    packQuery,
    packOutput,
    packKeys,
    packValues,
    packKeyRows,
    mean,
    scoresOf,
    gradientsOf,
    addQuery,
    addKey,
    addValue,
    gradientRow,
    meanRow,
  };
}

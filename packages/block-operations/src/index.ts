export { activations } from "./block-operations.ts";
export type {
  Activation,
  BlockOperations,
  LinearOptions,
  LinearWeight,
  NormOptions,
  PreparedWeight,
  QuantizedWeight,
  RotaryOperands,
  RotaryOptions,
  RowRange,
} from "./block-operations.ts";
export {
  checkCopy,
  checkElementwise,
  checkGather,
  checkLinear,
  checkLinearWeight,
  checkMap,
  checkMatmul,
  checkMeanRows,
  checkNorm,
  checkQuantize,
  checkRotary,
  checkRows,
} from "./check-operation.ts";
export type { MatmulSizes, ProductSizes } from "./check-operation.ts";
export type { Operand } from "./operand.ts";
export { OperationError } from "./operation-error.ts";
export { quantizeWeight } from "./quantize-weight.ts";
export { referenceOperations } from "./reference-operations.ts";

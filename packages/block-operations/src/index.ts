export { activations } from "./block-operations.ts";
export type {
  Activation,
  BlockOperations,
  LinearOptions,
  LinearWeight,
  NormOptions,
  PreparedWeight,
  QuantizedWeight,
  RotaryOptions,
} from "./block-operations.ts";
export {
  checkAdd,
  checkLinear,
  checkLinearWeight,
  checkMap,
  checkMatmul,
  checkMeanRows,
  checkNorm,
  checkRotary,
} from "./check-operation.ts";
export type { MatmulSizes, ProductSizes } from "./check-operation.ts";
export type { Operand } from "./operand.ts";
export { OperationError } from "./operation-error.ts";
export { quantizeWeight } from "./quantize-weight.ts";
export { referenceOperations } from "./reference-operations.ts";

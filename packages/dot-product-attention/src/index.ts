export { attention } from "./attention.ts";
export type { AttentionResult } from "./attention.ts";
export { AttentionError } from "./attention-error.ts";
export { attentionGradients } from "./attention-gradients.ts";
export type { AttentionGradients } from "./attention-gradients.ts";
export { attentionWeights } from "./attention-weights.ts";
export type { WeightTile } from "./attention-weights.ts";
export type { Backend, Call, Forward, Gradients, Kernel, Operand, PlanTables, TableGradients } from "./backend.ts";
export { checkDifferentiable } from "./check-differentiable.ts";
export type { ProgramSource } from "./check-program.ts";
export { linearAttention } from "./linear-attention.ts";
export type { LinearAttentionOptions, LinearAttentionResult } from "./linear-attention.ts";
export { merge } from "./merge.ts";
export type { AttentionPart } from "./merge.ts";
export { activations } from "./operations/block-operations.ts";
export type {
  Activation,
  BlockOperations,
  LinearOptions,
  LinearWeight,
  NormOptions,
  PreparedWeight,
  QuantizedWeight,
  RotaryOptions,
} from "./operations/block-operations.ts";
export {
  checkAdd,
  checkLinear,
  checkLinearWeight,
  checkMap,
  checkMatmul,
  checkMeanRows,
  checkNorm,
  checkRotary,
} from "./operations/check-operation.ts";
export type { MatmulSizes, ProductSizes } from "./operations/check-operation.ts";
export { quantizeWeight } from "./operations/quantize-weight.ts";
export type { AttentionOptions, TableOverrides } from "./options.ts";
export { createPlan, normalizers } from "./plan.ts";
export type { Normalizer, Plan, PlanParts } from "./plan.ts";
export { planFromJSON, planToJSON } from "./plan-json.ts";
export type { PlanJSON } from "./plan-json.ts";
export { prepareCall } from "./prepare-call.ts";
export type { PreparedCall } from "./prepare-call.ts";
export { referenceBackend } from "./reference/reference-backend.ts";
export { weightRows } from "./weight-rows.ts";
export type { WeightOptions, WeightRows } from "./weight-rows.ts";

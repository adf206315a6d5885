export { attention } from "./attention.ts";
export type { AttentionResult } from "./attention.ts";
export { AttentionError } from "./attention-error.ts";
export { attentionGradients } from "./attention-gradients.ts";
export type { AttentionGradients } from "./attention-gradients.ts";
export { attentionWeights } from "./attention-weights.ts";
export type { WeightTile } from "./attention-weights.ts";
export type {
  Backend,
  Call,
  Forward,
  Gradients,
  Kernel,
  PlanTables,
  Reading,
  RecordedStep,
  TableGradients,
} from "./backend.ts";
export { checkDifferentiable } from "./checks/check-differentiable.ts";
export type { ProgramSource } from "./checks/check-program.ts";
export { linearAttention } from "./linear-attention.ts";
export type { LinearAttentionOptions, LinearAttentionResult } from "./linear-attention.ts";
export { merge } from "./merge.ts";
export type { AttentionPart, MergedAttention } from "./merge.ts";
export type { AttentionOptions, ReturnOptions, TableOverrides } from "./options.ts";
export { backendOf, operationsOf } from "./operations-of.ts";
export { normalizers, normalizerTraits } from "./normalizer.ts";
export type { Normalizer, NormalizerTraits } from "./normalizer.ts";
export { createPlan, maximumDim } from "./plan.ts";
export type { Plan, PlanParts } from "./plan.ts";
export { planFromJSON, planToJSON } from "./plan-json.ts";
export type { PlanJSON } from "./plan-json.ts";
export { prepareCall } from "./prepare-call.ts";
export type { PreparedCall } from "./prepare-call.ts";
export { referenceBackend } from "./reference/reference-backend.ts";
export { weightRows } from "./weight-rows.ts";
export type { WeightOptions, WeightRows } from "./weight-rows.ts";

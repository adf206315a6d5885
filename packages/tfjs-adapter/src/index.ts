export { AdapterError } from "./adapter-error.ts";
export { attention } from "./attention.ts";
export { attentionWeights } from "./attention-weights.ts";
export { attentionBackend, setAttentionBackend } from "./fused/attention-backend.ts";
export type { AttentionOptions, TableSource } from "./options.ts";

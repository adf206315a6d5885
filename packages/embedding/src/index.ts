export { addPositions, addPositionsGradients, type PositionGradients, type PositionOptions } from "./add-positions.ts";
export { applyRotary, applyRotaryGradient, rotaryTransform, type RotaryTransform } from "./apply-rotary.ts";
export type { ApplyRotaryOptions } from "./apply-rotary-options.ts";
export { embed, embedGradient, type EmbedOptions } from "./embed.ts";
export { embedPatches, embedPatchesGradients, type PatchGradients, type PatchWeights } from "./embed-patches.ts";
export { EmbeddingError } from "./embedding-error.ts";
export { patches, patchesGradient, type ImageLayout, type PatchOptions } from "./patches.ts";
export {
  rotaryFrequencies,
  type RotaryFrequencies,
  type RotaryFrequencyOptions,
  type RotaryScaling,
} from "./rotary-frequencies.ts";
export { rotaryRows } from "./rotary-rows.ts";
export type { RotaryRows } from "./rotary-rows.ts";
export { rotaryTables, type RotaryTableOptions, type RotaryTables } from "./rotary-tables.ts";
export { segmentIds } from "./segment-ids.ts";
export { sinusoidalPositions, type SinusoidalOptions } from "./sinusoidal.ts";
export { checkIds } from "./check-ids.ts";

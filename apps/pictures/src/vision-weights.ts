import { join } from "node:path";
import type { PatchWeights } from "@fovea/embedding";
import type { Projection } from "@fovea/multi-head-attention";
import { readValues, reshape, slice, transpose, type Tensor } from "@fovea/tensor";
import type { EncoderWeights, Normalization } from "@fovea/transformer";
import { openSafetensors, rename, requireAll, WeightFileError, WeightNameError } from "@fovea/weights";
import { fileSource } from "@fovea/weights/node";
import { UserError } from "@fovea/command-line";
import { side, type VisionModel } from "./vision-models.ts";

export interface VisionWeights {
  readonly patches: PatchWeights;
  readonly encoder: EncoderWeights;
  /** Vectors to classes. */
  readonly head: Required<Projection>;
}

/** Reads a model's safetensors file: matrices are kept `[out, in]` there, and query, key and value are one.
 *  @throws {UserError} when the file is missing, damaged or another model's */
export async function readVisionWeights(folder: string, model: VisionModel): Promise<VisionWeights> {
  const path = join(folder, model.file);
  try {
    const file = rename(await openSafetensors(await fileSource(path)), model.renaming);
    const weights = await requireAll(file, weightShapes(model));
    for (const [name, weight] of Object.entries(weights)) {
      const isSound = readValues(weight).every(Number.isFinite);
      if (!isSound) throw new UserError(`${path} is damaged: ${name} is not finite.`);
    }
    return arrange(weights, model);
  } catch (error) {
    if (!(error instanceof WeightFileError)) throw error;
    if (error instanceof WeightNameError) {
      const { length, 0: first } = error.lookedFor;
      throw new UserError(
        `${path} is another model's: of the weights that this one needs, ${length} are missing or of another shape, beginning with ${first}.`,
      );
    }
    throw new UserError(`The weights cannot be used. ${error.message}`);
  }
}

/** The weights of a model by name, with their shapes. */
export function weightShapes(model: VisionModel): Record<string, number[]> {
  const { patchSize, layers, width, hidden, classes } = model;
  const classTokens = model.readout === "classToken" ? 1 : 0;
  const blocks = Array.from({ length: layers }, (_, layer) => {
    const block = `blocks.${layer}`;
    return {
      ...normalizationShapes(`${block}.ln1`, width),
      ...linearShapes(`${block}.qkv`, width, 3 * width),
      ...linearShapes(`${block}.proj`, width, width),
      ...normalizationShapes(`${block}.ln2`, width),
      ...linearShapes(`${block}.fc1`, width, hidden),
      ...linearShapes(`${block}.fc2`, hidden, width),
    };
  });
  return Object.assign(
    {
      ...linearShapes("patch", patchSize ** 2, width),
      pos: [1, (side / patchSize) ** 2 + classTokens, width],
      ...(classTokens > 0 && { cls: [1, 1, width] }),
      ...normalizationShapes("norm", width),
      ...linearShapes("head", width, classes.length),
    },
    ...blocks,
  );
}

const linearShapes = (name: string, inputs: number, outputs: number): Record<string, number[]> => ({
  [`${name}.weight`]: [outputs, inputs],
  [`${name}.bias`]: [outputs],
});

const normalizationShapes = (name: string, width: number): Record<string, number[]> => ({
  [`${name}.weight`]: [width],
  [`${name}.bias`]: [width],
});

function arrange(weights: Readonly<Record<string, Tensor>>, { layers, width, readout }: VisionModel): VisionWeights {
  /** Rows `from … to - 1` of a linear layer; default all. */
  const linear = (name: string, rows: [number, number] | null = null): Required<Projection> => ({
    weight: transpose(slice(weights[`${name}.weight`], [rows])),
    bias: slice(weights[`${name}.bias`], [rows]),
  });
  const normalization = (name: string): Normalization => ({
    kind: "layer",
    scale: weights[`${name}.weight`],
    bias: weights[`${name}.bias`],
  });
  const layer = (block: string): EncoderWeights["layers"][number] => ({
    attention: {
      query: linear(`${block}.qkv`, [0, width]),
      key: linear(`${block}.qkv`, [width, 2 * width]),
      value: linear(`${block}.qkv`, [2 * width, 3 * width]),
      output: linear(`${block}.proj`),
    },
    attentionNormalization: normalization(`${block}.ln1`),
    feedForward: { expand: linear(`${block}.fc1`), contract: linear(`${block}.fc2`), activation: "gelu" },
    feedForwardNormalization: normalization(`${block}.ln2`),
  });
  return {
    patches: {
      ...linear("patch"),
      ...(readout === "classToken" && { classToken: reshape(weights["cls"], [width]) }),
      positions: slice(weights["pos"], [0]),
    },
    encoder: {
      layers: Array.from({ length: layers }, (_, index) => layer(`blocks.${index}`)),
      normalization: normalization("norm"),
    },
    head: linear("head"),
  };
}

import { join } from "node:path";
import type { PatchWeights } from "@fovea/embedding";
import type { Projection } from "@fovea/multi-head-attention";
import { at, readValues, reshape, slice, transpose, type Tensor } from "@fovea/tensor";
import type { EncoderWeights, Normalization } from "@fovea/transformer";
import { requireAll, WeightFileError, WeightNameError, type ExpectedShape } from "@fovea/weights";
import { fileSource } from "@fovea/weights/node";
import { openTflite } from "@fovea/weights/tflite";
import { checkFrames } from "./check-frames.ts";
import { modelFile } from "./data-folder.ts";
import type { FrontEndWeights } from "./front-end.ts";
import { UserError } from "@fovea/command-line";
import { names, namesOfLayer } from "./weight-names.ts";

export interface KeywordWeights {
  readonly frontEnd: FrontEndWeights;
  /** Each frame is a patch. */
  readonly patches: PatchWeights;
  readonly encoder: EncoderWeights;
  /** Factor on each dot product of query and key. */
  readonly attentionScale: number;
  /** Vectors to labels. */
  readonly head: Required<Projection>;
}

const layers = 12;
const width = 64;

/** Reads KWT-1: matrices are kept `[out, in]`.
 *  @throws {UserError} when the file is missing, damaged or another model's */
export async function readKeywordWeights(folder: string): Promise<KeywordWeights> {
  const path = join(folder, modelFile);
  try {
    const weights = await requireAll(await openTflite(await fileSource(path)), weightShapes());
    for (const [name, weight] of Object.entries(weights)) {
      const isSound = readValues(weight).every(Number.isFinite);
      if (!isSound) throw new UserError(`${path} is damaged: ${name} is not finite.`);
    }
    const arranged = arrange(weights);
    checkFrames(path, arranged);
    return arranged;
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

/** The weights of the model by name, with their shapes; a word stands for one size wherever it occurs. */
function weightShapes(): Record<string, ExpectedShape> {
  const linear = (name: string, inputs: number | string, outputs: number | string) => ({
    [matrixOf(name)]: [outputs, inputs],
    [`${name}/bias`]: [outputs],
  });
  const normalization = (name: string) => ({ [`${name}/gamma`]: [width], [`${name}/beta`]: [width] });
  const ofLayers = Array.from({ length: layers }, (_, layer) => {
    const layerNames = namesOfLayer(layer);
    const { query, key, value } = layerNames;
    return {
      ...Object.fromEntries([query, key, value].map((name) => [matrixOf(name), [width, width]])),
      ...linear(layerNames.output, width, width),
      ...normalization(layerNames.attentionNormalization),
      ...linear(layerNames.expand, width, "hidden"),
      ...linear(layerNames.contract, "hidden", width),
      ...normalization(layerNames.feedForwardNormalization),
    };
  });
  return Object.assign(
    {
      [names.blocks]: [3],
      [names.frames]: ["frames", "blocksOfFrame"],
      [names.window]: ["frameSamples"],
      [names.cosine]: ["frequencies", "frameSamples"],
      [names.sine]: ["frequencies", "frameSamples"],
      [names.mel]: ["mels", "frequencies"],
      [names.floor]: [],
      [names.dct]: ["coefficients", "mels"],
      [names.center]: [],
      [names.factor]: ["coefficients"],
      ...linear(names.patch, "coefficients", width),
      [names.classToken]: [1, 1, width],
      [names.positions]: [1, "tokens", width],
      [names.epsilon]: [],
      [names.attentionScale]: [],
      [matrixOf(names.head)]: ["labels", width],
      [`${names.head}/bias`]: ["labels"],
    },
    ...ofLayers,
  );
}

/** A linear layer over all tokens is a Tensordot to the converter, save for the head, which reads one token. */
function matrixOf(name: string): string {
  return name === names.head ? `${name}/MatMul` : `${name}/Tensordot/MatMul`;
}

function arrange(weights: Readonly<Record<string, Tensor>>): KeywordWeights {
  const projection = (name: string): Projection => ({ weight: transpose(weights[matrixOf(name)]) });
  const linear = (name: string): Required<Projection> => ({
    weight: transpose(weights[matrixOf(name)]),
    bias: weights[`${name}/bias`],
  });
  const number = (name: string): number => at(weights[name]);
  const epsilon = number(names.epsilon);
  const normalization = (name: string): Normalization => ({
    kind: "layer",
    scale: weights[`${name}/gamma`],
    bias: weights[`${name}/beta`],
    epsilon,
  });
  const layer = (index: number): EncoderWeights["layers"][number] => {
    const layerNames = namesOfLayer(index);
    return {
      attention: {
        query: projection(layerNames.query),
        key: projection(layerNames.key),
        value: projection(layerNames.value),
        output: linear(layerNames.output),
      },
      attentionNormalization: normalization(layerNames.attentionNormalization),
      feedForward: {
        expand: linear(layerNames.expand),
        contract: linear(layerNames.contract),
        // 0.5 x (1 + tanh(0.798 (x + 0.0447 x³))), spelled out in the graph
        activation: "geluTanh",
      },
      feedForwardNormalization: normalization(layerNames.feedForwardNormalization),
    };
  };
  return {
    frontEnd: {
      blockSamples: at(weights[names.blocks], 2),
      frames: weights[names.frames],
      window: weights[names.window],
      cosine: transpose(weights[names.cosine]),
      sine: transpose(weights[names.sine]),
      mel: transpose(weights[names.mel]),
      floor: number(names.floor),
      dct: transpose(weights[names.dct]),
      center: number(names.center),
      factor: weights[names.factor],
    },
    patches: {
      ...linear(names.patch),
      classToken: reshape(weights[names.classToken], [width]),
      positions: slice(weights[names.positions], [0]),
    },
    encoder: { layers: Array.from({ length: layers }, (_, index) => layer(index)) },
    attentionScale: number(names.attentionScale),
    head: linear(names.head),
  };
}

import type { layers, SymbolicTensor } from "@tensorflow/tfjs-layers";

/** Where the padding mask of a symbolic tensor comes from: a layer of its graph makes one, an input of the model may bring one (a model inside
 *  another), or there is none. */
export type MaskSource = "made" | "brought" | "none";

/** Where the mask of one input of a layer comes from, for each use of the layer in a graph.
 *  @returns one for each use that has such an input; none for a layer that is called with tensors alone */
export function maskSources(layer: layers.Layer, index: number): MaskSource[] {
  const inputs = layer.inboundNodes.map(({ inputTensors }) => inputTensors[index]);
  return inputs.filter((input) => input !== undefined).map(maskSource);
}

/** Whether any layer that this one is connected with makes masks. */
export function hasMaskMaker(layer: layers.Layer): boolean {
  const met = new Set<layers.Layer>([layer]);
  for (const each of met) {
    if (makesMask(each)) return true;
    for (const { inboundLayers } of each.inboundNodes) for (const next of inboundLayers) met.add(next);
    for (const { outboundLayer } of each.outboundNodes) met.add(outboundLayer);
  }
  return false;
}

/** Answers by tensor, which never change: in sums around layers every tensor is met along many ways. */
const known = new WeakMap<SymbolicTensor, MaskSource>();

function maskSource(tensor: SymbolicTensor): MaskSource {
  const source = known.get(tensor) ?? findSource(tensor);
  known.set(tensor, source);
  return source;
}

function findSource({ sourceLayer, inputs }: SymbolicTensor): MaskSource {
  if (sourceLayer.getClassName() === "InputLayer") return "brought";
  if (makesMask(sourceLayer)) return "made";
  // what masks do inside of a model, they do to the model's own inputs
  const inside = isModel(sourceLayer) ? strongest(sourceLayer.outputs.map(maskSource)) : null;
  if (inside === "made") return "made";
  if (endsMask(sourceLayer)) return "none";
  return sourceLayer.supportsMasking || inside === "brought" ? strongest(inputs.map(maskSource)) : "none";
}

const strongest = (sources: readonly MaskSource[]): MaskSource =>
  (["made", "brought"] as const).find((source) => sources.includes(source)) ?? "none";

const isModel = (layer: layers.Layer): layer is layers.Layer & { readonly outputs: SymbolicTensor[] } =>
  "layers" in layer && Array.isArray(layer.layers);

const makesMask = (layer: layers.Layer): boolean =>
  layer.getClassName() === "Masking" || ("maskZero" in layer && layer.maskZero === true);

/** Whether there are no tokens left behind a layer, though it reads masks: the last state of a recurrent layer, products, a mean. */
const endsMask = (layer: layers.Layer): boolean =>
  ["Dot", "MaskedGlobalAveragePooling1D"].includes(layer.getClassName()) ||
  ("returnSequences" in layer && layer.returnSequences !== true);

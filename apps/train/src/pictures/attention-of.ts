import { tensor as plain, type Tensor } from "@fovea/tensor";
import { tidy, type Tensor as TfTensor } from "@tensorflow/tfjs-core";
import { model, type LayersModel, type SymbolicTensor } from "@tensorflow/tfjs-layers";

/** The attention weights of one layer of a model, by its name.
 *  @returns `[batch, heads, queries, keys]` */
export function attentionOf(net: LayersModel, name: string, inputs: TfTensor): Tensor {
  const layer = net.getLayer(name);
  const before = model({ inputs: net.inputs, outputs: layer.input as SymbolicTensor });
  const weights = tidy(() => {
    const x = before.apply(inputs) as TfTensor;
    return (layer.apply(x, { returnAttentionScores: true }) as TfTensor[])[1];
  });
  const found = plain(Float32Array.from(weights.dataSync()), { shape: weights.shape });
  weights.dispose();
  return found;
}

// Weights of PyTorch's nn.MultiheadAttention, by their names in its state dict.
import { fromPyTorch, multiHeadAttention } from "@fovea/multi-head-attention";
import { tensor, toNested } from "@fovea/tensor";

// as `torch.nn.MultiheadAttention(2, 1).state_dict()` names them; openSafetensors of @fovea/weights reads them from a file
const stateDict = new Map([
  // [3 × dim, dim]: query is 0, key and value are x itself
  ["in_proj_weight", tensor([0, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1], { shape: [6, 2] })],
  ["in_proj_bias", tensor([0, 0, 0, 0, 0, 0])],
  ["out_proj.weight", tensor([0, 1, 1, 0], { shape: [2, 2] })], // exchanges the two features
  ["out_proj.bias", tensor([0, 10])],
]);
const weights = fromPyTorch(stateDict);

const x = tensor([1, 2, 3, 6], { shape: [1, 2, 2] }); // [batch, tokens, dim]
const { output } = multiHeadAttention(weights, x, { heads: 1 });
// queries are 0, so each token gets the mean [2, 4] of both, then exchanged, then the bias
console.log(JSON.stringify(toNested(output))); // → [[[4,12],[4,12]]]

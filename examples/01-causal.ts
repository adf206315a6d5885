// Causal attention: every token looks at itself and at what came before it.
import { attention } from "@fovea/dot-product-attention";
import { causal, draw } from "@fovea/masking";
import { tensor, toNested } from "@fovea/tensor";

const shape = [1, 1, 3, 2]; // [batch, heads, tokens, headDim]
const query = tensor([0, 0, 0, 0, 0, 0], { shape }); // asks for nothing in particular, so all that is seen counts alike
const key = tensor([1, 0, 0, 1, 1, 1], { shape });
const value = tensor([3, 0, 1, 0, 2, 6], { shape });

const { output } = attention(query, key, value, { mask: causal() });

console.log(draw(causal(), 3));
// → █··
//   ██·
//   ███
console.log(JSON.stringify(toNested(output))); // → [[[[3,0],[2,0],[2,2]]]]

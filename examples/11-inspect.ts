// What a head did: a heat map of its weights, the keys that counted most, and how undecided it was.
import { entropy, heatmap, topKeys, weights } from "@fovea/inspection";
import { tensor, toArray } from "@fovea/tensor";

const words = ["the", "cat", "sat", "down"];
const shape = [1, 1, 4, 2]; // [batch, heads, tokens, headDim]
const query = tensor([4, 0, 0, 4, 4, 0, 0, 0], { shape });
const key = tensor([0, 1, 3, 0, 0, 3, 1, 0], { shape });

console.log(heatmap(weights(query, key), { rowLabels: words, columnLabels: words }));
// →            d
//        t c s o
//        h a a w
//        e t t n
//    the   ██
//    cat     ██
//    sat   ██
//   down ░░░░░░░░
console.log(toArray(topKeys(query, key, 1).keys).map((index) => words[index])); // → [ 'cat', 'sat', 'cat', 'the' ]
console.log(toArray(entropy(query, key)).map((nats) => nats.toFixed(2))); // → [ '0.03', '0.03', '0.03', '1.39' ]

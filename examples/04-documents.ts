// Several documents in one sequence, each seeing only itself: no padding, no work for pairs of two documents.
import { attention } from "@fovea/dot-product-attention";
import { allClose, randomGenerator, slice } from "@fovea/tensor";
import { both, causal, documentsFromLengths, draw } from "@fovea/masking";

const lengths = [2, 4, 2];
const mask = both(causal(), documentsFromLengths(lengths));
console.log(draw(mask, 8));
// → █·······
//   ██······
//   ··█·····
//   ··██····
//   ··███···
//   ··████··
//   ······█·
//   ······██

const random = randomGenerator(1);
const [query, key, value] = [random.normal([1, 2, 8, 4]), random.normal([1, 2, 8, 4]), random.normal([1, 2, 8, 4])];
const packed = attention(query, key, value, { mask }).output;

// the second document alone comes to the same
const second = [query, key, value].map((x) => slice(x, [null, null, [2, 6]]));
const alone = attention(second[0]!, second[1]!, second[2]!, { mask: causal() }).output;
console.log(allClose(slice(packed, [null, null, [2, 6]]), alone, { absolute: 1e-6, relative: 1e-6 }).pass); // → true

// A mask as text, as it may come from a settings file or a stranger: parsed, never evaluated as JavaScript.
import { attention } from "@fovea/dot-product-attention";
import { formatFormula, parseFormula } from "@fovea/formula";
import { draw } from "@fovea/masking";
import { zeros } from "@fovea/tensor";

const text = "key <= query and (query - key < 2 or key == 0)"; // the two newest tokens, and always the first
const mask = parseFormula(text, { kind: "mask" });

console.log(formatFormula(mask)); // → key <= query and (query - key < 2 or key == 0)
console.log(draw(mask, 5));
// → █····
//   ██···
//   ███··
//   █·██·
//   █··██

const x = zeros([1, 1, 5, 4]);
console.log(attention(x, x, x, { mask }).output.shape); // → [ 1, 1, 5, 4 ]

try {
  parseFormula("process.exit()", { kind: "mask" });
} catch (error) {
  console.log((error as Error).name); // → FormulaError
}

// The same call fused in WebAssembly: SIMD and threads, and the float64 reference as judge.
import { createWasmBackend } from "@fovea/backend-wasm";
import { attention } from "@fovea/dot-product-attention";
import { softCap } from "@fovea/scoring";
import { causal } from "@fovea/masking";
import { allClose, randomGenerator } from "@fovea/tensor";

const random = randomGenerator(4);
const make = () => random.normal([1, 8, 200, 64]);
const [query, key, value] = [make(), make(), make()];
const options = { mask: causal(), score: softCap(30) };

const backend = createWasmBackend();
const fused = attention(query, key, value, { ...options, backend });
const judge = attention(query, key, value, options);
console.log(allClose(fused.output, judge.output, { absolute: 2e-6, relative: 2e-6 }).pass); // → true
backend.dispose(); // its memory, and its workers where it has some

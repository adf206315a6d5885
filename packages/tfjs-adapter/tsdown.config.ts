import { defineConfig } from "tsdown";
import { shared } from "../../tsdown.shared.ts";

/** The layers are an entry of their own: whoever uses the operation alone need not have tfjs-layers. So are the products: tfjs-backend-wasm. */
export default defineConfig({ ...shared, entry: ["src/index.ts", "src/layers.ts", "src/products.ts"] });

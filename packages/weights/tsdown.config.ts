import { defineConfig } from "tsdown";
import { shared } from "../../tsdown.shared.ts";

export default defineConfig({
  ...shared,
  entry: ["src/index.ts", "src/node.ts", "src/onnx.ts", "src/tflite.ts"],
  deps: { neverBundle: [/^node:/] },
});

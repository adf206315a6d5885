import { enableWideVectors } from "@fovea/backend-wasm";
import { installFastProducts } from "@fovea/tfjs-adapter/products";
import { ready, setBackend } from "@tensorflow/tfjs";

/** Makes TensorFlow.js compute in WebAssembly, with Fovea's matrix products. */
export async function startTensorFlow(): Promise<void> {
  enableWideVectors();
  installFastProducts();
  await setBackend("wasm");
  await ready();
}

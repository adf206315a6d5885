import { enableWideVectors, wasmOrReference } from "@fovea/backend-wasm";
import { referenceBackend, type Backend } from "@fovea/dot-product-attention";

/** Where the model can run, by the name that `--backend` takes. */
export const backends: Readonly<Record<string, () => Backend>> = {
  wasm: () => {
    enableWideVectors();
    return wasmOrReference();
  },
  reference: () => referenceBackend,
};

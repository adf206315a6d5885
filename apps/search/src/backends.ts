import { enableWideVectors, wasmOrReference } from "@fovea/backend-wasm";
import { referenceBackend } from "@fovea/dot-product-attention";
import type { Backend } from "@fovea/dot-product-attention";

/** Where the encoder can run, by the name that `--backend` takes. A new backend is one more line. */
export const backends: Readonly<Record<string, () => Backend>> = {
  wasm: () => {
    enableWideVectors();
    return wasmOrReference();
  },
  reference: () => referenceBackend,
};

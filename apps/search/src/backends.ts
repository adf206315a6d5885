import { referenceBackend } from "@fovea/dot-product-attention";
import type { Backend } from "@fovea/dot-product-attention";

/** Where attention can be computed, by the name that `--backend` takes. A new backend is one more line. */
export const backends: Readonly<Record<string, Backend>> = {
  reference: referenceBackend,
};

import { backends as plainBackends } from "@fovea/command-line/backends";
import type { Backend } from "@fovea/dot-product-attention";

/** Where the model can run, by the name that `--backend` takes: row by row in one small memory (null), or through a backend's kernels. */
export const backends: Readonly<Record<string, () => Backend | null>> = { rows: () => null, ...plainBackends };

import { enableWideVectors, wasmOrReference } from "@fovea/backend-wasm";
import { referenceBackend } from "@fovea/dot-product-attention";
import type { Backend } from "@fovea/dot-product-attention";
import { Option } from "commander";
import { UserError } from "./user-error.ts";

/** Where a model can run, by the name that `--backend` takes. A new backend is one more line. */
export const backends: Readonly<Record<string, () => Backend>> = {
  wasm: () => {
    enableWideVectors();
    return wasmOrReference();
  },
  reference: () => referenceBackend,
};

/** The backend of a name that `--backend` took. */
export function openBackend(name: string): Backend {
  const open = backends[name];
  if (open) return open();
  throw new UserError(`There is no backend ${name}: expected ${Object.keys(backends).join(" or ")}.`);
}

/** The option `--backend`.
 *  @param about what runs there, in the help
 *  @param usual the default */
export function backendOption(
  about: string = "where the model runs",
  usual: string = "wasm",
  choices: Readonly<Record<string, unknown>> = backends,
): Option {
  return new Option("--backend <name>", about).choices(Object.keys(choices)).default(usual);
}

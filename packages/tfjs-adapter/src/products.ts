// oxlint-disable-next-line import/no-unassigned-import -- the kernels to replace must be there first, whatever the order of imports
import "@tensorflow/tfjs-backend-wasm";
import { installFastProducts, uninstallFastProducts } from "./products/install-fast-products.ts";

export { installFastProducts, uninstallFastProducts };
export type { FastProductsOptions } from "./products/install-fast-products.ts";

// Importing this file is what registers the kernels.
installFastProducts();

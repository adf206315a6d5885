import { defineConfig } from "tsdown";
import { shared } from "../../tsdown.shared.ts";

/** `./testing` holds what tests of other packages need and users do not. */
export default defineConfig({ ...shared, entry: ["src/index.ts", "src/testing.ts"] });

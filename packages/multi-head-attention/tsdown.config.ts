import { defineConfig } from "tsdown";
import { shared } from "../../tsdown.shared.ts";

// KeyValueCache has [Symbol.dispose]; bundling declarations drops the reference that its source file makes
export default defineConfig({ ...shared, banner: { dts: '/// <reference lib="esnext.disposable" />' } });

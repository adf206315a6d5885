import type { UserConfig } from "tsdown";

/** One build for every published package: ESM only, types beside the code, nothing bundled that is declared as a dependency. */
export const shared: UserConfig = {
  entry: ["src/index.ts"],
  format: "esm",
  platform: "neutral",
  target: "es2023",
  dts: true,
  sourcemap: true,
  clean: true,
  fixedExtension: false,
  publint: { strict: true, level: "warning" },
  attw: { profile: "esm-only", level: "error" },
};

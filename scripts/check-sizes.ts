// npm run size: what a page downloads for each thing that people import, minified and gzipped, beside its budget. Ends with 1 where one is exceeded.
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** An import as somebody would write it, alone on a page. Budgets are what it takes today, rounded up: they hold ground, and are lowered with it. */
interface Entry {
  readonly name: string;
  readonly code: string;
  /** The package whose dependencies it is resolved with. */
  readonly from: string;
  /** Thousands of bytes. */
  readonly budget: number;
  /** Not counted: what the person has already. */
  readonly external?: readonly string[];
}

const entries: readonly Entry[] = [
  {
    name: "attention",
    from: "dot-product-attention",
    code: 'export { attention } from "@fovea/dot-product-attention";',
    budget: 39,
  },
  { name: "causal()", from: "masking", code: 'export { causal } from "@fovea/masking";', budget: 10 },
  { name: "formula", from: "formula", code: 'export { mask, score } from "@fovea/formula";', budget: 56 },
  {
    name: "backend-wasm, with attention",
    from: "backend-wasm",
    code: 'export { createWasmBackend } from "@fovea/backend-wasm"; export { attention } from "@fovea/dot-product-attention";',
    budget: 98,
  },
  {
    name: "transformer, generating",
    from: "transformer",
    code: 'export { createDecoder, generate } from "@fovea/transformer";',
    budget: 48,
  },
  {
    name: "inspection",
    from: "inspection",
    code: 'export { weights, heatmapSvg } from "@fovea/inspection";',
    budget: 41,
  },
  {
    name: "tfjs-adapter, attention",
    from: "tfjs-adapter",
    code: 'export { attention } from "@fovea/tfjs-adapter";',
    budget: 106,
    external: ["@tensorflow/tfjs-core", "@tensorflow/tfjs-layers", "@tensorflow/tfjs"],
  },
];

const width = Math.max(...entries.map(({ name }) => name.length));
for (const { name, code, from, budget, external = [] } of entries) {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: join(import.meta.dirname, "..", "packages", from), loader: "ts" },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    external: [...external],
    write: false,
    logLevel: "error",
  });
  const bytes = outputFiles[0]!.contents;
  const zipped = gzipSync(bytes, { level: 9 }).length / 1000;
  const line = `${name.padEnd(width)}  ${(bytes.length / 1000).toFixed(1).padStart(6)} kB  ${zipped.toFixed(1).padStart(6)} kB gzipped`;
  console.log(`${line}  of ${budget} kB${zipped > budget ? "  TOO LARGE" : ""}`);
  if (zipped > budget) process.exitCode = 1;
}

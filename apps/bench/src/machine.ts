import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, release, totalmem, type } from "node:os";
import { join } from "node:path";
import type { Machine } from "./result.ts";

export function describeMachine(): Machine {
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() ?? "unknown",
    processors: processors.length,
    vectorBits: vectorBits(),
    memoryBytes: totalmem(),
    system: `${type()} ${release()}`,
  };
}

/** Of the widest vectors that native code can use, as Linux tells of them; null elsewhere. */
export function vectorBits(): number | null {
  let flags: string;
  try {
    flags = /^flags.*$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[0] ?? "";
  } catch {
    return null;
  }
  if (flags === "") return null;
  return /\bavx512f\b/.test(flags) ? 512 : /\bavx2\b/.test(flags) ? 256 : 128;
}

const libraries = [
  "@fovea/backend-wasm",
  "onnxruntime-node",
  "onnxruntime-web",
  "@tensorflow/tfjs",
  "@tensorflow/tfjs-backend-wasm",
  "@jax-js/jax",
] as const;

/** Versions of Node and of every library timed, as installed. */
export function readVersions(): Record<string, string> {
  return { node: process.versions.node, ...Object.fromEntries(libraries.map((name) => [name, versionOf(name)])) };
}

function versionOf(name: string): string {
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    try {
      return JSON.parse(readFileSync(join(folder, name, "package.json"), "utf8")).version;
    } catch {
      // not in this folder
    }
  }
  return "unknown";
}

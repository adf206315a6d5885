import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { expect, test } from "vitest";
import { workerSource } from "./worker-source.ts";

/** What a program does, without how it is laid out. */
const compact = (program: string): string => program.replace(/\/\/.*/g, "").replace(/\s+/g, "");

// One program in two forms: checked by the compiler, and as text that no bundler changes.
test("workers that start from text run what workers from a file run", () => {
  const file = readFileSync(new URL("worker-loop.ts", import.meta.url), "utf8");
  const written = stripTypeScriptTypes(file.slice(file.indexOf("export function serveTasks"))).replace("export ", "");
  const text = workerSource.slice(0, workerSource.indexOf("const node ="));
  expect(compact(text)).toBe(compact(written));
});

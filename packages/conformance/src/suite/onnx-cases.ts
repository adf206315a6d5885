import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { ownCases, sharedCases } from "../onnx/default-cases.ts";
import { readCases } from "../onnx/read-cases.ts";
import { runCase } from "../onnx/run-case.ts";
import type { Suite } from "./suite.ts";

/** ONNX operator cases with attention on the backend under test: the official ones where the data folder is, and the project's own. */
export function describeOnnxCases(suite: Suite): void {
  for (const [name, file] of [
    ["official (skipped where the data folder is absent)", sharedCases],
    ["own", ownCases],
  ] as const) {
    test.skipIf(!existsSync(file))(`ONNX operator cases, ${name}`, () => {
      const failures = Object.entries(readCases(file)).flatMap(([name, given]) => {
        const { pass, message } = runCase(given, suite.backend);
        return pass ? [] : [`${name}: ${message}`];
      });
      expect(failures).toEqual([]);
    });
  }
}

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { CaseError } from "./onnx/case-error.ts";
import { defaultCases } from "./onnx/default-cases.ts";
import { readCases } from "./onnx/read-cases.ts";
import { runCase } from "./onnx/run-case.ts";

const usage = `Runs ONNX operator cases through Fovea's public functions.

  npm run conformance                    the cases that come with the data folder, else the project's own
  npm run conformance -- --cases FILE    a file of cases, .json or .json.gz

Prints a line per failing case and ends with "N passed, N failed".
Exit status: 0 when all pass, 1 when a case fails, 2 when there is nothing to run.`;

/** @returns the exit status */
function main(args: readonly string[]): number {
  const path = choosePath(args);
  if (path === null) {
    console.log(usage);
    return 0;
  }
  const cases = Object.entries(readCases(path));
  let failed = 0;
  for (const [name, given] of cases) {
    const { pass, message } = runCase(given);
    if (pass) continue;
    failed++;
    console.log(`${printable(name)}: ${printable(message)}`);
  }
  console.log(`${cases.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** The file to run; null when help is asked for.
 *  @throws {CaseError} for arguments that are not understood */
function choosePath(args: readonly string[]): string | null {
  const options = { cases: { type: "string" }, help: { type: "boolean", short: "h" } } as const;
  try {
    const { values } = parseArgs({ args: [...args], options });
    if (values.help) return null;
    // npm runs scripts in the project's root: a relative path is meant from where the person is
    if (values.cases !== undefined) return resolve(process.env.FOVEA_CALLED_FROM ?? process.cwd(), values.cases);
    return defaultCases().find((path) => existsSync(path)) ?? defaultCases()[0];
  } catch (error) {
    throw new CaseError(`${(error as Error).message} Try --help.`);
  }
}

/** Names come from files of strangers: control characters do not reach the terminal. */
const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, "�");

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof CaseError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { CaseError } from "./case-error.ts";
import { asRecord } from "./decode-tensor.ts";
import type { OnnxCase } from "./onnx-case.ts";

/** Reads a file of cases, `{ name: case }` as JSON, gzipped or not. NaN and Infinity may stand as bare words, as Python writes them.
 *  The cases themselves are not checked here: `runCase` does that.
 *  @throws {CaseError} in one sentence, when the file cannot be read or is no such object */
export function readCases(path: string): Readonly<Record<string, OnnxCase>> {
  const text = readText(path);
  let parsed: unknown;
  try {
    parsed = JSON.parse(quoteSpecials(text));
  } catch (error) {
    throw new CaseError(`${path} is not JSON: ${(error as Error).message}.`);
  }
  const cases = asRecord(path, parsed) as Readonly<Record<string, OnnxCase>>;
  if (Object.keys(cases).length === 0) throw new CaseError(`${path} holds no cases.`);
  return cases;
}

function readText(path: string): string {
  try {
    const bytes = readFileSync(path);
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return (isGzip ? gunzipSync(bytes) : bytes).toString("utf8");
  } catch (error) {
    throw new CaseError(`${path} cannot be read: ${(error as Error).message}.`);
  }
}

/** Puts bare NaN, Infinity and -Infinity into quotes, leaving text alone. */
const quoteSpecials = (text: string): string =>
  text.replaceAll(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g, (token) => (token.startsWith('"') ? token : `"${token}"`));

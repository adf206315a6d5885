import { fromJSON, resultType, toJSON, trace, type Program, type Type } from "@fovea/program";
import type { ProgramSource } from "@fovea/dot-product-attention";
import { AdapterError } from "../adapter-error.ts";

/** A program as a layer takes it: itself, a function to trace, or the text that `programText` made of one. */
export type LayerProgram = ProgramSource | string;

/** JSON for a layer's config. TensorFlow.js turns every string of a config to snake case and back, so capitals and underscores are
 *  written as escapes, which it leaves alone. */
export function configText(value: unknown): string {
  return JSON.stringify(value).replace(
    /[A-Z_]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A program as text: what a saved model holds. `readProgram` gives it back to the bit, with its tables. */
export const programText = (program: Program): string => configText(toJSON(program));

/** @param name of the layer's argument
 *  @throws {AdapterError} when the program gives another type */
export function readProgram(
  layer: string,
  name: string,
  type: Type,
  source: LayerProgram | null | undefined,
): Program | null {
  if (source === null || source === undefined) return null;
  const program =
    typeof source === "string"
      ? readText(layer, name, source)
      : typeof source === "function"
        ? trace(source, type === "float" ? { result: "float" } : {})
        : source;
  if (!Array.isArray(program.instructions)) {
    throw new AdapterError(
      `${layer}: expected ${name} to be a program or a function to trace, got ${typeof source}. A program reads numbers as a table.`,
    );
  }
  const found = program.instructions.length > 0 ? resultType(program) : "nothing";
  if (found === type) return program;
  throw new AdapterError(`${layer}: expected the ${name} program to give a ${type}, got ${found}.`);
}

function readText(layer: string, name: string, text: string): Program {
  try {
    return fromJSON(text);
  } catch (cause) {
    throw new AdapterError(
      `${layer}: ${name} is no saved program. A formula becomes one by parseFormula of @fovea/formula. ${(cause as Error).message}`,
      { cause },
    );
  }
}

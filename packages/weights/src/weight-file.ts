import type { DType, Tensor } from "@fovea/tensor";
import { nearNames } from "./near-names.ts";
import type { StoredDType } from "./stored-dtype.ts";
import { quote } from "./weight-file-error.ts";
import { WeightNameError } from "./weight-name-error.ts";

/** What is known of a weight before its numbers are read. */
export interface WeightInfo {
  readonly shape: readonly number[];
  /** As the file keeps it. */
  readonly dtype: StoredDType;
  /** What its tensor has: the same for floats, uint8 and bool; int32 for the other integers; float32 for quantized weights of TensorFlow.js and
   *  TensorFlow Lite. */
  readonly tensorDType: DType;
  /** How much room it takes in the file. */
  readonly bytes: number;
}

/** Weights by name, of whatever format: names and shapes are at hand, numbers are read when asked for. */
export interface WeightFile {
  /** What errors call it. */
  readonly file: string;
  /** The weights that can be read, in the order of the file. */
  readonly names: readonly string[];
  /** What the file says of itself. */
  readonly metadata: ReadonlyMap<string, string>;
  /** @throws {WeightNameError} with near names */
  info(name: string): WeightInfo;
  /** Reads one weight, anew at every call. Its memory may be shared with the bytes that were opened.
   *  @throws {WeightNameError} with near names
   *  @throws {WeightFileError} when its bytes cannot be read */
  tensor(name: string): Promise<Tensor>;
}

/** One weight of a file, with the way to its numbers. */
export interface WeightEntry extends WeightInfo {
  read(): Promise<Tensor>;
}

/** The one implementation of WeightFile: entries by name.
 *  @param unreadable what is in the file but cannot be a tensor: name → what it is */
export function createWeightFile(
  file: string,
  entries: ReadonlyMap<string, WeightEntry>,
  metadata: ReadonlyMap<string, string> = new Map(),
  unreadable: ReadonlyMap<string, string> = new Map(),
): WeightFile {
  const names = Object.freeze([...entries.keys()]);
  const find = (name: string): WeightEntry => {
    const entry = entries.get(name);
    if (entry) return entry;
    const reason = unreadable.get(name);
    throw reason === undefined ? missing(file, names, [name]) : unfit(file, name, reason);
  };
  return {
    file,
    names,
    metadata,
    info: (name) => {
      const { shape, dtype, tensorDType, bytes } = find(name);
      return { shape, dtype, tensorDType, bytes };
    },
    tensor: async (name) => find(name).read(),
  };
}

/** The error for names that are not there. */
export function missing(file: string, names: readonly string[], lookedFor: readonly string[]): WeightNameError {
  const near = nearNames(lookedFor[0] ?? "", names);
  const shown = lookedFor.slice(0, 8).map(quote).join(", ");
  const more = lookedFor.length > 8 ? ` and ${lookedFor.length - 8} more` : "";
  const remedy =
    near.length > 0
      ? `Near names: ${near.map(quote).join(", ")}.`
      : `None of the ${names.length} names is like it; list them with names.`;
  return new WeightNameError({ file, expected: `weights named ${shown}${more}`, got: "none", remedy }, lookedFor, near);
}

function unfit(file: string, name: string, reason: string): WeightNameError {
  const remedy = "Convert it with the tool that wrote the file.";
  return new WeightNameError({ file, expected: `${quote(name)} to be numbers in this file`, got: reason, remedy }, [
    name,
  ]);
}

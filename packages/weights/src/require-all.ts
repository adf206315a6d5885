import { checkShape } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { missing } from "./weight-file.ts";
import type { WeightFile } from "./weight-file.ts";
import { WeightNameError } from "./weight-name-error.ts";

/** Sizes, and names that stand for one size wherever they occur; null for any shape. */
export type ExpectedShape = readonly (number | string)[] | null;

/** Reads the named weights, after all of them were found with the shapes that the model needs.
 *  @param shapes name → shape, as `{ "wte.weight": ["tokens", "width"], "ln.weight": ["width"] }`
 *  @throws {WeightNameError} naming everything that is missing or has another shape, with near names */
export async function requireAll<Name extends string>(
  file: WeightFile,
  shapes: Readonly<Record<Name, ExpectedShape>>,
): Promise<Readonly<Record<Name, Tensor>>> {
  const names = Object.keys(shapes) as Name[];
  const present = new Set(file.names);
  const absent = names.filter((name) => !present.has(name));
  // One weight may be there and be unreadable: the file knows why.
  if (absent[0] !== undefined && absent.length === 1) file.info(absent[0]);
  if (absent.length > 0) throw missing(file.file, file.names, absent);
  checkShapes(file, Object.entries(shapes));
  return Object.fromEntries(await readAll(file, names)) as Record<Name, Tensor>;
}

/** Reads weights one after the other; default: all. */
export async function readAll(file: WeightFile, names: readonly string[] = file.names): Promise<Map<string, Tensor>> {
  const tensors = new Map<string, Tensor>();
  for (const name of names) tensors.set(name, await file.tensor(name));
  return tensors;
}

function checkShapes(file: WeightFile, shapes: readonly [string, ExpectedShape][]): void {
  const wrong: string[] = [];
  const problems: string[] = [];
  let sizes: Readonly<Record<string, number>> = {};
  for (const [name, shape] of shapes) {
    if (shape === null) continue;
    try {
      sizes = checkShape(file.file, name, file.info(name), shape, sizes);
    } catch (error) {
      wrong.push(name);
      problems.push((error as Error).message.slice(`${file.file}: `.length));
    }
  }
  if (wrong.length === 0) return;
  const got = problems.slice(0, 8).join(" ").replace(/\.$/, "");
  const remedy = "Another size or layout of the model? Check the configuration, or transpose.";
  throw new WeightNameError({ file: file.file, expected: "weights of the model's shapes", got, remedy }, wrong);
}

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fromCaller } from "./from-caller.ts";

const checkout = resolve(import.meta.dirname, "../../..");

/** Where weights and data lie that npm does not have: the folder that `FOVEA_DATA` names, else `data` in the checkout, into which `npm run fetch` puts
 *  them. */
export function dataFolder(): string {
  const named = process.env["FOVEA_DATA"];
  return named === undefined || named === "" ? join(checkout, "data") : fromCaller(named);
}

/** One of its folders, or null where it has not been fetched.
 *  @param file that must be in it */
export function findData(name: string, file: string): string | null {
  const folder = join(dataFolder(), name);
  return existsSync(join(folder, file)) ? folder : null;
}

/** The sentence for a person who lacks it.
 *  @param what it is, as the sentence's subject: `The story model`
 *  @param option that names another folder */
export function missingData(name: string, what: string, option: string): string {
  return `${what} is not on this machine: expected ${join(dataFolder(), name)}. Run "npm run fetch -- ${name}", or name its folder with ${option}.`;
}

import { limits } from "./limits.ts";

/** Whether a table may have this name: a letter, then letters, digits or underscores, and nothing that every object has
 *  (`constructor`, `toString`…), so that tables can be kept in plain objects. */
export function isTableName(name: unknown): name is string {
  return (
    typeof name === "string" &&
    name.length <= limits.name &&
    /^[A-Za-z][A-Za-z0-9_]*$/.test(name) &&
    !(name in Object.prototype)
  );
}

import { checkOptions as checkNames, type OptionNames } from "@fovea/tensor";
import { TransformerError } from "./transformer-error.ts";

export type { OptionNames } from "@fovea/tensor";

/** Refuses an option that nobody would read: a slip of the pen, which may leave a text without an end.
 *  @throws {TransformerError} */
export function checkOptions<T extends object>(who: string, options: T, names: OptionNames<T>): void {
  checkNames(who, options, names, { Refuse: TransformerError });
}

import { programKey, simplify, trace } from "@fovea/program";
import type { Program } from "@fovea/program";
import { fingerprint } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";

/** What a block mask was made for, beside its sizes: attention refuses it for anything else. Plain data, so that a copy says it too. */
export interface MadeFor {
  /** `maskKey` of the mask. */
  readonly mask: string;
  /** `tablesKey` of what its tables held. */
  readonly tables: string;
  /** Index of the first query, one number or one per layer of the batch. */
  readonly queryOffsets: readonly number[];
}

const everything = trace(() => true);

/** Text that is the same for masks that compute the same, whatever their tables hold; null lets everything through. */
export function maskKey(mask: Program | null): string {
  return programKey(mask ?? everything);
}

/** Text that changes when a table that the mask reads changes, in place too. Work: O(elements).
 *  @param tables instead of those that came with the mask, by name */
export function tablesKey(mask: Program | null, tables: Readonly<Record<string, Tensor>> = {}): string {
  if (mask === null) return "";
  const { tables: declared, values } = simplify(mask);
  return declared
    .map(({ name }) => `${name} ${fingerprint(Object.hasOwn(tables, name) ? tables[name] : values[name])}`)
    .join("\n");
}

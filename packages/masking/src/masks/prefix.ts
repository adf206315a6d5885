import { trace } from "@fovea/program";
import type { Program } from "@fovea/program";
import { checkLengths, lengthAt } from "./length-table.ts";
import type { Lengths } from "./length-table.ts";

/** Everyone sees the first `lengths` keys; what follows them is causal (a prefix language model).
 *
 *  ```
 *  ██···   lengths 2
 *  ██···
 *  ███··
 *  ████·
 *  █████
 *  ```
 *
 *  @param lengths one length, or one per batch element; kept in table `prefix` (int, `[1]` or `[batch]`)
 *  @throws {MaskError} when a length is not a whole number of at least 0
 *  @see Raffel et al. 2020, "Exploring the limits of transfer learning" (T5), section 3.2.1 */
export function prefix(lengths: Lengths): Program {
  checkLengths("prefix", "lengths", lengths);
  return trace((scope) => {
    const { query, key } = scope;
    return key.less(lengthAt(scope, "prefix", lengths)).or(key.lessEqual(query));
  });
}

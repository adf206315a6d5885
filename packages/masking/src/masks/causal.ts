import { trace } from "@fovea/program";
import type { Program } from "@fovea/program";

/** Each query sees itself and the keys before it.
 *
 *  ```
 *  █···
 *  ██··
 *  ███·
 *  ████
 *  ```
 *
 *  With cached keys `query` starts at their number, so the last query sees every key (aligned bottom-right).
 *  @see Vaswani et al. 2017, "Attention is all you need", section 3.2.3 */
export function causal(): Program {
  return trace(({ query, key }) => key.lessEqual(query));
}

import type { Program } from "@fovea/program";
import { both } from "../combine/both.ts";
import { causal } from "./causal.ts";
import { documents } from "./documents.ts";
import type { PerPosition } from "./position-table.ts";

/** Packed documents, each read from left to right.
 *
 *  ```
 *  █····   ids 0 0 1 1 1
 *  ██···
 *  ··█··
 *  ··██·
 *  ··███
 *  ```
 *
 *  @param ids as for `documents`; kept in table `document`
 *  @throws {MaskError} when an id is not a whole number of at least -1 */
export function causalDocuments(ids: PerPosition): Program {
  return both(causal(), documents(ids));
}

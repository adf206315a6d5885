import { trace } from "@fovea/program";
import type { Program } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { MaskError } from "../mask-error.ts";
import { isPerBatch, positionRows, positionTable, readPosition } from "./position-table.ts";
import type { PerPosition } from "./position-table.ts";
import { largestInt } from "../whole-number.ts";

/** Several documents packed into one sequence: each query sees the keys of its own document.
 *
 *  ```
 *  ██···   ids 0 0 1 1 1
 *  ██···
 *  ··███
 *  ··███
 *  ··███
 *  ```
 *
 *  @param ids a document id of at least 0 per position, in any order; -1 (padding) sees nothing and is seen by nobody, and so are positions
 *    after the last id. One list for all, or one per batch element
 *  @param options `keyIds`: ids of the keys where they differ from those of the queries (cross-attention)
 *  @returns a program whose table `document` is `documentTable(ids)`, or with keyIds `queryDocument` and `keyDocument`:
 *    hand other documents over as tables, and no kernel is made again
 *  @throws {MaskError} when an id is not a whole number of at least -1
 *  @see Krell et al. 2021, "Efficient sequence packing without cross-contamination" */
export function documents(ids: PerPosition, options: { readonly keyIds?: PerPosition } = {}): Program {
  checkOptions("documents", options, { keyIds: true }, { example: "documents(ids, { keyIds })", Refuse: MaskError });
  const { keyIds } = options;
  const queryTable = documentTable(ids, "documents");
  const keyTable = keyIds === undefined ? queryTable : documentTable(keyIds, "documents");
  return trace((scope) => {
    const ofQueries = scope.table(keyIds === undefined ? "document" : "queryDocument", queryTable);
    const ofKeys = keyIds === undefined ? ofQueries : scope.table("keyDocument", keyTable);
    const queryDocument = readPosition(scope, ofQueries, isPerBatch(ids), scope.query);
    const keyDocument = readPosition(scope, ofKeys, isPerBatch(keyIds ?? ids), scope.key);
    return queryDocument.greater(0).and(queryDocument.equal(keyDocument));
  });
}

/** The table that document masks read: ids counted from 1, int `[positions]` or `[batch, positions]`, where 0 is "no document".
 *  @throws {MaskError} when an id is not a whole number of at least -1 */
export function documentTable(ids: PerPosition, who = "documentTable"): Tensor {
  const rows = positionRows(who, "ids", ids, -1, largestInt - 1);
  return positionTable(rows, isPerBatch(ids), (row, position) => rows[row][position] + 1);
}

import { trace } from "@fovea/program";
import type { Program, Table, Value } from "@fovea/program";
import { requireMasks } from "../combine/require-masks.ts";
import { documentTable } from "./documents.ts";
import { isPerBatch, positionRows, positionTable, readPosition } from "./position-table.ts";
import type { PerPosition } from "./position-table.ts";

/** Any mask, applied within each document as if the document stood alone: `mask` counts `query` and `key` from the start of the document.
 *
 *  ```
 *  ██···   ids 0 0 1 1 1, mask prefix(2)
 *  ██···
 *  ··██·
 *  ··██·
 *  ··███
 *  ```
 *
 *  A mask that only looks at the distance of query and key needs no counting: `both(mask, documents(ids))` says the same and
 *  gives sharper block masks.
 *  @param ids as for `documents`; kept in table `document`, with the place of each position in its document in table `place`
 *  @throws {MaskError} when an id is not a whole number of at least -1, or `mask` is a program that gives no bool */
export function withinDocuments(ids: PerPosition, mask: Program): Program {
  requireMasks("withinDocuments", [mask]);
  const documentOf = documentTable(ids, "withinDocuments");
  const rows = positionRows("withinDocuments", "ids", ids, -1);
  const places = rows.map(placeInDocument);
  const placeOf = positionTable(rows, isPerBatch(ids), (row, position) => places[row][position]);
  return trace((scope) => {
    const [document, place] = [scope.table("document", documentOf), scope.table("place", placeOf)];
    const at = (table: Table, position: Value): Value => readPosition(scope, table, isPerBatch(ids), position);
    const own = at(document, scope.query);
    const same = own.greater(0).and(own.equal(at(document, scope.key)));
    return same.and(scope.call(mask, { query: at(place, scope.query), key: at(place, scope.key) }));
  });
}

/** How many earlier positions belong to the same document. */
function placeInDocument(ids: ArrayLike<number>): Int32Array {
  const seen = new Map<number, number>();
  return Int32Array.from(ids, (id) => {
    const place = seen.get(id) ?? 0;
    seen.set(id, place + 1);
    return place;
  });
}

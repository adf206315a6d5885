import type { AttentionWork } from "../work.ts";

/** The mask with a number per pair, as libraries without mask programs take it: `[queries, keys]`, 1 where a query sees a key. */
export function booleanMask({ mask, keys, queries = keys }: AttentionWork): Uint8Array {
  const visible = new Uint8Array(queries * keys);
  const documentStart = typeof mask === "object" && "documents" in mask ? startsOf(mask.documents) : null;
  for (let query = 0; query < queries; query++) {
    let first = 0;
    if (documentStart) first = documentStart[query];
    else if (typeof mask === "object" && "window" in mask) first = Math.max(0, query - mask.window + 1);
    visible.fill(1, query * keys + first, query * keys + (mask === "none" ? keys : query + 1));
  }
  return visible;
}

/** For each position, where its document starts. */
function startsOf(lengths: readonly number[]): number[] {
  let start = 0;
  return lengths.flatMap((length) => {
    const document = new Array<number>(length).fill(start);
    start += length;
    return document;
  });
}

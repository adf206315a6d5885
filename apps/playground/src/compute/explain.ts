import type { Pairs } from "./pairs.ts";
import type { Explanation } from "./protocol.ts";
import { wholeRows, type Asked } from "./rows.ts";

/** Products that are shown of a dot product. */
const shownParts = 4;

/** How the weight of one pair came to be. */
export function explain(
  asked: Asked,
  { query, key }: { readonly query: number; readonly key: number },
  pairs: Pairs,
): Explanation {
  const products = Array.from(pairs.products(query, key), (product, dimension) => ({ dimension, product }));
  const parts = products.toSorted((a, b) => Math.abs(b.product) - Math.abs(a.product)).slice(0, shownParts);
  const score = pairs.score(query, key);
  const rows = wholeRows(asked, [query]);
  const seen = rows.read(0, 0, 0);
  const [keys, weights] = [rows.row.keys.subarray(0, seen), rows.row.weights.subarray(0, seen)];
  const place = keys.indexOf(key);
  const weight = place < 0 ? 0 : weights[place];
  return {
    query,
    key,
    parts,
    score,
    changed: pairs.change(score, query, key),
    visible: place >= 0,
    weight,
    rank: place < 0 ? null : 1 + weights.filter((other) => other > weight).length,
    seen,
  };
}

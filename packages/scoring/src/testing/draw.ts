import { evaluate } from "@fovea/program";
import type { Program } from "@fovea/program";

/** A mask as text, a row per query: █ may be seen, · may not. */
export function draw(mask: Program | null, queries: number, keys: number = queries): string {
  if (mask === null) return "everything";
  const row = (query: number): string =>
    Array.from({ length: keys }, (_, key) => (evaluate(mask, { query, key, queries, keys }) === true ? "█" : "·")).join(
      "",
    );
  return Array.from({ length: queries }, (_, query) => row(query)).join("\n");
}

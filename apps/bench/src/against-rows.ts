import { existsSync } from "node:fs";
import { join } from "node:path";
import { atMostTimes, type Row } from "./row.ts";

/** Slower by more than this is slower. */
const allowed = 1.02;
const name = "the other checkout";

/** The rows with one rival each: the same work done by another checkout of this repository, in turn.
 *  @throws {RangeError} when there is no bench in the folder */
export function againstRows(rows: readonly Row[], folder: string): Row[] {
  if (!existsSync(join(folder, "apps", "bench", "src", "contender-process.ts"))) {
    throw new RangeError(`--against: expected a checkout of this repository, got ${folder}, which has no apps/bench.`);
  }
  return rows.filter(({ untimed }) => !untimed).map((row) => beside(row, folder));
}

function beside(row: Row, folder: string): Row {
  return {
    ...row,
    rivals: [{ name, job: row.job, folder }],
    targets: [atMostTimes(allowed, name)],
    limitedBy: "what changed between them",
  };
}

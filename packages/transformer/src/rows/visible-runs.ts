import { causal } from "@fovea/masking";
import { createEvaluator, programKey, simplify, usedInputs, type Program } from "@fovea/program";

/** The keys that a query sees, as ranges `from, to, from, to, …` in rising order. */
export type Runs = readonly number[];

/** Which of the keys `0 … query` a query sees in a head. */
export interface Sight {
  runs(head: number, query: number): Runs;
}

const causalKey = programKey(simplify(causal()));

/** What a mask lets one query see of the keys up to itself, found once per query where it does not depend on the head. */
export function createSight(mask: Program | null): Sight {
  // up to the query itself there is nothing else than what came before
  if (mask === null || programKey(simplify(mask)) === causalKey) return { runs: (_, query) => [0, query + 1] };
  const sees = createEvaluator(mask);
  const perHead = usedInputs(mask).has("head");
  const known = new Map<number, Runs>();
  let present = -1;
  return {
    runs(head, query) {
      const place = perHead ? head : 0;
      if (query !== present) known.clear();
      present = query;
      let runs = known.get(place);
      if (!runs)
        known.set(place, (runs = collect((key) => sees(0, 0, place, query, key, 1, query + 1) !== 0, query + 1)));
      return runs;
    },
  };
}

function collect(sees: (key: number) => boolean, keys: number): Runs {
  const runs: number[] = [];
  for (let key = 0; key < keys; key++) {
    // an odd number of ends: a run is open
    if (sees(key) !== (runs.length % 2 === 1)) runs.push(key);
  }
  if (runs.length % 2 === 1) runs.push(keys);
  return runs;
}

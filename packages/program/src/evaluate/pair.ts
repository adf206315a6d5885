/** What a program is told of a pair, in the order of `inputs`. */
export type PairInputs = [
  score: number,
  batch: number,
  head: number,
  query: number,
  key: number,
  queries: number,
  keys: number,
];

/** Asks about one pair. Nothing is allocated and nothing is checked. */
export type Pair<T> = (...pair: PairInputs) => T;

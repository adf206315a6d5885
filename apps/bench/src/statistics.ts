/** The value below which a share of sorted-by-size numbers lies, interpolated between neighbors. NaN for none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  if (below === place) return sorted[below] ?? Number.NaN;
  return sorted[below] + (sorted[below + 1] - sorted[below]) * (place - below);
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Interquartile range: how far apart the middle half of the numbers lies. */
export const spread = (values: readonly number[]): number => quantile(values, 0.75) - quantile(values, 0.25);

/** Most that the middle half of a ratio may lie apart, as a part of it. */
export const mostNoise = 0.06;

/** Rounds below which nothing can be said about noise. */
const fewestRounds = 5;

/** Median over rounds of `times / base`: what happens to both in one round, such as a busy machine, cancels out.
 *  @param base, times one number per round */
export function pairedRatio(base: Rounds, times: Rounds): number {
  return median(ratiosOf(base, times));
}

/** How far apart the middle half of `times / base` lies, as a part of its median; null for too few rounds. */
export function noiseOf(base: Rounds, times: Rounds): number | null {
  const ratios = ratiosOf(base, times);
  return ratios.length < fewestRounds ? null : spread(ratios) / median(ratios);
}

/** A number for each round; undefined where the contender did not take part. */
type Rounds = readonly (number | undefined)[];

function ratiosOf(base: Rounds, times: Rounds): number[] {
  return base.flatMap((own, round) => {
    const other = times[round];
    return own === undefined || other === undefined ? [] : [other / own];
  });
}

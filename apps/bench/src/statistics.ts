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

/** Median over rounds of `times / base`: what happens to both in one round, such as a busy machine, cancels out.
 *  @param base, times one number per round; undefined where the contender did not take part */
export function pairedRatio(base: readonly (number | undefined)[], times: readonly (number | undefined)[]): number {
  const ratios = base.flatMap((own, round) => {
    const other = times[round];
    return own === undefined || other === undefined ? [] : [other / own];
  });
  return median(ratios);
}

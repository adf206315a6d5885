/** The logistic function; exp only of what is not positive, so that it cannot overflow. */
export function logistic(x: number): number {
  const small = Math.exp(-Math.abs(x));
  return (x < 0 ? small : 1) / (1 + small);
}

/** `x * weight`, 0 where the weight has vanished: an infinite x then gives the limit and not NaN. */
export function weigh(x: number, weight: number): number {
  return weight === 0 ? 0 : x * weight;
}

/** Lengths from 1 to `longest` that add up to `total`, the same every time.
 *  @see Knuth 1997, The Art of Computer Programming 2, section 3.3.4 (the linear congruential generator) */
export function documentLengths(total: number, count: number, longest: number): number[] {
  const lengths = new Array<number>(count).fill(1);
  let state = 1;
  for (let left = total - count; left > 0;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const document = Math.floor((state / 2 ** 32) * count);
    if (lengths[document] === longest) continue;
    lengths[document]++;
    left--;
  }
  return lengths;
}

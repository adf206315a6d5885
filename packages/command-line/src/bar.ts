/** Eighths of a block for the end of a bar. */
const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A share as a bar of block characters, padded to its longest.
 *  @param share from 0 to 1
 *  @param longest characters of 1 */
export function bar(share: number, longest: number): string {
  const length = Math.round(8 * longest * share);
  return ("█".repeat(length >> 3) + eighths[length & 7]).padEnd(longest);
}

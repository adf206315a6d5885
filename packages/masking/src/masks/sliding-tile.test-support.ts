import { sizeOf } from "@fovea/tensor";

/** Sliding tile attention by its definition, on lists of tiles and not by arithmetic on positions: walk over the tiles of the canvas, last axis
 *  fastest, put every token of a tile down, and let a token see the tokens of the `kernel` tiles around its own, slid back inside at the borders.
 *  @returns the picture that `draw` should give; `text` tokens follow and see, and are seen by, everything */
export function slidingTilePicture(
  canvas: readonly number[],
  kernel: readonly number[],
  tile: readonly number[],
  text: number,
): string {
  const tiles = canvas.map((size, axis) => size / tile[axis]);
  let coordinates: number[][] = [[]];
  for (const count of tiles)
    coordinates = coordinates.flatMap((prefix) => Array.from({ length: count }, (_, i) => [...prefix, i]));
  const tokensPerTile = sizeOf(tile);
  const tokens: (number[] | null)[] = coordinates.flatMap((place) => Array<number[]>(tokensPerTile).fill(place));
  for (let i = 0; i < text; i++) tokens.push(null);

  const window = (index: number, axis: number): number[] => {
    const size = kernel[axis] / tile[axis];
    let indices = Array.from({ length: size }, (_, i) => index - Math.floor(size / 2) + i);
    while (indices[0] < 0) indices = indices.map((i) => i + 1);
    while (indices[size - 1] >= tiles[axis]) indices = indices.map((i) => i - 1);
    return indices;
  };
  const sees = (query: number[] | null, key: number[] | null): boolean =>
    query === null || key === null || query.every((index, axis) => window(index, axis).includes(key[axis]));
  return tokens.map((query) => tokens.map((key) => (sees(query, key) ? "█" : "·")).join("")).join("\n");
}

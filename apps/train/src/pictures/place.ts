/** Pictures in rows and columns, each with its title above.
 *  @param side pixels from one picture to the next, without title and gap */
export function place(
  rows: readonly (readonly { readonly title: string; readonly svg: string }[])[],
  side: number,
): string {
  const [gap, titleHeight] = [16, 20];
  const width = Math.max(...rows.map((row) => row.length)) * (side + gap) + gap;
  const height = rows.length * (side + gap + titleHeight) + gap;
  const parts = rows.flatMap((row, down) =>
    row.map(({ title, svg }, right) => {
      const [x, y] = [gap + right * (side + gap), gap + down * (side + gap + titleHeight)];
      const placed = svg.replace("<svg ", `<svg x="${x}" y="${y + titleHeight}" `);
      return `<text x="${x}" y="${y + 13}">${title}</text>\n${placed}`;
    }),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    ...parts,
    "</svg>\n",
  ].join("\n");
}

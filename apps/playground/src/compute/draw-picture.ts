import type { Backend } from "@fovea/dot-product-attention";
import type { Pairs } from "./pairs.ts";
import type { Picture, Question } from "./protocol.ts";
import { weighing, wholeRows, type Asked } from "./rows.ts";

/** Pairs of a cell that are asked about, in each direction. All of them would take minutes at 100,000 tokens. */
const mostInCell = 2;

/** Rows times keys that a kernel is asked about for a picture. */
const mostPairs = 2 ** 25;

/** Stretches of a side that a cell shows, and the tokens of them that are asked about. */
interface Side {
  readonly cells: number;
  /** Tokens of a cell. */
  readonly stretch: number;
  readonly asked: readonly { readonly token: number; readonly cell: number }[];
}

function side(from: number, to: number, wanted: number, inCell: number): Side {
  const stretch = Math.ceil((to - from) / wanted);
  const cells = Math.ceil((to - from) / stretch);
  const asked = [];
  for (let cell = 0; cell < cells; cell++) {
    const start = from + cell * stretch;
    const length = Math.min(stretch, to - start);
    const count = Math.min(length, inCell);
    for (let i = 0; i < count; i++) asked.push({ token: start + Math.floor(((i + 0.5) * length) / count), cell });
  }
  return { cells, stretch, asked };
}

/** The numbers of a picture: of the pairs of a cell that are asked about, the largest; NaN where all of them are masked. */
export function drawPicture(question: Question, asked: Asked, pairs: Pairs, backend: Backend): Picture {
  const { region, settings } = question;
  const { tokens, view } = settings;
  const inCell = view === "weight" && mostInCell * question.rows * tokens > mostPairs ? 1 : mostInCell;
  const down = side(region.queryFrom, region.queryTo, question.rows, inCell);
  const across = side(region.keyFrom, region.keyTo, question.columns, mostInCell);
  const values = new Float32Array(down.cells * across.cells).fill(NaN);
  const put = (cell: number, value: number): void => {
    if (!(value <= values[cell])) values[cell] = value;
  };
  const queries = down.asked.map(({ token }) => token);
  const weigh = view === "weight" ? weighing(asked, queries, backend) : null;
  if (view === "weight" && weigh === null) putWholeRows();
  else {
    for (const [row, { token: query, cell: cellRow }] of down.asked.entries()) {
      for (const { token: key, cell } of across.asked) {
        const visible = pairs.sees(query, key);
        if (view === "mask") put(cellRow * across.cells + cell, Number(visible));
        else if (view === "score") put(cellRow * across.cells + cell, pairs.score(query, key));
        else if (visible) {
          const changed = pairs.change(pairs.score(query, key), query, key);
          if (changed !== -Infinity) put(cellRow * across.cells + cell, weigh ? weigh(row, changed) : changed);
        }
      }
    }
  }
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return {
    region,
    rows: down.cells,
    columns: across.cells,
    values,
    pairsDown: down.stretch,
    pairsAcross: across.stretch,
    sampled: down.stretch > inCell || across.stretch > mostInCell,
    least: least <= most ? least : 0,
    most: least <= most ? most : 0,
  };

  function putWholeRows(): void {
    const { row, read } = wholeRows(asked, queries);
    for (const [index, { cell: cellRow }] of down.asked.entries()) {
      const count = read(0, 0, index);
      for (let i = 0; i < count; i++) {
        const place = row.keys[i] - region.keyFrom;
        if (place < 0 || row.keys[i] >= region.keyTo) continue;
        put(cellRow * across.cells + Math.floor(place / across.stretch), row.weights[i]);
      }
    }
  }
}

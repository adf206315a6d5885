import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Picture, Region } from "../compute/protocol.ts";
import type { Words } from "../words/words.ts";
import { palette } from "./palette.ts";

/** The token at a place of a side that shows the tokens `from … to - 1`. */
const along = (place: number, length: number, from: number, to: number): number =>
  Math.min(to - 1, Math.max(from, from + Math.floor((place / length) * (to - from))));

const percent = (part: number, whole: number): string => `${(100 * part) / whole}%`;

export interface Pair {
  readonly query: number;
  readonly key: number;
}

interface HeatMapProps {
  readonly words: Words;
  readonly picture: Picture | null;
  readonly label: string;
  readonly pair: Pair | null;
  readonly isDark: boolean;
  onPair(pair: Pair): void;
  onZoom(region: Region): void;
  /** Twice as near (2) or as far (0.5), around the pair. */
  onScale(factor: number): void;
}

/** The picture of queries × keys: a pair is chosen by pointing or with the arrow keys, a region by dragging. */
export function HeatMap({ words, picture, label, pair, isDark, onPair, onZoom, onScale }: HeatMapProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [drag, setDrag] = useState<{ readonly from: Pair; readonly to: Pair } | null>(null);
  // the end of a drag may come before its beginning has been drawn
  const begun = useRef<Pair | null>(null);

  useEffect(() => {
    if (picture && canvas.current) paint(canvas.current, picture, isDark);
  }, [picture, isDark]);

  const pairAt = (event: { readonly clientX: number; readonly clientY: number }): Pair | null => {
    if (!picture || !canvas.current) return null;
    const box = canvas.current.getBoundingClientRect();
    const { region } = picture;
    return {
      query: along(event.clientY - box.top, box.height, region.queryFrom, region.queryTo),
      key: along(event.clientX - box.left, box.width, region.keyFrom, region.keyTo),
    };
  };

  const move = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, readonly [query: number, key: number]>> = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
    };
    if (event.key === "+" || event.key === "=") onScale(2);
    else if (event.key === "-") onScale(0.5);
    else if (picture && Object.hasOwn(steps, event.key)) {
      const { region, pairsDown, pairsAcross } = picture;
      const from = pair ?? { query: region.queryFrom, key: region.keyFrom };
      const [down, right] = steps[event.key];
      onPair({
        query: Math.min(region.queryTo - 1, Math.max(region.queryFrom, from.query + down * pairsDown)),
        key: Math.min(region.keyTo - 1, Math.max(region.keyFrom, from.key + right * pairsAcross)),
      });
    } else return;
    event.preventDefault();
  };

  const finishDrag = (event: PointerEvent): void => {
    const [from, to] = [begun.current, pairAt(event)];
    begun.current = null;
    setDrag(null);
    if (!from || !to) return;
    const [queryFrom, queryTo] = [Math.min(from.query, to.query), Math.max(from.query, to.query) + 1];
    const [keyFrom, keyTo] = [Math.min(from.key, to.key), Math.max(from.key, to.key) + 1];
    if (queryTo - queryFrom > 1 && keyTo - keyFrom > 1) onZoom({ queryFrom, queryTo, keyFrom, keyTo });
  };

  const place = (chosen: Pair, size: { readonly down: number; readonly across: number }): Record<string, string> => {
    const { region } = picture!;
    const [queries, keys] = [region.queryTo - region.queryFrom, region.keyTo - region.keyFrom];
    return {
      top: percent(chosen.query - region.queryFrom, queries),
      left: percent(chosen.key - region.keyFrom, keys),
      height: percent(size.down, queries),
      width: percent(size.across, keys),
    };
  };
  const isInside = ({ query, key }: Pair, { region }: Picture): boolean =>
    query >= region.queryFrom && query < region.queryTo && key >= region.keyFrom && key < region.keyTo;

  return (
    <div class="map">
      <span class="axis keys">
        {words.key} {picture ? `${picture.region.keyFrom} … ${picture.region.keyTo - 1}` : ""} →
      </span>
      <span class="axis queries">
        ← {words.query} {picture ? `${picture.region.queryFrom} … ${picture.region.queryTo - 1}` : ""}
      </span>
      <div
        class="plane"
        tabIndex={0}
        role="application"
        aria-label={`${label}. ${words.pictureHelp}`}
        aria-describedby="explanation"
        onKeyDown={move}
        onPointerDown={(event) => {
          begun.current = pairAt(event);
        }}
        onPointerMove={(event) => {
          const at = pairAt(event);
          if (!at) return;
          if (begun.current) setDrag({ from: begun.current, to: at });
          onPair(at);
        }}
        onPointerUp={finishDrag}
      >
        <canvas ref={canvas} aria-hidden="true" />
        {picture && pair && isInside(pair, picture) && (
          <span class="mark" style={place(pair, { down: picture.pairsDown, across: picture.pairsAcross })} />
        )}
        {picture && drag && (
          <span
            class="drag"
            style={place(
              { query: Math.min(drag.from.query, drag.to.query), key: Math.min(drag.from.key, drag.to.key) },
              {
                down: Math.abs(drag.from.query - drag.to.query) + 1,
                across: Math.abs(drag.from.key - drag.to.key) + 1,
              },
            )}
          />
        )}
      </div>
    </div>
  );
}

/** One pixel a cell; the browser makes them squares. */
function paint(canvas: HTMLCanvasElement, picture: Picture, isDark: boolean): void {
  const { rows, columns, values, least, most } = picture;
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  const colors = palette(isDark);
  const scale = most > least ? 255 / (most - least) : 0;
  for (let cell = 0; cell < values.length; cell++) {
    const value = values[cell];
    // a masked pair is left clear: the hatching behind shows
    if (!Number.isNaN(value)) pixels[cell] = colors[most > least ? Math.round((value - least) * scale) : 255];
  }
  context.putImageData(image, 0, 0);
}

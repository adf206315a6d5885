import type { JSX } from "preact";
import type { Explanation as Explained } from "../compute/protocol.ts";
import type { Words } from "../words/words.ts";

const number = (value: number): string => (Number.isFinite(value) ? value.toPrecision(4) : String(value));

/** How one weight came to be: the dot product by its largest parts, the program, the mask, the weight. */
export function Explanation({ words, of }: { readonly words: Words; readonly of: Explained | null }): JSX.Element {
  return (
    <section class="explanation" id="explanation" aria-live="polite">
      <h2>{words.explain}</h2>
      {of === null ? (
        <p class="hint">{words.explainHint}</p>
      ) : (
        <dl>
          <dt>
            {words.query} {of.query} → {words.key} {of.key}
          </dt>
          <dd>{of.visible ? "" : words.masked}</dd>
          <dt>{words.dotProduct}</dt>
          <dd>
            <output>{number(of.score)}</output>
            <span class="parts">
              {of.parts.map(({ dimension, product }) => (
                <span key={dimension} title={`${words.dimension} ${dimension}`} class={product < 0 ? "minus" : "plus"}>
                  {product < 0 ? "−" : "+"} {number(Math.abs(product))}
                </span>
              ))}
              …
            </span>
          </dd>
          <dt>{words.afterProgram}</dt>
          <dd>
            <output>{number(of.changed)}</output>
          </dd>
          <dt>{words.weight}</dt>
          <dd>
            <output>{of.visible ? number(of.weight) : words.masked}</output>
            {of.rank !== null && <span class="hint"> {words.rank(of.rank, of.seen)}</span>}
          </dd>
        </dl>
      )}
    </section>
  );
}

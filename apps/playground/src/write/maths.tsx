import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** A formula as people print it, in MathML. The renderer is loaded when the first formula is there. */
export function Maths({ latex }: { readonly latex: string | null }): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let isCurrent = true;
    void import("temml").then(({ default: temml }) => {
      if (!isCurrent || !place.current) return;
      if (latex === null) place.current.replaceChildren();
      else temml.render(latex, place.current, { displayMode: true, throwOnError: false });
    });
    return () => {
      isCurrent = false;
    };
  }, [latex]);
  return <div ref={place} class="maths" />;
}

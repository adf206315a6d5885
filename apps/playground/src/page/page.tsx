import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Picture, Region } from "../compute/protocol.ts";
import { Explanation } from "../look/explanation.tsx";
import { HeatMap, type Pair } from "../look/heat-map.tsx";
import { fromLink, LinkError, toLink } from "../settings/link.ts";
import { defaults, offered, ranges, views, type Settings } from "../settings/settings.ts";
import { chinese, english } from "../words/words.ts";
import { Editor } from "../write/editor.tsx";
import { Maths } from "../write/maths.tsx";
import { presets } from "../write/presets.ts";
import { toTypeScript } from "../write/typescript.ts";
import { useAnswers } from "./use-answers.ts";

/** Cells of a picture in each direction. */
const cells = 256;

const whole = (tokens: number): Region => ({ queryFrom: 0, queryTo: tokens, keyFrom: 0, keyTo: tokens });

/** What the address says, or the defaults and what is wrong with it. */
function opened(): { readonly settings: Settings; readonly complaint: string | null } {
  try {
    return { settings: fromLink(location.hash), complaint: null };
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    return { settings: defaults, complaint: error.message };
  }
}

export function Page(): JSX.Element {
  const [start] = useState(opened);
  const [settings, setSettings] = useState(start.settings);
  const [complaint, setComplaint] = useState(start.complaint);
  const [region, setRegion] = useState<Region>(whole(start.settings.tokens));
  const [pair, setPair] = useState<Pair | null>(null);
  const [isChinese, setChinese] = useState(navigator.language.startsWith("zh"));
  const [revision, setRevision] = useState(0);
  const [wasCopied, setCopied] = useState(false);
  const isDark = useDark();
  const words = isChinese ? chinese : english;
  const answer = useAnswers({ settings, region, rows: cells, columns: cells, pair });

  const change = (part: Partial<Settings>): void => {
    // one keystroke may come before the last one is drawn
    setSettings((before) => {
      const next = { ...before, ...part };
      return { ...next, head: Math.min(next.head, next.heads - 1) };
    });
    setComplaint(null);
    setCopied(false);
    if (part.tokens !== undefined) {
      setRegion(whole(part.tokens));
      setPair(null);
    }
  };

  useEffect(() => {
    if (complaint === null) history.replaceState(null, "", `#${toLink(settings)}`);
  }, [settings, complaint]);
  useEffect(() => {
    document.documentElement.lang = isChinese ? "zh" : "en";
  }, [isChinese]);

  const scale = (factor: number): void => {
    const size = Math.max(2, Math.min(settings.tokens, Math.round((region.queryTo - region.queryFrom) / factor)));
    const around = pair ?? { query: (region.queryFrom + region.queryTo) / 2, key: (region.keyFrom + region.keyTo) / 2 };
    const from = (place: number): number => Math.round(Math.max(0, Math.min(settings.tokens - size, place - size / 2)));
    const [queryFrom, keyFrom] = [from(around.query), from(around.key)];
    setRegion({ queryFrom, queryTo: queryFrom + size, keyFrom, keyTo: keyFrom + size });
  };
  const problemOf = (of: string) => answer?.problems.find((problem) => problem.of === of) ?? null;
  const program = useMemo(() => toTypeScript(settings), [settings]);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(location.href);
    setCopied(true);
  };

  return (
    <>
      <header>
        <h1>Fovea</h1>
        <p>{words.tagline}</p>
        <button type="button" lang={isChinese ? "en" : "zh"} onClick={() => setChinese(!isChinese)}>
          {words.language}
        </button>
      </header>
      {complaint !== null && (
        <p class="complaint" role="alert">
          {words.badLink} {complaint}
        </p>
      )}
      <main>
        <div class="write">
          <label class="row">
            {words.gallery}
            <select
              value=""
              onChange={({ currentTarget }) => {
                const preset = presets.find(({ name }) => name === currentTarget.value);
                if (preset) change({ normalizer: "softmax", ...preset.chosen });
                setRevision(revision + 1);
                currentTarget.value = "";
              }}
            >
              <option value="">…</option>
              {presets.map(({ name, meaning, source }) => (
                <option key={name} value={name}>
                  {name}: {isChinese ? meaning.zh : meaning.en} ({source})
                </option>
              ))}
            </select>
          </label>
          <Editor
            id="score"
            title={words.scoreTitle}
            hint={words.scoreHint}
            value={settings.score}
            revision={revision}
            problem={problemOf("score")}
            onChange={(score) => change({ score })}
          />
          <Maths latex={answer?.latex.score ?? null} />
          <Editor
            id="mask"
            title={words.maskTitle}
            hint={words.maskHint}
            value={settings.mask}
            revision={revision}
            problem={problemOf("mask")}
            onChange={(mask) => change({ mask })}
          />
          <Maths latex={answer?.latex.mask ?? null} />
        </div>
        <div class="choose">
          <div class="numbers">
            <label>
              {words.normalizer}
              <select
                value={settings.normalizer}
                onChange={({ currentTarget }) => change({ normalizer: currentTarget.value as Settings["normalizer"] })}
              >
                {offered.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </label>
            {(["tokens", "heads", "head", "seed"] as const).map((name) => {
              const { least } = ranges[name];
              const most = name === "head" ? settings.heads - 1 : ranges[name].most;
              return (
                <label key={name}>
                  {words[name]}
                  <input
                    type="number"
                    min={least}
                    max={most}
                    value={settings[name]}
                    onInput={({ currentTarget }) => {
                      const value = currentTarget.valueAsNumber;
                      if (Number.isInteger(value) && value >= least && value <= most) change({ [name]: value });
                    }}
                  />
                </label>
              );
            })}
          </div>
          <Explanation words={words} of={answer?.explanation ?? null} />
          <details>
            <summary>{words.take}</summary>
            <pre tabIndex={0}>{program}</pre>
          </details>
        </div>
        <div class="look">
          <fieldset class="views">
            <legend>{words.show}</legend>
            {views.map((view) => (
              <label key={view}>
                <input type="radio" name="view" checked={settings.view === view} onChange={() => change({ view })} />
                {words.views[view]}
              </label>
            ))}
          </fieldset>
          <HeatMap
            words={words}
            picture={answer?.picture ?? null}
            label={words.views[settings.view]}
            pair={pair}
            isDark={isDark}
            onPair={setPair}
            onZoom={setRegion}
            onScale={scale}
          />
          <p class="below">
            <button type="button" onClick={() => setRegion(whole(settings.tokens))}>
              {words.zoomOut}
            </button>
            <button type="button" onClick={() => void copy()}>
              {wasCopied ? words.copied : words.share}
            </button>
            <span class="hint">{answer ? words.took(answer.milliseconds) : ""}</span>
          </p>
          <Legend picture={answer?.picture ?? null} />
          <p class="hint" role="status">
            {problemOf("attention")?.message}
            {answer?.blocks && words.blocks(answer.blocks.full, answer.blocks.partial, answer.blocks.empty)}{" "}
            {answer?.picture &&
              answer.picture.pairsAcross * answer.picture.pairsDown > 1 &&
              words.cell(answer.picture.pairsAcross, answer.picture.pairsDown)}{" "}
            {answer?.picture?.sampled && words.sampled}
          </p>
        </div>
      </main>
    </>
  );
}

function Legend({ picture }: { readonly picture: Picture | null }): JSX.Element {
  return (
    <p class="legend">
      <output>{picture?.least.toPrecision(3)}</output>
      <span class="ramp" />
      <output>{picture?.most.toPrecision(3)}</output>
    </p>
  );
}

function useDark(): boolean {
  const [query] = useState(() => matchMedia("(prefers-color-scheme: dark)"));
  const [isDark, setDark] = useState(query.matches);
  useEffect(() => {
    const follow = (): void => setDark(query.matches);
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, [query]);
  return isDark;
}

import { autocompletion, completionKeymap, type CompletionContext } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Problem } from "../compute/protocol.ts";
import { formulaLanguage, functions, inputs, keywords, tables } from "./formula-language.ts";

const style = HighlightStyle.define([
  { tag: tags.variableName, color: "var(--input)" },
  { tag: tags.keyword, color: "var(--keyword)" },
  { tag: tags.propertyName, color: "var(--function)" },
  { tag: tags.typeName, color: "var(--table)" },
  { tag: tags.number, color: "var(--number)" },
  { tag: tags.invalid, color: "var(--wrong)" },
]);

const completions = [
  ...inputs.map((label) => ({ label, type: "variable" })),
  ...tables.map((label) => ({ label, type: "class", apply: `${label}[` })),
  ...functions.map((label) => ({ label, type: "function", apply: `${label}(` })),
  ...keywords.map((label) => ({ label, type: "keyword" })),
];

function complete(context: CompletionContext) {
  const word = context.matchBefore(/[a-z_]\w*/i);
  return word || context.explicit ? { from: word?.from ?? context.pos, options: completions } : null;
}

interface EditorProps {
  readonly id: string;
  readonly title: string;
  readonly hint: string;
  readonly value: string;
  /** Grows when the text is to be replaced from outside. What was typed comes back as `value` a moment later, when more has been typed. */
  readonly revision: number;
  readonly problem: Problem | null;
  onChange(value: string): void;
}

/** A line of text that is a program: highlighted, completed, and underlined where it is wrong. */
export function Editor({ id, title, hint, value, revision, problem, onChange }: EditorProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const change = useRef(onChange);
  change.current = onChange;

  useEffect(() => {
    const editor = new EditorView({
      parent: place.current!,
      state: EditorState.create({
        doc: value,
        extensions: [
          history(),
          formulaLanguage,
          syntaxHighlighting(style),
          autocompletion({ override: [complete] }),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({
            "aria-labelledby": `${id}-title`,
            "aria-describedby": `${id}-hint ${id}-problem`,
            autocapitalize: "off",
            spellcheck: "false",
          }),
          keymap.of([...completionKeymap, ...historyKeymap, ...defaultKeymap]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) change.current(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, []);

  useEffect(() => {
    const editor = view.current!;
    const shown = editor.state.doc.toString();
    if (shown !== value) editor.dispatch({ changes: { from: 0, to: shown.length, insert: value } });
  }, [revision]);

  useEffect(() => {
    const editor = view.current!;
    const { length } = editor.state.doc;
    const from = Math.min(problem?.position ?? 0, length);
    const found = problem
      ? [{ from, to: Math.min(from + 1, length), severity: "error" as const, message: problem.message }]
      : [];
    editor.dispatch(setDiagnostics(editor.state, found));
  }, [problem?.message, problem?.position]);

  return (
    <section class="editor">
      <h2 id={`${id}-title`}>{title}</h2>
      <div ref={place} class={problem ? "line wrong" : "line"} />
      <p id={`${id}-hint`} class="hint">
        {hint}
      </p>
      <p id={`${id}-problem`} class="problem" role="status">
        {problem?.message ?? ""}
      </p>
    </section>
  );
}

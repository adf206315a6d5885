import { useEffect, useRef, useState } from "preact/hooks";
import type { Answer, Question } from "../compute/protocol.ts";

/** Asks the worker whenever the question changes; the last answer stays until the next one comes. */
export function useAnswers(question: Omit<Question, "id">): Answer | null {
  const worker = useRef<Worker | null>(null);
  const id = useRef(0);
  const [answer, setAnswer] = useState<Answer | null>(null);
  useEffect(() => {
    const made = new Worker(new URL("../compute/worker.ts", import.meta.url), { type: "module" });
    made.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
      if (data.id === id.current) setAnswer(data);
      // an older one still shows that something moves
      else setAnswer((before) => (before === null || before.id < data.id ? data : before));
    });
    worker.current = made;
    return () => made.terminate();
  }, []);
  const asked = JSON.stringify(question);
  useEffect(() => {
    worker.current?.postMessage({ ...question, id: ++id.current });
  }, [asked]);
  return answer;
}

import { startTensorFlow } from "./start-tensorflow.ts";
import { digits } from "./tasks/digits.ts";
import { Trainer, noScore, addScores } from "./trainer.ts";
await startTensorFlow();
const steps = Number(process.argv[2] ?? 100);
const settings = {
  task: "digits",
  seed: 1,
  ...digits.defaults,
  steps,
  learned: "none" as const,
  text: null,
  rate: Number(process.argv[3] ?? 0.003),
};
const lesson = digits.prepare(settings);
const t = new Trainer(lesson, settings);
console.log(t.model.countParams());
let s = noScore;
let t0 = performance.now();
for (let i = 0; i < steps; i++) {
  s = addScores(s, t.learn(i));
  if (i % 50 === 49) {
    const ms = (performance.now() - t0) / 50;
    const h = t.test(lesson.heldOut);
    console.log(
      i + 1,
      ms.toFixed(1),
      "ms",
      (s.loss / s.answers).toFixed(3),
      (s.right / s.groups).toFixed(3),
      "held",
      (h.right / h.groups).toFixed(4),
      h.groups,
    );
    s = noScore;
    t0 = performance.now();
  }
}

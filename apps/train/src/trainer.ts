import {
  argMax,
  dispose,
  keep,
  logSoftmax,
  mul,
  oneHot,
  reshape,
  sum,
  tensor,
  tidy,
  variableGrads,
  type Scalar,
  type Tensor,
  type Variable,
} from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { adam, rateAt, type Moments } from "./adam.ts";
import { addScores, noScore, type Score } from "./score.ts";
import type { Batch, Lesson, Settings } from "./task.ts";

const decay = 0.01;
/** Longest gradient, over all weights: one odd batch cannot throw the weights far away. */
const longest = 1;

/** A model and all that its training remembers between steps. */
export class Trainer {
  readonly model: LayersModel;
  readonly moments: ReadonlyMap<string, Moments>;
  readonly #lesson: Lesson;
  readonly #settings: Settings;
  readonly #variables: ReadonlyMap<string, Variable>;

  constructor(lesson: Lesson, settings: Settings) {
    this.#lesson = lesson;
    this.#settings = settings;
    this.model = lesson.createModel();
    this.#variables = new Map(
      this.model.trainableWeights.map((weight) => [weight.originalName, weight.read() as Variable]),
    );
    this.moments = new Map(
      Array.from(this.#variables, ([name, { size }]) => [
        name,
        { first: new Float32Array(size), second: new Float32Array(size) },
      ]),
    );
  }

  /** Weights by name, with shapes; the numbers are copies. */
  weights(): Map<string, { readonly shape: readonly number[]; readonly data: Float32Array }> {
    return new Map(
      Array.from(this.#variables, ([name, variable]) => [
        name,
        { shape: variable.shape, data: Float32Array.from(variable.dataSync()) },
      ]),
    );
  }

  setWeight(name: string, data: Float32Array): void {
    const variable = this.#variables.get(name) as Variable;
    tidy(() => variable.assign(tensor(data, variable.shape)));
  }

  /** Learns from the batch of a step. */
  learn(step: number): Score {
    const batch = this.#lesson.batch(step);
    let logits: Tensor | null = null;
    const { value, grads } = variableGrads(() => {
      const found = this.#loss(batch, true);
      logits = keep(found.logits);
      return found.loss;
    }, [...this.#variables.values()]);
    const score = this.#score(batch, value.dataSync()[0], logits as unknown as Tensor);
    const gradients = new Map(
      Array.from(this.#variables, ([name, variable]) => [name, grads[variable.name].dataSync() as Float32Array]),
    );
    dispose([value, logits as unknown as Tensor, ...Object.values(grads)]);

    let square = 0;
    for (const gradient of gradients.values()) for (const slope of gradient) square += slope * slope;
    const scale = Math.min(1, longest / (Math.sqrt(square) + 1e-12));
    const rate = rateAt(step, this.#settings.steps, this.#settings.rate);
    for (const [name, variable] of this.#variables) {
      const weights = Float32Array.from(variable.dataSync());
      const shrinks = variable.rank > 1 ? decay : 0;
      adam(weights, gradients.get(name) as Float32Array, this.moments.get(name) as Moments, scale, {
        rate,
        step,
        decay: shrinks,
      });
      this.setWeight(name, weights);
    }
    return score;
  }

  /** How the model does on examples it does not learn from. */
  test(batches: readonly Batch[]): Score {
    return batches
      .map((batch) =>
        tidy(() => {
          const { loss, logits } = this.#loss(batch, false);
          return this.#score(batch, loss.dataSync()[0], logits);
        }),
      )
      .reduce(addScores, noScore);
  }

  dispose(): void {
    this.model.dispose();
  }

  /** Mean loss over the answers asked for, and logits `[examples * rows, classes]`. */
  #loss(batch: Batch, training: boolean): { loss: Scalar; logits: Tensor } {
    const inputs = tensor(batch.inputs, [...batch.shape], batch.inputs instanceof Int32Array ? "int32" : "float32");
    const logits = reshape(this.model.apply(inputs, { training }) as Tensor, [-1, this.#lesson.classes]);
    // a label of -1 has no place in its row, so that the row is all zeros and asks for nothing
    const labels = oneHot(tensor(batch.labels, [batch.labels.length], "int32"), this.#lesson.classes);
    const loss = mul(sum(mul(logSoftmax(logits), labels)), -1 / answersOf(batch)) as Scalar;
    return { loss, logits };
  }

  #score(batch: Batch, meanLoss: number, logits: Tensor): Score {
    const chosen = tidy(() => argMax(logits, 1).dataSync());
    const answers = answersOf(batch);
    const isRight = Array.from(batch.labels, (label, row) => label === chosen[row]).filter(
      (_, row) => batch.labels[row] >= 0,
    );
    const groups = answers / this.#lesson.group;
    const right = Array.from({ length: groups }, (_, group) =>
      isRight.slice(group * this.#lesson.group, (group + 1) * this.#lesson.group).every(Boolean),
    ).filter(Boolean).length;
    return { loss: meanLoss * answers, answers, right, groups };
  }
}

const answersOf = ({ labels }: Batch): number => labels.reduce((count, label) => count + Number(label >= 0), 0);

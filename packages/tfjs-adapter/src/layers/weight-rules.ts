import type { serialization } from "@tensorflow/tfjs-core";
import { layers, type LayerVariable } from "@tensorflow/tfjs-layers";
import { AdapterError } from "../adapter-error.ts";
import type { AddWeight, Initializer } from "./add-weight.ts";
import { readElsewhere, type ArgumentKind, type ArgumentKinds } from "./read-arguments.ts";

type DenseArguments = Parameters<typeof layers.dense>[0];

/** How kernels and biases begin, and what is asked of them, as TensorFlow.js's own layers are told: an object of `tf.initializers`,
 *  `tf.initializers` or `tf.regularizers`, or a name. */
export type WeightRuleArguments = Partial<
  Pick<DenseArguments, "kernelInitializer" | "biasInitializer" | "kernelRegularizer" | "biasRegularizer">
>;

/** What Keras has beside, and TensorFlow.js saves but does not do. */
interface NotKept {
  readonly kernelConstraint?: unknown;
  readonly biasConstraint?: unknown;
  readonly activityRegularizer?: unknown;
}

const leftOut: ArgumentKind = {
  expected: "left out, because TensorFlow.js does not heed it while it trains",
  accepts: () => false,
};

export const weightRuleKinds: ArgumentKinds<WeightRuleArguments & NotKept> = {
  kernelInitializer: readElsewhere,
  biasInitializer: readElsewhere,
  kernelRegularizer: readElsewhere,
  biasRegularizer: readElsewhere,
  kernelConstraint: leftOut,
  biasConstraint: leftOut,
  activityRegularizer: leftOut,
};

const names = ["kernelInitializer", "biasInitializer", "kernelRegularizer", "biasRegularizer"] as const;

type AddRuledWeight = (name: string, shape: number[], initializer: Initializer, regularizer: never) => LayerVariable;

/** The rules of one layer. */
export class WeightRules {
  readonly #given: WeightRuleArguments;
  /** What TensorFlow.js makes of them. */
  readonly #read: Readonly<Record<string, unknown>>;

  /** @throws {AdapterError} for a name that TensorFlow.js does not know */
  constructor(who: string, args: WeightRuleArguments) {
    const given = Object.fromEntries(names.filter((name) => args[name] != null).map((name) => [name, args[name]]));
    try {
      // a dense layer takes the same arguments, and reading names and descriptions is not to be had alone
      this.#read = layers.dense({ name: who, units: 1, ...given }) as unknown as Readonly<Record<string, unknown>>;
    } catch (cause) {
      throw new AdapterError(`${who}: ${names.join(", ")} are as for tf.layers.dense. ${(cause as Error).message}`, {
        cause,
      });
    }
    this.#given = given;
  }

  /** Adds weights by these rules: those for kernels where a weight's name ends so, those for biases likewise, and none for others. */
  applyTo(add: AddRuledWeight): AddWeight {
    return (name, shape, initializer) => {
      const kind = ["kernel", "bias"].find((end) => name === end || name.endsWith(`/${end}`));
      const rule = (what: string): unknown => (kind === undefined ? undefined : this.#read[`${kind}${what}`]);
      const isGiven = this.#given[`${kind}Initializer` as keyof WeightRuleArguments] !== undefined;
      const start = isGiven ? (rule("Initializer") as Initializer) : initializer;
      return add(name, shape, start, rule("Regularizer") as never);
    };
  }

  /** What a saved model holds of them: as a dense layer's. */
  config(): serialization.ConfigDict {
    const all = (this.#read as unknown as layers.Layer).getConfig();
    return Object.fromEntries(Object.keys(this.#given).map((name) => [name, all[name]])) as serialization.ConfigDict;
  }
}

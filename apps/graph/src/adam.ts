/** Adam over some arrays of numbers, changed in place. @see Kingma and Ba 2015, algorithm 1 */
export function adam(
  parameters: readonly Float32Array[],
  learningRate: number,
): { step(gradients: readonly Float32Array[]): void } {
  const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];
  const means = parameters.map(({ length }) => new Float64Array(length));
  const squares = parameters.map(({ length }) => new Float64Array(length));
  let steps = 0;
  return {
    step(gradients) {
      steps++;
      const [correction1, correction2] = [1 - beta1 ** steps, 1 - beta2 ** steps];
      parameters.forEach((values, p) => {
        const [mean, square, gradient] = [means[p], squares[p], gradients[p]];
        for (let i = 0; i < values.length; i++) {
          mean[i] = beta1 * mean[i] + (1 - beta1) * gradient[i];
          square[i] = beta2 * square[i] + (1 - beta2) * gradient[i] ** 2;
          values[i] -= (learningRate * (mean[i] / correction1)) / (Math.sqrt(square[i] / correction2) + epsilon);
        }
      });
    },
  };
}

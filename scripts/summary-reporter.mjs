/** Ends a run with one plain line that people and scripts can read: `N passed, N failed, N skipped`. */
export default class SummaryReporter {
  onTestRunEnd(modules) {
    const count = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      if (module.errors?.().length) count.failed += 1; // a file that could not be loaded holds no tests to fail
      for (const test of module.children.allTests()) count[test.result().state] += 1;
    }
    console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  }
}

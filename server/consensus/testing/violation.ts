/** A property of Raft that did not hold. `check` names the property, so that a test can demand which one speaks. */
export class Violation extends Error {
  readonly check: string;

  constructor(check: string, message: string) {
    super(`${check}: ${message}`);
    this.name = 'Violation';
    this.check = check;
  }
}

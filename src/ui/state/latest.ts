/** Distinguishes answers to the latest question from answers to earlier ones, which are discarded. */
export class Latest {
  #question = 0;

  /** Asks a new question, which makes all earlier ones outdated. Returns whether it is still the latest. */
  ask(): () => boolean {
    this.#question++;
    return this.follow();
  }

  /** Continues the latest question. Returns whether no other has been asked since. */
  follow(): () => boolean {
    const question = this.#question;
    return () => question === this.#question;
  }
}

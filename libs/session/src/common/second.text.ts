/**
 * A text that is the same for all instants of one second. The last one is kept: what happens to many sessions within one second mostly has
 * one end, and to print a date takes longer than to compare a session.
 */
export class SecondText {
  private second = Number.NaN;
  private text = '';

  constructor(private readonly print: (instant: Date) => string) {}

  of(instant: Date): string {
    const second = Math.floor(instant.getTime() / 1_000);
    if (second !== this.second) {
      this.text = this.print(instant);
      this.second = second;
    }
    return this.text;
  }
}

/** One thing that the guide to Redis session storage teaches, and where this application shows it. */
export interface GuideRow {
  readonly chapter: string;
  readonly topic: string;
  /** What can be seen. */
  readonly here: string;
  /** Where to look in a browser; absent where there is nothing to look at. */
  readonly page?: string;
  readonly routes: readonly string[];
  /** Where it is written, from the top of the repository. */
  readonly files: readonly string[];
  readonly tests: readonly string[];
}

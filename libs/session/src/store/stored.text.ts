import { hash } from 'node:crypto';

/** A text as Redis holds it, or only what tells it from others. */
export class StoredText {
  private constructor(
    /** `undefined` where it is not kept. */
    readonly text: string | undefined,
    private digest?: string,
  ) {}

  static of(text: string): StoredText {
    return new StoredText(text);
  }

  /** The same without the text, for one that is kept for long beside what was made of it, and mostly to be written over. */
  static withoutText(text: string): StoredText {
    return new StoredText(undefined, sha1Of(text));
  }

  /** What the save script compares. */
  get sha1(): string {
    return (this.digest ??= sha1Of(this.text ?? ''));
  }

  is(text: string): boolean {
    return this.text === undefined ? this.sha1 === sha1Of(text) : this.text === text;
  }

  isSame(other: StoredText): boolean {
    return this === other || (other.text === undefined ? this.sha1 === other.sha1 : this.is(other.text));
  }
}

/** Only tells texts apart that the server itself wrote; it guards nothing, and Redis's scripts have no other. */
const sha1Of = (text: string): string => hash('sha1', text, 'hex');

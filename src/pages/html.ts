/** Markup that is safe to send: made by {@link html}, which escapes everything that is put into it. */
export class Html {
  constructor(private readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

type Part = Html | string | number | false | undefined | readonly Html[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Template tag for markup. Text is escaped, for elements and quoted attributes; `false` and `undefined` give nothing. */
export function html(literals: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(literals.reduce((text, literal, index) => text + markupOf(parts[index - 1]) + literal));
}

function markupOf(part: Part): string {
  if (part === undefined || part === false) return '';
  if (typeof part === 'object') return Array.isArray(part) ? part.join('') : String(part);
  return String(part).replace(/[&<>"']/g, (sign) => ENTITIES[sign]!);
}

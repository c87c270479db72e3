import { BadRequestException, HttpStatus } from '@nestjs/common';

/** The part of a Standard Schema issue that is told. */
interface Issue {
  readonly message: string;
  readonly path?: readonly unknown[];
}

/** 400 `INVALID_INPUT`, with each field that is wrong and what is wrong with it: as a sentence, and by field for forms and programs. */
export function invalidInput(issues: readonly Issue[]): BadRequestException {
  const problems: Record<string, string> = Object.create(null);
  const sentences = issues.map(({ path, message: reason }) => {
    if (!path?.length) return reason;
    const field = path.map(String).join('.');
    problems[field] ??= reason;
    return `${field} ${reason}`;
  });
  return new BadRequestException({
    statusCode: HttpStatus.BAD_REQUEST,
    code: 'INVALID_INPUT',
    message: `${sentences.join('; ')}.`,
    ...(Object.keys(problems).length > 0 && { problems }),
  });
}

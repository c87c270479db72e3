import { BadRequestException, HttpStatus } from '@nestjs/common';

/** The part of a Standard Schema issue that is told. */
interface Issue {
  readonly message: string;
  readonly path?: readonly unknown[];
}

/** 400 `INVALID_INPUT`, with each field that is wrong and what is wrong with it. */
export function invalidInput(issues: readonly Issue[]): BadRequestException {
  const message = issues
    .map(({ path, message: reason }) => (path?.length ? `${path.map(String).join('.')} ${reason}` : reason))
    .join('; ');
  return new BadRequestException({
    statusCode: HttpStatus.BAD_REQUEST,
    code: 'INVALID_INPUT',
    message: `${message}.`,
  });
}

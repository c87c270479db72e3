import { checkBoolean, checkNames, InvalidOptionError, show } from '../common/index.js';
import { FINDING_CODES, type FindingCode, isFindingCode } from './finding.js';

/** What the doctor does at the start of the application. `false` instead of it: nothing. */
export interface DoctorOptions {
  /**
   * Findings that are on purpose and not to be told.
   *
   * @default none
   * @example ignore: ['REDIS_NO_TLS']
   */
  ignore?: readonly FindingCode[];
  /**
   * Findings of severity `error`, which only production has, end the start with a `DoctorError`. The start then waits until Redis was
   * looked at, at most `redis.maxWait`.
   *
   * @default false: they are logged
   */
  strict?: boolean;
}

/** {@link DoctorOptions} checked and with every default filled in. */
export interface ResolvedDoctorOptions {
  /** Whether it runs at the start. Asked by the application, it always examines. */
  readonly atStart: boolean;
  readonly ignore: readonly FindingCode[];
  readonly strict: boolean;
}

/** Checks the option group `doctor`. @throws InvalidOptionError */
export function resolveDoctorOptions(options: DoctorOptions | false = {}): ResolvedDoctorOptions {
  if (options === false) return { atStart: false, ignore: [], strict: false };
  checkNames('doctor', options, ['ignore', 'strict']);
  const ignore: unknown = options.ignore ?? [];
  if (!Array.isArray(ignore)) {
    throw new InvalidOptionError(
      'doctor.ignore',
      `must be a list of codes, such as ['REDIS_NO_TLS']; it got ${show(ignore)}.`,
    );
  }
  return {
    atStart: true,
    ignore: ignore.map((code: unknown) => checkCode(code)),
    strict: checkBoolean('doctor.strict', options.strict, false),
  };
}

function checkCode(code: unknown): FindingCode {
  if (typeof code === 'string' && isFindingCode(code)) return code;
  throw new InvalidOptionError(
    'doctor.ignore',
    `has ${show(code)}, which is no code. There are ${FINDING_CODES.join(', ')}.`,
  );
}

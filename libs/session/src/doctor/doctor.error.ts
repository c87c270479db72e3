import { SessionError } from '../common/index.js';
import { type Finding, lineOf } from './finding.js';

/** With `doctor.strict`, what the doctor found does not let the application start. */
export class DoctorError extends SessionError {
  constructor(readonly findings: readonly Finding[]) {
    const count = findings.length === 1 ? 'a finding' : `${findings.length} findings`;
    super(
      'DOCTOR_FINDINGS',
      `SessionModule does not start because of ${count} (doctor.strict is true):\n${findings.map(lineOf).join('\n')}`,
    );
  }
}

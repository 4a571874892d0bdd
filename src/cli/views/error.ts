import { exitCodeOf, faultOf, type HarborError } from '../../errors.ts';
import { bad, dim, type Line, nextStep, paragraph, spansOf } from '../line.ts';

/** What happened and why, then what to do. A stack trace is for those who ask for it. */
export function errorView(error: HarborError, debug: boolean): readonly Line[] {
  const [first = '', ...rest] = paragraph(error.message);
  const isBug = faultOf(error.code) === 'bug';
  const again = isBug && !debug ? ['Run it again with HARBORMASTER_DEBUG=1 to see where it happened.'] : [];
  return [
    [bad('harbormaster: '), ...spansOf(first)],
    ...rest,
    ...[error.hint ?? [], again].flat().flatMap((hint) => nextStep(hint)),
    ...(debug ? stackOf(error).map((line) => [dim(line)]) : []),
  ];
}

function stackOf(error: Error): readonly string[] {
  const own = (error.stack ?? '').split('\n');
  return error.cause instanceof Error ? [...own, 'caused by:', ...stackOf(error.cause)] : own;
}

/** The same for programs. */
export const errorJson = (error: HarborError) => ({
  error: {
    code: error.code,
    fault: faultOf(error.code),
    message: error.message,
    hint: error.hint,
    at: error.at,
    exitCode: exitCodeOf(error.code),
  },
});

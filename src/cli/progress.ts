import type { Progress } from '../ports.ts';
import { dim, strong } from './line.ts';
import { duration } from './moment.ts';
import type { Printer } from './print.ts';

export interface ShownProgress extends Disposable {
  readonly tell: Progress;
}

const frames = [...'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'];
const frameTime = 100;

/** One line a step on stderr; on a terminal with a line under them that shows that work goes on, and for how long. */
export function showProgress(print: Printer, now: () => Date): ShownProgress {
  const begun = now().getTime();
  let frame = 0;
  const turn = () => {
    frame += 1;
    print.busy([`${frames[frame % frames.length]} working, ${duration(now().getTime() - begun)}`]);
  };
  const timer = print.isLive ? setInterval(turn, frameTime) : undefined;
  timer?.unref();
  return {
    tell: (app, message) => print.note([dim('· '), strong(app), `  ${message}`]),
    [Symbol.dispose]() {
      clearInterval(timer);
      print.busy(undefined);
    },
  };
}

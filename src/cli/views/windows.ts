import type { Span } from '../../core/occurrences.ts';
import { wallAt } from '../../core/time-zone.ts';
import { isEndless } from '../../core/window-json.ts';
import type { WindowReport } from '../../core/window-report.ts';
import { inWords } from '../../core/windows.ts';
import { bad, dim, good, type Line, nextStep, strong } from '../line.ts';
import { counted } from './count.ts';

/** So many times of one window are shown to people; a program gets all. */
const most = 40;

export function windowsView(reports: readonly WindowReport[], names: readonly string[]): readonly Line[] {
  if (reports.length === 0)
    return [
      names.length === 0
        ? 'No window is configured: everything may begin at any time.'
        : `No window concerns ${names.join(', ')}.`,
      ...nextStep('Windows stand under `windows:` in the configuration.'),
    ];
  return reports.flatMap((report, index) => [...(index === 0 ? [] : ['']), ...windowLines(report)]);
}

function windowLines({ window, on, times }: WindowReport): readonly Line[] {
  const { name, kind, cron, duration, timeZone, apps, blocks, reason } = window;
  const paint = kind === 'allow' ? good : bad;
  const state = on === undefined ? 'off now' : `on now${isEndless(on) ? '' : `, until ${instant(on.to)} UTC`}`;
  const whom = apps.length === 0 ? 'every app' : apps.join(', ');
  return [
    [
      strong(name),
      ' ',
      paint(`${kind === 'allow' ? 'allows' : 'denies'} ${blocks.join(', ')}`),
      ` for ${whom}: `,
      strong(state),
    ],
    [dim(`  "${cron}" for ${inWords(duration)}, ${timeZone}${reason === undefined ? '' : `: ${reason}`}`)],
    ...(times.length === 0 ? ['  Not once in the next fourteen days.'] : []),
    ...times.slice(0, most).map((span) => timeLine(span, timeZone)),
    ...(times.length > most ? [`  and ${counted(times.length - most, 'more time')}; --json has them all`] : []),
  ];
}

const timeLine = (span: Span, zone: string): Line => [
  `  ${local(span.from, zone)} – ${isEndless(span) ? 'always' : local(span.to, zone)} ${zone}`,
  ...(zone === 'UTC' ? [] : [dim(`   ${instant(span.from)} – ${isEndless(span) ? 'always' : instant(span.to)} UTC`)]),
];

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

/** `Mon 2026-11-23 22:00` */
const shown = (wall: number): string => {
  const date = new Date(wall);
  return `${weekdays[date.getUTCDay()]} ${date.toISOString().slice(0, 16).replace('T', ' ')}`;
};

const local = (at: number, zone: string): string => shown(wallAt(zone, at));
const instant = (at: number): string => shown(at);

import { ago, moment } from '../../../src/cli/moment.ts';

/** How long ago, and exactly when on a closer look. */
export const When = ({ at }: { readonly at: string }) => (
  <time dateTime={at} title={moment(at)}>
    {ago(at, new Date())}
  </time>
);

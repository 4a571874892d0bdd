import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { email } from '../../../src/edges/notifiers/email.ts';
import { notification } from './notification.ts';

/** As much of RFC 5321 as it takes to be sent a mail; `refuses` answers a command with a failure. */
async function mailServer(refuses = /^$/) {
  const heard: string[] = [];
  const server = createServer((socket) => {
    let isBody = false;
    let rest = '';
    const say = (line: string) => void socket.write(`${line}\r\n`);
    say('220 mail.test');
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = `${rest}${chunk}`.split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        heard.push(line);
        if (isBody && line !== '.') continue;
        if (refuses.test(line)) say('550 no such user');
        else if (isBody || !/^(DATA|EHLO|QUIT)/.test(line)) say('250 fine');
        else if (line.startsWith('EHLO')) say('250 mail.test');
        else say(line === 'DATA' ? '354 go on' : '221 bye');
        isBody = line === 'DATA';
      }
    });
    socket.on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.close();
    await once(server, 'close');
  };
  return { heard, url: `smtp://127.0.0.1:${port}`, [Symbol.asyncDispose]: close };
}

const people = { from: 'hm@example.com', to: ['ada@example.com', 'bob@example.com'] };

test('a mail goes to everybody who is named, and a summary adds no header', async () => {
  await using server = await mailServer();
  const summary = 'failed: é\r\nBcc: eve@example.com';
  await email
    .make({ server: server.url, ...people, text: '{{app}} {{summary}}' })
    .notify(notification({ summary, app: 'web' }));
  const text = server.heard.join('\n');
  expect(server.heard.filter((line) => line.startsWith('RCPT'))).toEqual([
    'RCPT TO:<ada@example.com>',
    'RCPT TO:<bob@example.com>',
  ]);
  expect(text).toContain('Subject: web on host1: failed');
  const [headers = '', body = ''] = text.split('\n\n');
  expect(headers).not.toContain('eve@example.com');
  expect(body).toContain('web failed');
  expect(text).toContain('More: harbormaster log show 1');
});

test('what the server says against it is told, its password is not', async () => {
  await using server = await mailServer(/^RCPT/);
  const url = server.url;
  const sending = email.make({ server: url, ...people }).notify(notification());
  await expect(sending).rejects.toMatchObject({ code: 'notify-failed', message: expect.stringContaining('550') });
  const gone = email.make({ server: 'smtp://hm:s3cret@127.0.0.1:1', ...people }).notify(notification());
  const error = await gone.catch((thrown: unknown) => thrown as Error);
  expect(`${error}`).toContain('the mail by 127.0.0.1:1 was not delivered');
  expect(`${error}`).not.toContain('s3cret');
});

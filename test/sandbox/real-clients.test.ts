import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { at } from '../../src/core/untrusted.ts';
import { film } from './films.ts';
import { key, openHarness } from './harness.ts';
import { png } from './pictures.ts';

// What three real clients are known to send, byte for byte, quirks and all. A name in << >> is filled in.

const fixture = z.object({
  client: z.string(),
  steps: z.array(
    z.object({
      name: z.string(),
      head: z.array(z.string()),
      body: z.array(z.string()).default([]),
      status: z.number(),
      /** What the reply holds at least. */
      reply: z.record(z.string(), z.unknown()).default({}),
      /** Places of the reply that later steps fill in. */
      keep: z.record(z.string(), z.array(z.string())).default({}),
      /** Milliseconds that pass afterwards. */
      wait: z.number().default(0),
    }),
  ),
});

describe.each(['dashscope-python-sdk', 'vercel-ai-sdk', 'qwen-video-skill'])('%s', (name) => {
  test('is served', async () => {
    const file = new URL(`../fixtures/clients/${name}.json`, import.meta.url);
    const { steps } = fixture.parse(JSON.parse(await readFile(file, 'utf8')));
    const sandbox = await openHarness();
    const picture = png(750, 1000);
    const filled = new Map<string, Buffer>(
      Object.entries({
        host: Buffer.from(`127.0.0.1:${sandbox.port}`),
        key: Buffer.from(key),
        picture,
        picture64: Buffer.from(picture.toString('base64')),
        clip: await film({ seconds: 3 }),
      }),
    );
    for (const step of steps) {
      const body = fill(step.body.join(''), filled);
      filled.set('length', Buffer.from(String(body.length)));
      const head = fill(`${step.head.join('\r\n')}\r\n\r\n`, filled);
      // oxlint-disable-next-line no-await-in-loop -- each step builds on the ones before
      const reply = await exchange(sandbox.port, Buffer.concat([head, body]));
      expect([step.name, reply.status, reply.json]).toMatchObject([step.name, step.status, step.reply]);
      for (const [kept, path] of Object.entries(step.keep)) {
        const value = at(reply.json, ...path);
        expect(value, `${step.name}: ${kept}`).toEqual(expect.any(String));
        filled.set(kept, Buffer.from(String(value)));
      }
      sandbox.pass(step.wait);
    }
    expect(sandbox.log.map(({ status }) => status)).toEqual(steps.map(({ status }) => status));
  });
});

function fill(text: string, values: ReadonlyMap<string, Buffer>): Buffer {
  const parts = text.split(/<<(\w+)>>/u);
  return Buffer.concat(
    parts.map((part, index) => {
      if (index % 2 === 0) return Buffer.from(part);
      const value = values.get(part);
      if (value === undefined) throw new Error(`nothing is known of ${part}`);
      return value;
    }),
  );
}

/** One request as bytes, and the reply as its headers measure it. */
async function exchange(port: number, bytes: Buffer): Promise<{ status: number; json: unknown }> {
  const socket = connect({ port, host: '127.0.0.1' });
  const chunks: Buffer[] = [];
  try {
    socket.write(bytes);
    for await (const chunk of socket.iterator({ destroyOnReturn: true })) {
      chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      const length = Number(/^content-length: (\d+)\r$/imu.exec(text)?.[1] ?? 0);
      if (end !== -1 && text.length >= end + 4 + length) break;
    }
  } finally {
    socket.destroy();
  }
  const reply = Buffer.concat(chunks);
  const [head = '', body = ''] = reply.toString('utf8').split(/\r\n\r\n(.*)/su);
  return {
    status: Number(/^HTTP\/1\.1 (\d{3}) /u.exec(head)?.[1]),
    json: body === '' ? {} : (JSON.parse(body) as unknown),
  };
}

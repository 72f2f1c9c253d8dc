import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import {
  dateAndTime,
  defaultTemplate,
  fillTemplate,
  isTemplate,
  parseTemplate,
  safeName,
  slugOf,
  templateFields,
  type TemplateField,
} from '../../src/core/file-name.ts';
import { controls } from '../helpers/hostile-text.ts';
import { failureOf } from './refusal.ts';

const values: Record<TemplateField, string> = {
  job: '1KTAHJ0ABCDE',
  task_id: '0385dc79-5ff8',
  mode: 't2v',
  model: 'wan2.6-t2v',
  seed: 'random',
  date: '2026-11-20',
  time: '14-03-09',
  slug: 'a-paper-boat',
  index: '1',
  ext: 'mp4',
};

test.each([
  [defaultTemplate, '2026-11-20-a-paper-boat-1KTAHJ0ABCDE.mp4'],
  ['clips/{mode}/{model}.{ext}', 'clips/t2v/wan2.6-t2v.mp4'],
  ['{ job }.{ext}', '1KTAHJ0ABCDE.mp4'],
  ['{{{job}}}.mp4', '{1KTAHJ0ABCDE}.mp4'],
  ['{{job}}.mp4', '{job}.mp4'],
  ['../up/{job}.mp4', '../up/1KTAHJ0ABCDE.mp4'],
  ['/abs/{seed}-{index}', '/abs/random-1'],
  ['{job}...mp4', '1KTAHJ0ABCDE...mp4'],
  ['plain.mp4', 'plain.mp4'],
])('%s becomes %s', (template, name) => {
  expect(fillTemplate(template, values)).toBe(name);
});

test.each([
  ['{seeed}.mp4', 'there is no field {seeed}', 'fields: {job}'],
  ['{}.mp4', 'there is no field {}', '{{ for a brace'],
  ['{constructor}', 'there is no field {constructor}', 'fields:'],
  ['{job.mp4', 'a lone {', 'write {{'],
  ['job}.mp4', 'a lone }', 'write }}'],
  ['{job}/../x', 'climbs out', 'before the first field'],
  ['{job}/..', 'climbs out', 'before the first field'],
  ['{job}\\..\\x', 'climbs out', 'before the first field'],
  ['a/{job}/b/../../../x', 'climbs out', 'before the first field'],
])('%s is refused', async (template, message, hint) => {
  const error = await failureOf(() => parseTemplate(template));
  expect(error).toBeInstanceOf(UsageError);
  expect(error.message).toContain(message);
  expect(error.hint).toContain(hint);
});

test.each([
  ['clip.mp4', false],
  ['-', false],
  ['{job}', true],
  ['a{{b', true],
  ['a}', true],
])('%s is a template: %s', (text, expected) => {
  expect(isTemplate(text)).toBe(expected);
});

test.each([
  ['../../etc/passwd', '-..-etc-passwd'],
  ['..', 'unnamed'],
  ['.', 'unnamed'],
  ['', 'unnamed'],
  [' . .hidden', 'hidden'],
  ['a/b\\c', 'a-b-c'],
  ['C:\\x', 'C--x'],
  ['a\u0000b\u001b[2J', 'ab[2J'],
  ['a\r\nb', 'a b'],
  ['\u202egnp.mp4', 'gnp.mp4'],
  ['\u200e..', 'unnamed'],
  ['<a>|"b"?*', '-a---b---'],
])('the value %j becomes the name %j', (value, name) => {
  expect(safeName(value)).toBe(name);
});

test('values are cut by bytes, at whole characters', () => {
  expect(safeName('a'.repeat(500))).toHaveLength(120);
  expect(safeName('雨'.repeat(500))).toBe('雨'.repeat(40));
  expect(safeName(`a${'😀'.repeat(100)}`)).toBe(`a${'😀'.repeat(29)}`);
});

test.each([
  ['A paper boat, in the RAIN!', 'a-paper-boat-in-the-rain'],
  ['  --- ', 'video'],
  ['', 'video'],
  ['纸船在雨中', '纸船在雨中'],
  ['Cafe\u0301 Ü', 'café-ü'],
  ['../../etc', 'etc'],
  ['a\u001b[2Jb', 'a-2jb'],
  ['word '.repeat(20), 'word-word-word-word-word-word-word-word'],
  ['雨'.repeat(50), '雨'.repeat(13)],
])('the prompt %j has the slug %j', (prompt, slug) => {
  expect(slugOf(prompt, 'video')).toBe(slug);
});

test('date and time are local, and fit for names', () => {
  const at = new Date(2026, 0, 2, 3, 4, 5).getTime();
  expect(dateAndTime(at)).toEqual({ date: '2026-01-02', time: '03-04-05' });
});

describe('whatever the values', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('..', '../..', '/', '\\', '.', '\u202e..', '..\u0000'),
  );
  const anyValues = fc.record(
    Object.fromEntries(templateFields.map((field) => [field, text])) as Record<TemplateField, typeof text>,
  );
  const field = fc.constantFrom(...templateFields).map((name) => `{${name}}`);
  const template = fc
    .array(fc.oneof(field, fc.constantFrom('/', '.', '..', '-', '{{', '}}', '\\', 'x')), {
      minLength: 1,
      maxLength: 8,
    })
    .map((parts) => parts.join(''));

  test('a template never leaves its directory', () => {
    fc.assert(
      fc.property(template, anyValues, (pattern, filled) => {
        let name: string;
        try {
          name = fillTemplate(`clips/{job}${pattern}`, filled);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
          return;
        }
        for (const rules of [path.posix, path.win32]) {
          const root = rules.resolve('/home/you/clips');
          expect(rules.resolve('/home/you', name).startsWith(`${root}${rules.sep}`)).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('a name of fields alone has no control character, is never empty, and is bounded', () => {
    const fields = fc.array(fc.constantFrom(...templateFields), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fields, anyValues, (names, filled) => {
        const name = fillTemplate(names.map((field_) => `{${field_}}`).join('-'), filled);
        expect(name).not.toMatch(controls);
        expect(path.posix.basename(name)).toBe(name);
        expect(path.win32.basename(name)).toBe(name);
        expect(name.length).toBeGreaterThan(0);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(names.length * 121);
      }),
      { numRuns: 1000 },
    );
  });

  test('the default name fits any disk, its longest companion included', () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: 'grapheme', maxLength: 300 })), (prompt) => {
        const name = fillTemplate(defaultTemplate, { ...values, slug: slugOf(prompt, 't2v') });
        expect(
          Buffer.byteLength(`${name.replace('.mp4', '')}.unverified-9999.mp4-2.part.json`),
        ).toBeLessThanOrEqual(255);
        expect(name).toMatch(/^2026-11-20-[\p{L}\p{N}-]+-1KTAHJ0ABCDE\.mp4$/u);
      }),
      { numRuns: 500 },
    );
  });

  test('a value adds no level, no control character and no hidden file', () => {
    fc.assert(
      fc.property(text, (value) => {
        const name = safeName(value);
        expect(name).not.toMatch(/[/\\]|^\.|^\s|^$/u);
        expect(name).not.toMatch(controls);
        expect(path.basename(name)).toBe(name);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(120);
        expect(slugOf(value, 'video')).toMatch(/^[\p{L}\p{N}-]+$/u);
      }),
      { numRuns: 1000 },
    );
  });
});

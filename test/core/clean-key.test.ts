import { expect, test } from 'vitest';
import { cleanKey, isKey } from '../../src/core/clean-key.ts';

test.each([
  'sk-0123abcd',
  '  sk-0123abcd\n',
  '"sk-0123abcd"',
  "'sk-0123abcd'",
  '“sk-0123abcd”',
  '`sk-0123abcd`',
  'sk-0123abcd;',
  '"sk-0123abcd";',
  '"sk-0123abcd;"',
  'Bearer sk-0123abcd',
  'bearer\tsk-0123abcd',
  '"Bearer sk-0123abcd"',
  'Bearer "sk-0123abcd"',
  'DASHSCOPE_API_KEY=sk-0123abcd',
  'export DASHSCOPE_API_KEY="sk-0123abcd";\n',
  'export  DASHSCOPE_API_KEY = sk-0123abcd',
  "export KEY='Bearer sk-0123abcd'",
  '"DASHSCOPE_API_KEY=sk-0123abcd"',
  'set DASHSCOPE_API_KEY=sk-0123abcd',
  '$env:DASHSCOPE_API_KEY="sk-0123abcd"',
  'api_key=sk-0123abcd',
  'Authorization: Bearer sk-0123abcd',
])('%j holds the key', (text) => {
  expect(cleanKey(text)).toBe('sk-0123abcd');
  expect(isKey(cleanKey(text))).toBe(true);
});

test.each([
  ['c2VjcmV0c2VjcmV0MQ==', 'c2VjcmV0c2VjcmV0MQ=='],
  ['YWJjZA=', 'YWJjZA='],
  ['sk=a=b', 'sk=a=b'],
  ['', ''],
  ['Bearer ', ''],
  ['"', '"'],
  ['""', ''],
])('%j stays %j', (text, key) => {
  expect(cleanKey(text)).toBe(key);
});

test.each([
  'sk-a sk-b',
  '"sk-a',
  'sk-a\nsk-b',
  "sk-'a",
  '""sk-a""',
  'sk-a\u200b',
  'ключ',
  'A=sk-a\nB=sk-b',
  '',
])('%j is no key', (text) => {
  expect(isKey(cleanKey(text))).toBe(false);
});

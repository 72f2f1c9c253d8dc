import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { describePage } from '../../src/core/error-page.ts';

test.each([
  ['<!DOCTYPE html><p>', 'an HTML page'],
  ['\ufeff \n<HTML lang="en">', 'an HTML page'],
  ['<?xml version="1.0"?><html xmlns="x">', 'an HTML page'],
  ['<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code>', 'an XML error page: <Code> AccessDenied'],
  ['<Error><Code>Access\u001b[31m\nDenied</Code>', 'an XML error page: <Code> Access[31m Denied'],
  ['<rss>', 'an XML page'],
  ['{"code":"InvalidTask","message":"Signature=x"}', 'a JSON document: code InvalidTask'],
  ['{ "message": 1 }', 'a JSON document'],
  ['[]', 'a JSON document'],
  ['\0\0\0\u0020ftypisom', undefined],
  ['<3 this is no page', undefined],
  ['{not json', undefined],
  ['', undefined],
])('%j', (text, expected) => {
  expect(describePage(Buffer.from(text))).toBe(expected);
});

test('never throws, and never tells more than a line', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const page = describePage(Buffer.concat([Buffer.from('<Error><Code>'), bytes])) ?? '';
      expect(page.length).toBeLessThan(150);
      expect(page).not.toContain('\n');
    }),
  );
});

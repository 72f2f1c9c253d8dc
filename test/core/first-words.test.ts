import { expect, test } from 'vitest';
import { firstWords } from '../../src/core/first-words.ts';

test.each<[string, unknown, string | undefined]>([
  ['a detail', { detail: 'Not authenticated' }, 'Not authenticated'],
  [
    'details with places',
    {
      detail: [
        { loc: ['body', 'size'], msg: 'bad' },
        { loc: ['body', 0], msg: 'worse' },
      ],
    },
    'body.size: bad; body.0: worse',
  ],
  ['a list of errors', { errors: [{ message: 'one' }, 'two'] }, 'one; two'],
  ['JSON:API', { errors: [{ title: 'Invalid', detail: 'No size.' }] }, 'Invalid: No size.'],
  ['errors by field', { errors: { prompt: ['is required'] } }, 'prompt: is required'],
  ['msg', { code: 401, msg: 'no token' }, 'no token'],
  ['an error that is a text', { error: 'nope' }, 'nope'],
  ['an error in an error', { error: { error: { message: 'deep' } } }, 'deep'],
  ['OAuth', { error: 'invalid_token', error_description: 'It has expired.' }, 'It has expired.'],
  ['capitals', { Message: 'User is not authorized' }, 'User is not authorized'],
  ['a fault', { fault: { faultstring: 'Rate limit' } }, 'Rate limit'],
  ['a text in quotes', '"nope"', 'nope'],
  ['no words', { a: 1 }, undefined],
  ['a text', 'Unauthorized\n', 'Unauthorized'],
  ['a title', '<!doctype html><html><title>\n Access\n denied </title><body>x</body>', 'Access denied'],
  ['a heading', '<html><body><h1>No &lt;way&gt;</h1></body></html>', 'No <way>'],
  ['XML', '<?xml version="1.0"?><Error><Message>Denied</Message></Error>', 'Denied'],
  ['a body', '<html><body><p>Go <b>away</b></p><script>x()</script></body></html>', 'Go away'],
  ['markup without words', '<html></html>', 'a web page'],
  ['nothing', ' ', undefined],
])('%s', (_name, body, expected) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  expect(firstWords({ text, json })).toBe(expected);
});

test('only the first words are told', () => {
  expect(firstWords({ text: 'a'.repeat(5000), json: undefined })).toHaveLength(300);
});

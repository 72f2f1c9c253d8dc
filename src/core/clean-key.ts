/**
 * A key as people have it: without blanks around it, `NAME=` (`export NAME=` too), a `;` at the end, `Bearer`, and one
 * pair of quotes, in whatever order they stand. What is left is for `isKey` to judge.
 */
export function cleanKey(text: string): string {
  const outside = peel(text);
  const inside = withoutQuotes(outside);
  return inside === outside ? outside : peel(inside);
}

function peel(text: string): string {
  const peeled = [withoutName, withoutEnd, withoutBearer].reduce(
    (key, step) => step(key).trim(),
    text.trim(),
  );
  return peeled === text ? text : peel(peeled);
}

/** Printable ASCII without blanks and quotes: everything else came along by mistake. */
export function isKey(text: string): boolean {
  return /^[\x21\x23-\x26\x28-\x5f\x61-\x7e]+$/u.test(text);
}

/** A name is what variables are called; a key that is base64 may end in `=` itself. */
function withoutName(text: string): string {
  const match =
    /^(?:export\s+|set\s+|setx\s+|declare\s+-x\s+|\$env:)?([A-Za-z_]\w*)\s*=\s*(?=[^=\s])(.*)$/su.exec(text);
  const [, name = '', rest = ''] = match ?? [];
  return /^[A-Z][A-Z0-9_]*$/u.test(name) || /key|token|secret/iu.test(name) ? rest : text;
}

function withoutEnd(text: string): string {
  return text.replace(/\s*;+$/u, '');
}

const pairs = ['""', "''", '``', '“”', '‘’'];

function withoutQuotes(text: string): string {
  const isQuoted = pairs.some(
    ([open, close]) => text.length > 1 && text[0] === open && text.at(-1) === close,
  );
  return isQuoted ? text.slice(1, -1) : text;
}

function withoutBearer(text: string): string {
  return text.replace(/^(?:authorization:\s*)?bearer(?:\s+|$)/iu, '');
}

/** Text with secrets taken out, however they are written in it. */
export type Redact = (text: string) => string;

/** Secrets that must appear nowhere, learned as they are read. */
export type Secrets = { add: (secret: string) => void; redact: Redact };

/** Shorter ones are no keys, and would punch holes into ordinary words. */
const leastLength = 6;

export function createSecrets(): Secrets {
  const secrets = new Set<string>();
  let pattern: RegExp | undefined;
  return {
    add: (secret) => {
      if (secret.length < leastLength || secrets.has(secret)) return;
      secrets.add(secret);
      pattern = undefined;
    },
    redact: (text) => {
      if (secrets.size === 0) return text;
      pattern ??= patternOfAll(secrets);
      return text.replace(pattern, '***');
    },
  };
}

/** Longer spellings first: what begins like a shorter key is taken out whole. */
function patternOfAll(secrets: ReadonlySet<string>): RegExp {
  const spellings = [...secrets].flatMap(spellingsOf).toSorted((a, b) => b.length - a.length);
  return new RegExp(spellings.map(patternOf).join('|'), 'gu');
}

/** The secret, and what of its base64 is the same whatever stands before and behind it. */
function spellingsOf(secret: string): string[] {
  const bytes = new TextEncoder().encode(secret);
  const encoded = [0, 1, 2].map((before) => {
    const whole = btoa(String.fromCodePoint(...Array<number>(before).fill(0), ...bytes));
    return whole.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  return [secret, ...encoded];
}

/**
 * What may stand between two letters and is not seen, or is dropped before anybody sees it: control characters and
 * others without width, as they are, percent-encoded, or escaped in JSON.
 */
const unseen =
  String.raw`(?:[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2028\u2029]` +
  String.raw`|%(?:25)*(?:[01][\da-fA-F]|7[fF]|[eE]2%(?:25)*80%(?:25)*8[b-fB-F]|[eE][fF]%(?:25)*[bB][bB]%(?:25)*[bB][fF])` +
  String.raw`|(?<!\\)\\(?:[bfnrt]|u00(?:[01][\da-fA-F]|7[fF]|[89][\da-fA-F]|[aA][dD])|u20(?:0[b-fB-F]|2[8-9a-eA-E]|6[\da-fA-F])|u[fF][eE][fF][fF]))*`;

/** A secret with its letters as they are, percent-encoded (also twice), escaped in JSON or HTML, and nothing seen between. */
function patternOf(secret: string): string {
  return Array.from(secret, letterPattern).join(unseen);
}

function letterPattern(letter: string): string {
  const bytes = Array.from(new TextEncoder().encode(letter), (byte) => byte.toString(16).padStart(2, '0'));
  const percent = bytes.map((hex) => `%(?:25)*${eitherCase(hex)}`).join('');
  const json = Array.from({ length: letter.length }, (_, index) => {
    const hex = letter.charCodeAt(index).toString(16).padStart(4, '0');
    return String.raw`(?<!\\)\\u${eitherCase(hex)}`;
  }).join('');
  const code = letter.codePointAt(0) ?? 0;
  const html = `&#(?:0*${code}|[xX]0*${eitherCase(code.toString(16))});?`;
  // JSON writes a backslash before these.
  const plain = /["\\/]/u.test(letter) ? `\\\\?${escape(letter)}` : escape(letter);
  // The two alphabets of base64.
  const twin = letter === '+' ? '|-' : letter === '/' ? '|_' : '';
  return `(?:${plain}${twin}|${percent}|${json}|${html})`;
}

function eitherCase(hex: string): string {
  return hex.replaceAll(/[a-f]/gu, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

function escape(letter: string): string {
  return letter.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`);
}

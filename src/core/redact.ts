/** Text with secrets taken out, also where they are URL-encoded. */
export type Redact = (text: string) => string;

/** Secrets that must appear nowhere, learned as they are read. */
export type Secrets = { add: (secret: string) => void; redact: Redact };

export function createSecrets(): Secrets {
  const forms = new Set<string>();
  return {
    add: (secret) => {
      // Shorter ones are no keys, and would punch holes into ordinary words.
      if (secret.length < 6) return;
      forms.add(secret);
      const encoded = encodeURIComponent(secret);
      forms.add(encoded);
      forms.add(encoded.replaceAll(/%[0-9A-F]{2}/gu, (code) => code.toLowerCase()));
    },
    redact: (text) => [...forms].reduce((result, secret) => result.replaceAll(secret, '***'), text),
  };
}

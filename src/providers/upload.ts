import type { Refusal } from '../core/refusal.ts';
import type { HttpCall } from './protocol.ts';

/** How a provider takes a local file. Data and pure functions; replies are read loosely. */
export type Upload = PolicyUpload | FormUpload;

/** The service signs a policy, and an object store that it names takes the file. No key goes there. */
export type PolicyUpload = {
  kind: 'policy';
  /** What every address of an upload starts with: only the provider that signs them reads `oss://`. */
  scheme: 'oss://';
  /** What is uploaded for one model is refused with another. */
  policyCall: (model: string) => HttpCall;
  /** Undefined when the reply is no policy. */
  readPolicy: (body: unknown) => UploadPolicy | undefined;
  /** Whether the store says that it has the file now: what stands in between may answer 200 as well. */
  isStored: (status: number, text: string) => boolean;
  /** What the store says in place of a success; undefined where it says nothing. */
  readStoreRefusal: (text: string) => Refusal | undefined;
  meaningOf: (status: number, refusal: Refusal | undefined) => StoreMeaning;
  /** Milliseconds that an uploaded file lives. */
  lifetimeMs: number;
};

/** `expired`: a new policy helps. `again`: so does trying again under another name. */
export type StoreMeaning = 'expired' | 'too-large' | 'again' | 'refused';

export type UploadPolicy = {
  /** Where the form goes: named by a reply, so not to be trusted. */
  host: string;
  maxBytes: number | undefined;
  /** The form's texts, in order, and the address that the file will have. */
  form: (name: string) => { fields: [name: string, value: string][]; url: string };
};

/** A host of the provider's own takes the file as a form with a key, and answers with its address. */
export type FormUpload = {
  kind: 'form';
  scheme: 'https://';
  host: string;
  /** What every base of that host ends in. */
  basePath: string;
  path: string;
  field: string;
  maxBytes: number;
  /** Variables that hold the key for it; none where the provider's own key is used. */
  keyVariables: readonly string[];
  /** Variables that hold another base for it. */
  baseVariables: readonly string[];
  /** Milliseconds that an address is taken to live where the reply does not say. */
  assumedLifetimeMs: number;
  /** Milliseconds that an address is taken to live at most, whatever is said. */
  maxLifetimeMs: number;
  /** Undefined when the reply holds no address. */
  readUrl: (body: unknown) => { url: string; expiresAt: string | undefined } | undefined;
  noKeyHint: string;
};

/** The codes of a service that could not fetch or read an input: its address may be dead. Gateways hand them on. */
export function isUnreadInput(code: string | null | undefined): boolean {
  // Not `DataInspectionFailed`, which is the content filter's.
  return /invalidparameter\.datainspection(?!failed)|inputdownloadfailed|invalidurl/u.test(
    (code ?? '').toLowerCase().replace(/[\s_-]/gu, ''),
  );
}

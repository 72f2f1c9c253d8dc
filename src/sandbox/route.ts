import type { IncomingHttpHeaders } from 'node:http';
import type { FaultRule, RequestKind } from './fault-plan.ts';
import type { Refused, Reply } from './reply.ts';
import type { RequestBody } from './request-body.ts';

/** A request as routes see it. */
export type Call = {
  method: string;
  /** Without the query and without slashes at its end. */
  path: string;
  /** What the route's pattern captured, percent-decoded. */
  params: readonly string[];
  query: URLSearchParams;
  /** Byte for byte as it came: signed links are compared, not parsed. */
  rawQuery: string;
  headers: IncomingHttpHeaders;
  body: RequestBody;
  /** The public address, else `http://host:port` under which the client came: links are made from it, never stored. */
  origin: string;
  now: number;
  fault: FaultRule | undefined;
  /** Aborted when the client leaves or the sandbox closes. */
  signal: AbortSignal;
};

/** One kind of request that a service knows. */
export type Route = {
  /** Absent: every method. */
  method?: string;
  path: RegExp;
  /** What fault plans call such a request. */
  kind: RequestKind | ((call: Call) => RequestKind | undefined);
  /** The handler reads the body itself, as a stream. */
  streamsBody?: boolean;
  handle: (call: Call) => Promise<Reply> | Reply;
};

/** A service of the sandbox: the paths that are its own, its routes, and its way to say no. */
export type Service = {
  name: string;
  owns: (path: string) => boolean;
  routes: readonly Route[];
  refuse: (refused: Refused) => Reply;
  /** The code that goes with a bare status of a fault plan. */
  codeOf: (status: number) => string;
  /** What it answers to a path or method that it does not have. */
  noRoute: (call: Call) => Refused;
};

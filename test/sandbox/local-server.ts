import { createServer } from 'node:http';
import { onTestFinished } from 'vitest';

/** A server on this machine; answers with these bytes and this status. */
export async function serve(
  bytes: Buffer,
  status = 200,
  headers: Record<string, string> = {},
): Promise<{ url: string; seen: string[] }> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(request.url ?? '');
    response.writeHead(status, headers);
    response.end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return {
    url: `http://localhost:${typeof address === 'object' && address !== null ? address.port : 0}`,
    seen,
  };
}

/** Files on this machine under the names given: a map of their addresses. */
export async function serveFiles<Name extends string>(
  files: Record<Name, Buffer>,
): Promise<Record<Name, string>> {
  const server = createServer((request, response) => {
    const bytes = new Map<string, Buffer>(Object.entries(files)).get((request.url ?? '').slice(1));
    response.writeHead(bytes === undefined ? 404 : 200, { 'content-length': bytes?.length ?? 0 });
    response.end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  return Object.fromEntries(Object.keys(files).map((name) => [name, `${origin}/${name}`])) as Record<
    Name,
    string
  >;
}

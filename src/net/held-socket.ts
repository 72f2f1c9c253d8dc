import diagnostics from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { Flow } from './body-queue.ts';

let started: ((socket: Socket) => void) | undefined;

// undici names the connection of a request only here, in the same breath as it starts the request.
diagnostics.subscribe('undici:client:sendHeaders', (message) => {
  const { socket } = message as { socket?: Socket };
  if (socket !== undefined) started?.(socket);
  started = undefined;
});

/** Called when undici starts a request: says on which connection it goes out. */
export function onConnection(take: (socket: Socket) => void): void {
  started = take;
}

/**
 * Stops the flow of a connection at its socket, so that bytes wait with the other side. undici's own pause takes the
 * whole process down where a connection that is not kept alive ends meanwhile (its issue 5360).
 */
export function holdSocket(socket: Socket): Flow {
  // Undici takes bytes by this method alone; what it cannot take, Node stops reading once its buffer is full.
  const read = (size?: number) =>
    size === 0 ? (Object.getPrototypeOf(socket) as Socket).read.call(socket, 0) : null;
  return {
    pause: () => {
      socket.read = read;
    },
    resume: () => {
      if (socket.read !== read) return;
      Reflect.deleteProperty(socket, 'read');
      if (!socket.destroyed) socket.emit('readable');
    },
  };
}

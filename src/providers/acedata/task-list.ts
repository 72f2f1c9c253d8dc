import * as z from 'zod';
import { number, object, present, rawText, readLoosely, taskId, text } from '../../core/loose.ts';
import type { ListedTask } from '../../core/task-list.ts';
import type { TaskList } from '../protocol.ts';

const pageSize = 50;

const item = z.object({
  id: taskId,
  created_at: number,
  request: object({ prompt: rawText, model: text }),
});
const listReply = z.object({ items: z.array(item.catch({})), count: number });

/**
 * The account's own history. Nothing documents it for Wan: the vendor's web client asks so, and other services of
 * theirs answer. So what it shows is taken, and what it does not show proves nothing.
 */
export const taskList: TaskList = {
  page: (page) => ({
    method: 'POST',
    path: '/wan/tasks',
    body: {
      action: 'retrieve_batch',
      type: 'videos',
      limit: pageSize,
      offset: (page - 1) * pageSize,
    },
  }),
  read: (body) => {
    const reply = readLoosely(listReply, body);
    if (reply === undefined) return undefined;
    const tasks = reply.items.flatMap((row): ListedTask[] =>
      row.id === undefined
        ? []
        : [
            {
              taskId: row.id,
              ...present({
                model: row.request?.model,
                createdMs: row.created_at === undefined ? undefined : row.created_at * 1000,
                prompt: row.request?.prompt,
              }),
            },
          ],
    );
    return { tasks, ...present({ total: reply.count }) };
  },
  isPromised: false,
};

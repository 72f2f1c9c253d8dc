import * as z from 'zod';
import { number, present, readLoosely, taskId, text } from '../../core/loose.ts';
import type { ListedTask } from '../../core/task-list.ts';
import type { TaskList } from '../protocol.ts';

/** The largest page is not documented; of more than it gives, what it gives is taken. */
const pageSize = 50;

const item = z.object({ task_id: taskId, model_name: text, gmt_create: number });
const listReply = z.object({ total: number, total_page: number, data: z.array(item.catch({})) });

/**
 * The tasks of the whole account in the last 24 hours, which is a task's whole life. Asked without filters: the time
 * zone of theirs is not documented, and a task that one of them hides would be bought again.
 */
export const taskList: TaskList = {
  page: (page) => ({ method: 'GET', path: `/tasks/?page_no=${page}&page_size=${pageSize}` }),
  read: (body) => {
    const reply = readLoosely(listReply, body);
    if (reply === undefined) return undefined;
    const tasks = reply.data.flatMap((row): ListedTask[] =>
      row.task_id === undefined
        ? []
        : [{ taskId: row.task_id, ...present({ model: row.model_name, createdMs: row.gmt_create }) }],
    );
    // A row that cannot be read may be the very one: then nothing is known of what is not there.
    if (tasks.length < reply.data.length || reply.total === undefined) return undefined;
    // All of it on this page, and more pages: it counts the page, not the list.
    if ((reply.total_page ?? 1) > 1 && reply.data.length >= reply.total) return undefined;
    return { tasks, total: reply.total };
  },
  isPromised: true,
};

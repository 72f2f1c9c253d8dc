import type { Model } from '../core/model.ts';
import { wan22Models } from './dashscope-2.2.ts';
import { wan26Models } from './dashscope-2.6.ts';
import { wan27Models } from './dashscope-2.7.ts';
import { wan30Models } from './dashscope-3.ts';
import { portraitModels } from './dashscope-portrait.ts';
import { vaceModels } from './dashscope-vace.ts';

/** Alibaba Model Studio. Each generation states once what its models share; a row states what differs. */
export const dashscopeModels: readonly Model[] = [
  ...wan30Models,
  ...wan27Models,
  ...wan26Models,
  ...wan22Models,
  ...vaceModels,
  ...portraitModels,
];

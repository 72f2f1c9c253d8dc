import type { ProviderId } from '../core/model.ts';
import { acedata } from './acedata/index.ts';
import { dashscope } from './dashscope/index.ts';
import type { Provider } from './provider.ts';
import { sinancode } from './sinancode/index.ts';

export const providers = { dashscope, acedata, sinancode } as const satisfies Record<ProviderId, Provider>;

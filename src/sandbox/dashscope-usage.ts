import type { Dimensions } from '../core/geometry.ts';
import { ratioOf } from './clip-shape.ts';
import type { ModelRow, UsageStyle } from './dashscope-model-row.ts';
import type { Lengths } from './dashscope-lengths.ts';
import type { Chosen } from './dashscope-parameters.ts';

/** What a finished task reports as `usage`. */
export type DashscopeUsage = Record<string, number | string | boolean>;

/**
 * The figures of a finished task, in the spelling of its family (Model Studio API references, 2026-05 to 2026-10):
 * whole seconds, but for the models that animate.
 */
export function usageOf(row: ModelRow, chosen: Chosen, made: Dimensions, lengths: Lengths): DashscopeUsage {
  const tier = Number.parseInt(chosen.tier, 10);
  const size = `${made.width}*${made.height}`;
  const seconds = Math.round(lengths.output);
  const inputSeconds = Math.round(lengths.input);
  const counted = {
    duration: inputSeconds + seconds,
    input_video_duration: inputSeconds,
    output_video_duration: seconds,
    video_count: 1,
    SR: tier,
  };
  const figures: Record<UsageStyle, DashscopeUsage> = {
    '2.1': {
      video_count: 1,
      video_duration: seconds,
      video_ratio: row.task === 't2v' ? size : 'standard',
    },
    '2.2-text': { video_count: 1, video_duration: seconds, video_ratio: size },
    '2.2-image': { video_count: 1, duration: seconds, SR: tier },
    '2.2-frames': { video_count: 1, video_duration: seconds, SR: tier },
    '2.6-size': { ...counted, size },
    '2.6-tier': row.sound === 'toggle' ? { ...counted, audio: chosen.sound } : counted,
    '2.7': {
      ...counted,
      ...(chosen.ratio === undefined || row.task === 'edit' ? {} : { ratio: ratioName(chosen, made) }),
      ...(row.task === 'all' ? { fps: 30 } : {}),
    },
    animate: { video_duration: Math.round(lengths.output * 100) / 100, video_ratio: 'standard' },
  };
  return figures[row.usage];
}

function ratioName(chosen: Chosen, made: Dimensions): string {
  return chosen.ratio === undefined || chosen.ratio === 'adaptive' ? ratioOf(made) : chosen.ratio;
}

import { UsageError } from '../core/errors.ts';
import { regionIds, type Region } from '../core/region.ts';

const aliases: Record<string, Region> = {
  'cn-beijing': 'beijing',
  cn: 'beijing',
  'ap-southeast-1': 'singapore',
  intl: 'singapore',
  'us-east-1': 'virginia',
  us: 'virginia',
  'eu-central-1': 'frankfurt',
  'cn-hongkong': 'hongkong',
  'ap-northeast-1': 'tokyo',
};

/** @throws {UsageError} naming the regions */
export function parseRegion(text: string): Region {
  const name = text.trim().toLowerCase();
  const region =
    regionIds.find((id) => id === name) ?? (Object.hasOwn(aliases, name) ? aliases[name] : undefined);
  if (region !== undefined) return region;
  throw new UsageError(`there is no region ${name}`, { hint: `--region ${regionIds.join(' | ')}` });
}

import { describeDurations } from '../../src/core/duration-rule.ts';
import type { ExtraRule } from '../../src/core/extra.ts';
import { sizesOf } from '../../src/core/geometry.ts';
import type { Model } from '../../src/core/model.ts';

// Rules in the words of the tables that are typed by hand.

export function describeGeometry({ geometry }: Model): string {
  if (geometry.kind === 'input') return 'of the input';
  if (geometry.kind === 'resolution') {
    return `${geometry.resolutions.join(' ')} of the input, else ${geometry.resolution}`;
  }
  const otherwise = `else ${geometry.resolution} ${geometry.ratio ?? 'of the input'}`;
  if (geometry.kind === 'size') {
    return `${sizesOf(geometry.pixels)
      .map(({ size }) => size)
      .join(' ')}, ${otherwise}`;
  }
  return `${Object.keys(geometry.pixels).join(' ')} x ${geometry.ratios.join(' ')}, ${otherwise}`;
}

export function describeLength({ duration }: Model): string {
  if (duration.kind === 'input') return `${describeDurations(duration)}: ${duration.role}`;
  const { maxWith, maxWithInput, includesInput } = duration;
  return [
    `${describeDurations(duration)}, ${duration.default}`,
    ...(maxWith === undefined ? [] : [`${maxWith.max} with ${maxWith.role}`]),
    ...(maxWithInput === undefined ? [] : [`${maxWithInput} with input`]),
    ...(includesInput === undefined ? [] : ['input included']),
  ].join(', ');
}

export function describeMedia({ media }: Model): string {
  const roles = Object.entries(media?.roles ?? {});
  const total = ({ roles: own, min, max }: { roles: readonly string[]; min: number; max: number }) =>
    `${min}-${max} of ${own.length < roles.length ? own.join(' ') : own.length === 2 ? 'both' : 'all'}`;
  return [
    roles.map(([role, { min = 0, max }]) => `${role} ${min === max ? max : `${min}-${max}`}`).join(', '),
    ...(media?.totals ?? []).map(total),
    ...(media?.seconds ?? []).map(({ roles: own, max }) => `${max} s of ${own.join(' ')}`),
  ].join('; ');
}

export function describeExtra(rule: ExtraRule): string {
  const needed = `${rule.required === true ? ' needed' : ''}${rule.requiredWith === undefined ? '' : ` with ${rule.requiredWith}`}`;
  switch (rule.kind) {
    case 'choice':
      return `${rule.values.join('|')}${needed}`;
    case 'choices':
      return `${rule.values.join('|')} each${needed}`;
    case 'number':
      return `${rule.min}–${rule.max}${needed}`;
    case 'integer':
      return `whole ${rule.min}–${rule.max}${needed}`;
    case 'boolean':
      return 'yes or no';
    case 'text':
      return 'text';
  }
}

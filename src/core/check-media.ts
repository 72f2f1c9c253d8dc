import type { MediaRole, Model } from './model.ts';
import type { Problem, Wish } from './wish.ts';

const roleFlags = {
  first_frame: '--image',
  last_frame: '--last-frame',
  reference_image: '--ref-image',
  reference_video: '--ref-video',
  reference_audio: '--ref-audio',
} satisfies Record<MediaRole, string>;

const roleNames = {
  first_frame: 'first frames',
  last_frame: 'last frames',
  reference_image: 'reference images',
  reference_video: 'reference videos',
  reference_audio: 'reference sounds',
} satisfies Record<MediaRole, string>;

/** Holds the inputs against what the model takes: kinds, and how many of each and of all. */
export function checkMedia(wish: Wish, model: Model): Problem | undefined {
  const rule = model.media;
  const count = (role: MediaRole) => wish.media.filter((input) => input.role === role).length;
  for (const { role } of wish.media) {
    const bounds = rule?.roles[role];
    if (bounds === undefined) {
      return {
        message: `${model.id} takes no ${roleNames[role]} (${roleFlags[role]})`,
        hint: allowedInputs(model),
        isMissingFeature: true,
      };
    }
    if (count(role) > bounds.max) {
      return {
        message: `${count(role)} ${roleNames[role]}: ${model.id} takes at most ${bounds.max}`,
        hint: `leave out ${count(role) - bounds.max}`,
      };
    }
  }
  for (const [role, bounds] of Object.entries(rule?.roles ?? {}) as [MediaRole, { min?: number }][]) {
    if (count(role) < (bounds.min ?? 0)) {
      return { message: `${model.id} needs ${roleFlags[role]}`, hint: `${roleFlags[role]} https://…` };
    }
  }
  const total = rule?.total;
  if (total === undefined) return undefined;
  if (wish.media.length < total.min) {
    return { message: `${model.id} needs at least ${total.min} reference`, hint: allowedInputs(model) };
  }
  if (wish.media.length > total.max) {
    return {
      message: `${wish.media.length} references: ${model.id} takes at most ${total.max}`,
      hint: `leave out ${wish.media.length - total.max}`,
    };
  }
  return undefined;
}

function allowedInputs(model: Model): string {
  const roles = Object.keys(model.media?.roles ?? {}) as MediaRole[];
  return roles.length === 0
    ? 'leave it out'
    : `it takes ${roles.map((role) => `${roleFlags[role]} https://…`).join(' or ')}`;
}

/** Prompts name references by number; a number that nothing backs is most likely a slip. */
export function referenceWarnings({ prompt = '', media }: Wish, model: Model): string[] {
  if (model.referenceNames !== 'characterN') return [];
  const named = [...prompt.matchAll(/character\s?(\d{1,2})/giu)].map((match) => Number(match[1]));
  const missing = [...new Set(named)].filter((number) => number < 1 || number > media.length);
  return missing
    .toSorted((a, b) => a - b)
    .map(
      (number) =>
        `the prompt names character${number}, but ${media.length === 1 ? 'there is 1 reference' : `there are ${media.length} references`}`,
    );
}

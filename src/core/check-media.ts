import { checkFile, checkTogether } from './check-file.ts';
import { shownSeconds } from './input-seconds.ts';
import { wordsOf, type MediaRole, type MediaRule } from './media-rule.ts';
import type { Model } from './model.ts';
import type { Problem } from './problem.ts';
import type { MediaInput } from './request.ts';
import { shownInput } from './shown-input.ts';
import type { Wish } from './wish.ts';

/** Holds the inputs against what the model takes: kinds, how many of each and of all, and what is in them. */
export function checkMedia(wish: Wish, model: Model): Problem | undefined {
  const rule = model.media ?? { roles: {} };
  return (
    checkRoles(wish, model, rule) ??
    checkTotals(wish, model, rule) ??
    checkVoices(wish) ??
    checkCompany(wish, rule) ??
    checkFiles(wish, rule)
  );
}

function checkRoles(wish: Wish, model: Model, rule: MediaRule): Problem | undefined {
  for (const { role } of wish.media) {
    const bounds = rule.roles[role];
    const { flag, plural } = wordsOf(role, wish);
    if (bounds === undefined) {
      return {
        message: `${model.id} takes no ${plural} (${flag})`,
        hint: allowedInputs(rule, wish),
        isMissingFeature: true,
      };
    }
    const count = countOf(wish, [role]);
    if (count > bounds.max) {
      return {
        message: `${count} ${plural}: ${model.id} takes at most ${bounds.max}`,
        hint: `leave out ${count - bounds.max}`,
      };
    }
  }
  for (const role of Object.keys(rule.roles) as MediaRole[]) {
    const { min = 0, optionalWith } = rule.roles[role] ?? {};
    const isExcused = optionalWith !== undefined && wish.extras?.[optionalWith] !== undefined;
    if (countOf(wish, [role]) < min && !isExcused) {
      const { flag } = wordsOf(role, wish);
      return { message: `${model.id} needs ${flag}`, hint: `${flag} <file or url>` };
    }
  }
  return undefined;
}

function checkTotals(wish: Wish, model: Model, rule: MediaRule): Problem | undefined {
  for (const { roles, min, max } of rule.totals ?? []) {
    const count = countOf(wish, roles);
    const flags = roles.map((role) => wordsOf(role, wish).flag).join(' or ');
    if (count < min) {
      return {
        message: `${model.id} needs at least ${min} of ${flags}`,
        hint: `${wordsOf(roles[0] ?? 'image', wish).flag} <file or url>`,
      };
    }
    if (count > max) {
      return {
        message: `${count} of ${flags}: ${model.id} takes at most ${max} of them together`,
        hint: `leave out ${count - max}`,
      };
    }
  }
  return undefined;
}

/** A voice belongs to the reference right before it. */
export function checkVoices({ media }: Wish): Problem | undefined {
  const lone = media.findIndex(({ role }, index) => {
    const before = media[index - 1]?.role;
    return role === 'reference_voice' && before !== 'reference_image' && before !== 'reference_video';
  });
  if (lone === -1) return undefined;
  return {
    message: '--ref-voice belongs to the reference before it, and there is none',
    hint: 'put it behind its own --ref: --ref anna.png --ref-voice anna.mp3',
  };
}

/** Files that mute a flag, or need one. */
function checkCompany(wish: Wish, rule: MediaRule): Problem | undefined {
  for (const { role } of wish.media) {
    const { fixesRatio, needsPromptExtend } = rule.roles[role] ?? {};
    const { flag } = wordsOf(role, wish);
    if (fixesRatio === true && wish.ratio !== undefined) {
      return { message: `--ratio ${wish.ratio} is ignored with ${flag}`, hint: 'leave out --ratio' };
    }
    if (needsPromptExtend === true && wish.promptExtend === false) {
      return {
        message: `${flag} works only with prompt extension`,
        hint: 'leave out --no-prompt-extend',
      };
    }
  }
  return undefined;
}

function checkFiles(wish: Wish, rule: MediaRule): Problem | undefined {
  for (const input of wish.media) {
    const { profile, sameSizeAs, isAsciiOnly } = rule.roles[input.role] ?? {};
    if (isAsciiOnly === true && /^https?:[^]*[^\x20-\x7e]/iu.test(input.url)) {
      return {
        message: `${shownInput(input)} holds letters beyond ASCII, which the service refuses in addresses`,
        hint: 'write them with percent signs, or give the file itself',
      };
    }
    if (input.facts === undefined) continue;
    const problem =
      (profile === undefined ? undefined : checkFile(input.facts, profile, shownInput(input)).problem) ??
      (sameSizeAs === undefined ? undefined : checkSameSize(input, wish, sameSizeAs));
    if (problem !== undefined) return problem;
  }
  for (const { roles, max } of rule.seconds ?? []) {
    const inputs = wish.media.filter(({ role }) => roles.includes(role));
    const what = wordsOf(roles[0] ?? 'video', wish).plural;
    const lengths = inputs.map(({ facts }) => facts?.seconds);
    const problem = checkTogether(lengths, max, what);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Containers round lengths to a frame. */
const slackSeconds = 0.2;

/** A mask that does not lie over its clip would edit another place. */
function checkSameSize(input: MediaInput, wish: Wish, role: MediaRole): Problem | undefined {
  const [mine, other] = [input.facts, wish.media.find((candidate) => candidate.role === role)?.facts];
  const size = (facts: MediaInput['facts']) =>
    facts?.width === undefined || facts.height === undefined ? undefined : `${facts.width}x${facts.height}`;
  const [own, wanted] = [size(mine), size(other)];
  if (own !== undefined && wanted !== undefined && own !== wanted) {
    return {
      message: `${shownInput(input)} is ${own} px, and the clip it belongs to ${wanted} px`,
      hint: `make it ${wanted} px`,
    };
  }
  const [length, wantedLength] = [mine?.seconds, other?.seconds];
  if (length === undefined || wantedLength === undefined || Math.abs(length - wantedLength) <= slackSeconds) {
    return undefined;
  }
  return {
    message: `${shownInput(input)} is ${shownSeconds(length)} s long, and the clip it belongs to ${shownSeconds(wantedLength)} s`,
    hint: `make it ${shownSeconds(wantedLength)} s long`,
  };
}

/** What the service will do with the files that nobody may have meant. */
export function fileWarnings(wish: Wish, model: Model): string[] {
  return wish.media.flatMap((input) => {
    const { profile, doubt, optionalWith } = model.media?.roles[input.role] ?? {};
    const { flag } = wordsOf(input.role, wish);
    const isIgnored = optionalWith !== undefined && wish.extras?.[optionalWith] !== undefined;
    return [
      ...(isIgnored ? [`with --${optionalWith} the service ignores ${flag}`] : []),
      ...(doubt === undefined ? [] : [`${flag}: ${doubt}`]),
      ...(input.facts === undefined || profile === undefined
        ? []
        : checkFile(input.facts, profile, shownInput(input)).warnings),
    ];
  });
}

function countOf({ media }: Wish, roles: readonly MediaRole[]): number {
  return media.filter(({ role }) => roles.includes(role)).length;
}

function allowedInputs(rule: MediaRule, wish: Wish): string {
  const roles = Object.keys(rule.roles) as MediaRole[];
  return roles.length === 0
    ? 'leave it out'
    : `it takes ${roles.map((role) => `${wordsOf(role, wish).flag} <file or url>`).join(' or ')}`;
}

import type { Command } from 'commander';
import type { Register } from '../cli/session.ts';
import { generationCommand } from './generation-command.ts';

export function r2vCommand(register: Register): Command {
  return generationCommand(
    'r2v',
    'Make a video with the characters of images or clips',
    register,
  ).addHelpText(
    'after',
    '\nExample:\n  wan r2v "character1 waves at character2" --ref https://example.com/a.png --ref https://example.com/b.mp4',
  );
}

import type { Command } from 'commander';
import type { Register } from '../cli/session.ts';
import { generationCommand } from './generation-command.ts';

export function t2vCommand(register: Register): Command {
  return generationCommand('t2v', 'Make a video from text', register).addHelpText(
    'after',
    '\nExample:\n  wan t2v "A kitten running in the moonlight" --size 1280x720 -d 5',
  );
}

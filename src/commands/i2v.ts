import type { Command } from 'commander';
import type { Register } from '../cli/session.ts';
import { generationCommand } from './generation-command.ts';

export function i2vCommand(register: Register): Command {
  return generationCommand('i2v', 'Make a video from its first frame', register).addHelpText(
    'after',
    '\nExample:\n  wan i2v "She turns and smiles" --image https://example.com/portrait.png --resolution 720P',
  );
}

import { execFileSync } from 'node:child_process';

/** The tests run the program that users get, so it is built before the first of them. */
export function setup(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: ['ignore', 'ignore', 'inherit'] });
}

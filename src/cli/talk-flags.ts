/** How the user wants to be talked to; the same flags on every command. */
export type TalkFlags = {
  json: boolean;
  jsonl: boolean;
  print: string | undefined;
  quiet: boolean;
  verbose: boolean;
  color: boolean;
  input: boolean;
};

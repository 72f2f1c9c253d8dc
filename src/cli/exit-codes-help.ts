/** The last part of `wan --help`. */
export const exitCodesHelp = `
First video, without a key:
  wan t2v "A kitten running in the moonlight" --sandbox

Exit codes:
  0 done   1 other error   2 usage or input   3 key   4 quota or billing   5 stopped waiting, job goes on
  6 network or service   8 not finished yet   9 generation failed   10 content filter   11 not found or expired
  12 some of several failed   13 rendered but not saved   14 unconfirmed   130/143 interrupted/terminated`;

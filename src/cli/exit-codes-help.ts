/** The last part of `wan --help`. */
export const exitCodesHelp = `
First video, without a key:
  wan t2v "A kitten running in the moonlight" --sandbox

Exit codes:
  0    done
  1    any other error
  2    usage, or input that the model cannot take
  3    key missing or refused
  4    quota, balance or billing
  5    stopped waiting; the job goes on
  6    network or service unavailable
  8    not finished yet
  9    generation failed or was cancelled
  10   refused by the content filter
  11   not found or expired
  12   some of several jobs failed
  13   rendered but not saved
  14   unconfirmed: perhaps accepted, not sent again
  130  interrupted
  143  terminated`;

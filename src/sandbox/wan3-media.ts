/** How many files of each type wan3.0 takes (Model Studio, 2026-10-15; AceData's guide of 2026-10 says the same). */
export const wan3MediaMax: Readonly<Record<string, number>> = {
  first_frame: 1,
  last_frame: 1,
  reference_image: 10,
  reference_video: 5,
  reference_audio: 5,
  file: 1,
  link: 1,
};

export const wan3MediaTypes = Object.keys(wan3MediaMax);

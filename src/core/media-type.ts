import type { MediaFacts } from './media-facts.ts';

/** How a format is called in file names and in headers. */
export type MediaType = { extension: string; mimeType: string };

const types: Readonly<Record<string, MediaType>> = {
  jpeg: { extension: 'jpg', mimeType: 'image/jpeg' },
  png: { extension: 'png', mimeType: 'image/png' },
  bmp: { extension: 'bmp', mimeType: 'image/bmp' },
  webp: { extension: 'webp', mimeType: 'image/webp' },
  tiff: { extension: 'tiff', mimeType: 'image/tiff' },
  gif: { extension: 'gif', mimeType: 'image/gif' },
  mp4: { extension: 'mp4', mimeType: 'video/mp4' },
  mov: { extension: 'mov', mimeType: 'video/quicktime' },
  avi: { extension: 'avi', mimeType: 'video/x-msvideo' },
  wav: { extension: 'wav', mimeType: 'audio/wav' },
  mp3: { extension: 'mp3', mimeType: 'audio/mpeg' },
  m4a: { extension: 'm4a', mimeType: 'audio/mp4' },
  aac: { extension: 'aac', mimeType: 'audio/aac' },
  flac: { extension: 'flac', mimeType: 'audio/flac' },
  ogg: { extension: 'ogg', mimeType: 'audio/ogg' },
  aiff: { extension: 'aiff', mimeType: 'audio/aiff' },
  amr: { extension: 'amr', mimeType: 'audio/amr' },
  heic: { extension: 'heic', mimeType: 'image/heic' },
  avif: { extension: 'avif', mimeType: 'image/avif' },
  mkv: { extension: 'mkv', mimeType: 'video/x-matroska' },
  docx: office('docx', 'wordprocessingml.document'),
  xlsx: office('xlsx', 'spreadsheetml.sheet'),
  pptx: office('pptx', 'presentationml.presentation'),
  doc: { extension: 'doc', mimeType: 'application/msword' },
  xls: { extension: 'xls', mimeType: 'application/vnd.ms-excel' },
  ppt: { extension: 'ppt', mimeType: 'application/vnd.ms-powerpoint' },
  pdf: { extension: 'pdf', mimeType: 'application/pdf' },
  text: { extension: 'txt', mimeType: 'text/plain' },
};

/** Word and its kin since 2007. */
function office(extension: string, kind: string): MediaType {
  return { extension, mimeType: `application/vnd.openxmlformats-officedocument.${kind}` };
}

/** Endings of what is text by content; a text with any other is called a text. */
const textEndings = new Set([
  'txt',
  'md',
  'markdown',
  'csv',
  'tsv',
  'json',
  'xml',
  'html',
  'htm',
  'srt',
  'vtt',
]);

/**
 * The type of a file by what is in it. Services read types off names, so a name that lies would have a good file refused.
 * @param name used where the content does not tell enough: a document's own ending
 */
export function mediaTypeOf({ format }: Pick<MediaFacts, 'format'>, name: string): MediaType {
  const ending = /\.([a-z0-9]{1,8})$/iu.exec(name)?.[1]?.toLowerCase();
  const known = types[format];
  // A Markdown file is text by content, and still better called by its own name.
  if (known !== undefined && (format !== 'text' || !textEndings.has(ending ?? ''))) return known;
  return { extension: ending ?? 'bin', mimeType: known?.mimeType ?? 'application/octet-stream' };
}

/** Why a picture, a sound or an AVI cannot be read: one line that completes "cannot be read as an image: ". */
export class MediaFault extends Error {}

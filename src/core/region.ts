/** Regions of Alibaba Model Studio, by the name people use. Other providers have none. */
export const regionIds = ['beijing', 'singapore', 'virginia', 'frankfurt', 'hongkong', 'tokyo'] as const;
export type Region = (typeof regionIds)[number];

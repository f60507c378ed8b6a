/** What bundle.py writes from cnnviz/colours.py: 256 colours a map as hex, six digits each, and the accents. */
export const TABLES: Record<string, string>;
export const ACCENTS: Record<string, [light: string, dark: string]>;

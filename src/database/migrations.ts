import { fileURLToPath } from 'node:url';

/** Where the migrations are, seen from src/ and from dist/ alike. */
export const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

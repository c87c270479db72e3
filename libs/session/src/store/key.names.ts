/** What the keys beside the sessions begin with: `sess:` gives `sess-user:` and so on. */
export function sideKeysOf(prefix: string): { user: string; ended: string; revocations: string } {
  const base = prefix.replace(/:$/, '');
  return { user: `${base}-user:`, ended: `${base}-ended:`, revocations: `${base}-revocations` };
}

/** The key of a user's index. Braces in an id would change which part of the key Redis Cluster hashes. */
export function userKeyOf(prefix: string, userId: string): string {
  return `${sideKeysOf(prefix).user}{${encodeURIComponent(userId)}}`;
}

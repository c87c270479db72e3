/** What the keys beside the sessions are called, or begin with. */
export type SideKeys = Readonly<Record<'user' | 'ended' | 'revocations' | 'revokedEveryone', string>>;

/** What the keys beside the sessions begin with: `sess:` gives `sess-user:` and so on. */
export function sideKeysOf(prefix: string): SideKeys {
  const base = prefix.replace(/:$/, '');
  return {
    user: `${base}-user:`,
    ended: `${base}-ended:`,
    revocations: `${base}-revocations`,
    revokedEveryone: `${base}-revoked-everyone`,
  };
}

/** The key of a user's index. Braces in an id would change which part of the key Redis Cluster hashes. */
export function userKeyOf(prefix: string, userId: string): string {
  return `${sideKeysOf(prefix).user}{${encodeURIComponent(userId)}}`;
}

/** Whether a key is one of those beside the sessions: with a prefix that does not end in a colon they begin with it too. */
export function isSideKey(prefix: string, key: string): boolean {
  return Object.values(sideKeysOf(prefix)).some((beginning) => key.startsWith(beginning));
}

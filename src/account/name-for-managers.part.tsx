/** Tells password managers whose password a form asks for. People do not see it, and nobody reads what comes back. */
export function NameForManagers({ username }: { username: string | undefined }) {
  return <input type="text" name="username" value={username} autocomplete="username" hidden readonly />;
}

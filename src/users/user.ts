/** A user, as the session needs it. */
export interface User {
  userId: string;
  name: string;
  roles: readonly string[];
}

/** What a user tells of himself or herself. */
export interface Profile {
  userId: string;
  name: string;
  fullName: string;
  email: string;
  city: string;
  about: string;
  interests: string[];
}

/** A password that was hashed by `UsersService.hash()`, for an account that is made later. No text, so that it cannot be taken for a password. */
export interface HashedPassword {
  readonly argon2id: string;
}

/** What it takes to make an account. */
export interface NewUser extends Partial<Omit<Profile, 'userId' | 'name'>> {
  name: string;
  password: string | HashedPassword;
}

/** Names that look the same are the same, whatever the case: the limiter counts attempts to log in by the same rule. */
export function keyOf(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}

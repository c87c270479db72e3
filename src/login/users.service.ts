import { Injectable } from '@nestjs/common';
import { verify } from '@node-rs/argon2';
import { type Account, ACCOUNTS, NOBODYS_HASH, type User } from './user.accounts.js';

/** Knows the users and checks their passwords. */
@Injectable()
export class UsersService {
  private readonly byName = new Map(ACCOUNTS.map((account) => [account.name, account]));
  private readonly byId = new Map(ACCOUNTS.map((account) => [account.userId, account]));

  /** The user of this id, `undefined` if there is none (any more). */
  find(userId: string): User | undefined {
    return userOf(this.byId.get(userId));
  }

  /**
   * The user, if the password is right; otherwise `undefined`.
   *
   * A name that nobody has takes as long as a wrong password: otherwise the time would tell which names exist.
   */
  async check(name: string, password: string): Promise<User | undefined> {
    const account = this.byName.get(name);
    const isRight = await verify(account?.passwordHash ?? NOBODYS_HASH, password);
    return isRight ? userOf(account) : undefined;
  }
}

/** Without the hash, which must not leave this file. */
function userOf(account: Account | undefined): User | undefined {
  return account && { userId: account.userId, name: account.name, roles: account.roles };
}

import { Inject, Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { and, eq } from 'drizzle-orm';
import { WrongPassword } from 'nestjs-redis-session';
import { type Database, DATABASE } from '../database/database.js';
import { users } from '../database/schema.js';
import { type HashedPassword, keyOf, type NewUser, type Profile, type User } from './user.js';

/** OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane. */
const ARGON2ID = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Of a random password that nobody knows, with the same parameters, so that it takes as long to check. */
const NOBODYS_HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$hZ+ugabC7jMm2kEjbleW7g$e3fEPGL83hyV1rVsK1YLScvw/t5phY6tBmP6vlcw2DY';

type Row = typeof users.$inferSelect;

/** Knows the users, checks and changes their passwords. Hashes of stored passwords do not leave this file. */
@Injectable()
export class UsersService {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** The user of this id, `undefined` if there is none (any more). */
  async find(userId: string): Promise<User | undefined> {
    const row = await this.rowOf(userId);
    return row && userOf(row);
  }

  /** What the profile of a user shows. */
  async profile(userId: string): Promise<Profile | undefined> {
    const row = await this.rowOf(userId);
    return row && profileOf(row);
  }

  /** Whether somebody has that name already. */
  async isTaken(name: string): Promise<boolean> {
    return (await this.database.$count(users, eq(users.nameKey, keyOf(name)))) > 0;
  }

  /**
   * The user, if the password is right; `WrongPassword` if it is not, and `undefined` if there is no such user.
   *
   * A name that nobody has takes as long as a wrong password: otherwise the time would tell which names exist.
   */
  async check(name: string, password: string): Promise<User | WrongPassword | undefined> {
    const [row] = await this.database
      .select()
      .from(users)
      .where(eq(users.nameKey, keyOf(name)));
    const isRight = await verify(row?.passwordHash ?? NOBODYS_HASH, password);
    if (row === undefined) return undefined;
    return isRight ? userOf(row) : new WrongPassword(String(row.id));
  }

  /** Hashes a password for an account that is made later, so that whatever keeps it until then never holds the password itself. */
  async hash(password: string): Promise<HashedPassword> {
    return { argon2id: await hash(password, ARGON2ID) };
  }

  /**
   * Makes an account; `undefined` if the name is taken, by whoever was faster.
   *
   * From a {@link HashedPassword} it may be repeated: each hash has a salt of its own, so an account of that name with that very hash was
   * made by an earlier call, and is returned. So a call whose answer was lost, or twenty at once, make one account.
   */
  async create({ name, password, ...profile }: NewUser): Promise<User | undefined> {
    const { argon2id: passwordHash } = typeof password === 'string' ? await this.hash(password) : password;
    const nameKey = keyOf(name);
    const values = { ...profile, name, nameKey, passwordHash };
    const [made] = await this.database
      .insert(users)
      .values(values)
      .onConflictDoNothing({ target: users.nameKey })
      .returning();
    if (made !== undefined) return userOf(made);
    const [earlier] = await this.database
      .select()
      .from(users)
      .where(and(eq(users.nameKey, nameKey), eq(users.passwordHash, passwordHash)));
    return earlier && userOf(earlier);
  }

  async changePassword(userId: string, password: string): Promise<void> {
    const passwordHash = await hash(password, ARGON2ID);
    const change = { passwordHash, passwordChangedAt: new Date() };
    await this.database
      .update(users)
      .set(change)
      .where(eq(users.id, Number(userId)));
  }

  /** Changes what the profile shows, and returns it; `undefined` if there is no such user. */
  async changeProfile(
    userId: string,
    change: Partial<Omit<Profile, 'userId' | 'name'>>,
  ): Promise<Profile | undefined> {
    const [row] = await this.database
      .update(users)
      .set(change)
      .where(eq(users.id, Number(userId)))
      .returning();
    return row && profileOf(row);
  }

  private async rowOf(userId: string): Promise<Row | undefined> {
    const [row] = await this.database
      .select()
      .from(users)
      .where(eq(users.id, Number(userId)));
    return row;
  }
}

function userOf({ id, name, roles }: Row): User {
  return { userId: String(id), name, roles };
}

function profileOf({ id, name, fullName, email, city, about, interests }: Row): Profile {
  return { userId: String(id), name, fullName, email, city, about, interests };
}

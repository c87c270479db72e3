import { sql } from 'drizzle-orm';
import type { Database } from './database.js';
import { users } from './schema.js';

/** The users of the README, with the argon2id hashes of the passwords there. */
const EXAMPLES: readonly (typeof users.$inferInsert)[] = [
  {
    id: 1001,
    nameKey: 'alice',
    name: 'alice',
    fullName: 'Alice Liddell',
    email: 'alice@example.com',
    city: 'Oxford',
    about: 'Down the rabbit hole.',
    interests: ['chess', 'tea'],
    passwordHash:
      '$argon2id$v=19$m=19456,t=2,p=1$DUvp271Qm7L+BQF8T7ctWg$fpufZu3N0M6MCdNbRGK/0ek9fQFdVQ8wBpdiIFR162I',
  },
  {
    id: 1002,
    nameKey: 'bob',
    name: 'bob',
    fullName: 'Bob Builder',
    email: 'bob@example.com',
    city: 'Bobsville',
    about: 'Can we fix it?',
    interests: ['machines'],
    passwordHash:
      '$argon2id$v=19$m=19456,t=2,p=1$l6BjCgCYUUBUncs2ai6+vQ$gUnw8nw8Vd8c2JOf+sYsIZnXkPYW3gVg989j0WzP+Xc',
  },
  {
    id: 1003,
    nameKey: 'admin',
    name: 'admin',
    fullName: 'Ada Administrator',
    email: 'admin@example.com',
    city: 'London',
    about: 'Looks after the others.',
    roles: ['admin'],
    passwordHash:
      '$argon2id$v=19$m=19456,t=2,p=1$FFU4v57EmCKd23ZIwhvt1w$pezpF3l6B7ON5txB6bAGaMQnuJEtxzxQnmPgupX8/j0',
  },
];

/** Adds them to a database that has no users. Their passwords are public, so never in production. */
export async function addExampleUsers(database: Database): Promise<void> {
  if ((await database.$count(users)) > 0) return;
  await database
    .insert(users)
    .values([...EXAMPLES])
    .onConflictDoNothing();
  // They brought their ids along; the first accounts that people make must not get the same ones.
  await database.execute(
    sql`select setval(pg_get_serial_sequence('users', 'id'), (select max(id) from users))`,
  );
}

import { sql } from 'drizzle-orm';
import { integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

/** Who can log in. After a change here, `npx drizzle-kit generate` writes the migration. */
export const users = pgTable('users', {
  id: integer().primaryKey().generatedByDefaultAsIdentity({ startWith: 1001 }),
  /** The name to log in with, folded, so that "Alice" and "alice" are one. */
  nameKey: text('name_key').notNull().unique(),
  /** The name as it was chosen. */
  name: text().notNull(),
  passwordHash: text('password_hash').notNull(),
  roles: text()
    .array()
    .notNull()
    .default(sql`'{}'`),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  passwordChangedAt: timestamp('password_changed_at', { withTimezone: true }).notNull().defaultNow(),
  // What the profile shows.
  fullName: text('full_name').notNull().default(''),
  email: text().notNull().default(''),
  city: text().notNull().default(''),
  about: text().notNull().default(''),
  interests: text()
    .array()
    .notNull()
    .default(sql`'{}'`),
});

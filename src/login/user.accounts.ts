/** A user of the sample. A real application has these in its database. */
export interface User {
  userId: string;
  name: string;
  roles: readonly string[];
}

/** A user with the argon2id hash of the password, which stands in the README. */
export interface Account extends User {
  passwordHash: string;
}

export const ACCOUNTS: readonly Account[] = [
  {
    userId: '1001',
    name: 'alice',
    roles: [],
    passwordHash:
      '$argon2id$v=19$m=19456,t=2,p=1$DUvp271Qm7L+BQF8T7ctWg$fpufZu3N0M6MCdNbRGK/0ek9fQFdVQ8wBpdiIFR162I',
  },
  {
    userId: '1002',
    name: 'bob',
    roles: [],
    passwordHash:
      '$argon2id$v=19$m=19456,t=2,p=1$l6BjCgCYUUBUncs2ai6+vQ$gUnw8nw8Vd8c2JOf+sYsIZnXkPYW3gVg989j0WzP+Xc',
  },
  {
    userId: '1003',
    name: 'admin',
    roles: ['admin'],
    passwordHash:
      '$argon2id$v=19$m=19456,t=2,p=1$FFU4v57EmCKd23ZIwhvt1w$pezpF3l6B7ON5txB6bAGaMQnuJEtxzxQnmPgupX8/j0',
  },
];

/** Of a random password that nobody knows, with the parameters of the others, so that it takes as long to check. */
export const NOBODYS_HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$hZ+ugabC7jMm2kEjbleW7g$e3fEPGL83hyV1rVsK1YLScvw/t5phY6tBmP6vlcw2DY';

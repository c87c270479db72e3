import { createHash, createHmac } from 'node:crypto';
import { type LoginBlockCause, remember } from '../common/index.js';

/** Where one attempt is counted. All keys share the slot `{login}`, so that one script can touch them, also in a Cluster. */
export interface AttemptKeys {
  readonly account: string;
  readonly address: string;
  readonly pair: string;
  /** HyperLogLogs of the accounts that were tried from the address, and of those that were logged in to. */
  readonly tried: string;
  readonly succeeded: string;
  /** The device on the account, if the attempt came with a device's cookie. */
  readonly device?: string;
}

/** Where it stands how a user's devices are known. */
export interface UserKeys {
  /** Sorted set of the names of device records, scored by their end. */
  readonly devices: string;
  /** Number of the last change of password. */
  readonly changed: string;
}

/**
 * Names keys. Accounts, addresses and users stand in them as HMACs, so that neither Redis nor MONITOR shows who logs in, and
 * nobody without the secret can find out by trying names.
 */
export class KeyNames {
  /** What all keys begin with. */
  readonly start: string;
  /** Hashes made lately: an attack comes back to its accounts or addresses, and hashing is what a decision costs most here. */
  private readonly hashes = new Map<string, string>();
  /** Counts changes of passwords. */
  readonly changes: string;

  /** @param prefix the sessions', such as `sess:` */
  constructor(
    prefix: string,
    private readonly nameKey: Buffer,
  ) {
    this.start = `${prefix.replace(/:$/, '')}-login:{login}:`;
    this.changes = `${this.start}changes`;
  }

  of({ account, network, device }: { account: string; network: string; device?: string }): AttemptKeys {
    const name = this.hash(`account ${account}`);
    const place = this.hash(`address ${network}`);
    return {
      account: this.account(name),
      address: `${this.start}address:${place}`,
      pair: `${this.start}pair:${name}:${place}`,
      tried: `${this.start}tried:${place}`,
      succeeded: `${this.start}succeeded:${place}`,
      device: device === undefined ? undefined : this.deviceOn(name, device),
    };
  }

  ofUser(userId: string): UserKeys {
    const user = this.hash(`user ${userId}`);
    return { devices: `${this.start}devices:${user}`, changed: `${this.start}changed:${user}` };
  }

  /** The key of an account by its name in other keys. */
  account(name: string): string {
    return `${this.start}account:${name}`;
  }

  /** The key of a device's record on an account, by the account's name in other keys. */
  deviceOn(account: string, token: string): string {
    return this.device(`${hashOfToken(token)}:${account}`);
  }

  /** The key of a device record by the name under which its user's list has it. */
  device(name: string): string {
    return `${this.start}device:${name}`;
  }

  private hash(text: string): string {
    const known = this.hashes.get(text);
    if (known !== undefined) return known;
    const hash = createHmac('sha256', this.nameKey).update(text).digest('base64url').slice(0, HASH_LENGTH);
    remember(this.hashes, text, hash, MOST_HASHES);
    return hash;
  }
}

/** What a block is called in lists: the end of its key, such as "pair:<account>:<address>"; `undefined` for keys that cannot block. */
export function nameOfBlock(key: string): string | undefined {
  const name = key.slice(key.lastIndexOf('}:') + 2);
  return BLOCK.test(name) ? name : undefined;
}

/** The key of the account of a pair. */
export const accountOfPair = (key: string): string => {
  const name = key.lastIndexOf('}:') + 2;
  return `${key.slice(0, name)}account:${nameIn(key).split(':', 1).join('')}`;
};

/** What a name of {@link nameOfBlock} says; `undefined` for what is none. */
export function partsOfBlock(
  name: string,
): { by: LoginBlockCause; account?: string; address?: string } | undefined {
  if (!BLOCK.test(name)) return undefined;
  const [by, first = '', second = ''] = name.split(':');
  if (by === 'account') return { by, account: first };
  return by === 'address' ? { by, address: first } : { by: 'pair', account: first, address: second };
}

/** A few hundred kilobytes. */
const MOST_HASHES = 2_000;
/** 128 bits. */
const HASH_LENGTH = 22;
const BLOCK = /^(?:account|address|pair:[\w-]{22}):[\w-]{22}$/;

/** The token is random, so a plain hash is enough to make the record worthless to who reads Redis. */
export const hashOfToken = (token: string): string =>
  createHash('sha256').update(token).digest('base64url').slice(0, HASH_LENGTH);

/** The name of a device record: device, account. */
export const partsOfDevice = (name: string): { device: string; account: string } => ({
  device: name.slice(0, HASH_LENGTH),
  account: name.slice(HASH_LENGTH + 1),
});

/** The part of an account's or device record's key that names it. The prefix may hold braces, too; hashes do not. */
export const nameIn = (key: string): string => key.slice(key.indexOf(':', key.lastIndexOf('}:') + 2) + 1);

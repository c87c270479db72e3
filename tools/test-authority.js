// A private certificate authority for tests, and a certificate of it for servers on the loopback: valid for a day, never kept.
// `node tools/test-authority.js FOLDER` writes ca.pem, server.pem and server-key.pem into an existing folder.
import { randomBytes, webcrypto } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import 'reflect-metadata';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const HOUR = 3_600_000;

/** Writes the three files. Who trusts ca.pem trusts every server that has server.pem and its key, on 127.0.0.1 and localhost. */
export async function makeAuthority(folder) {
  cryptoProvider.set(webcrypto);
  const [authority, server] = await Promise.all([newKeys(), newKeys()]);
  const now = Date.now();
  // An hour before, so that a clock that is a little behind accepts it.
  const validity = { notBefore: new Date(now - HOUR), notAfter: new Date(now + 24 * HOUR) };
  // A name of its own: to be trusted under the same one makes another error than not to be known.
  const issuer = `CN=Private authority of the tests ${randomBytes(4).toString('hex')}`;
  const root = await X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: issuer,
    keys: authority,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
    ],
  });
  const certificate = await X509CertificateGenerator.create({
    ...validity,
    subject: 'CN=localhost',
    issuer,
    publicKey: server.publicKey,
    signingKey: authority.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([
        { type: 'ip', value: '127.0.0.1' },
        { type: 'dns', value: 'localhost' },
      ]),
    ],
  });
  const key = PemConverter.encode(
    await webcrypto.subtle.exportKey('pkcs8', server.privateKey),
    'PRIVATE KEY',
  );
  const files = { 'ca.pem': root.toString('pem'), 'server.pem': certificate.toString('pem') };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), `${text}\n`);
  await writeFile(join(folder, 'server-key.pem'), `${key}\n`, { mode: 0o600 });
}

const newKeys = () => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) throw new Error('Give the folder: node tools/test-authority.js FOLDER');
  await makeAuthority(folder);
}

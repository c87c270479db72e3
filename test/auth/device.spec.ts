import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { clientOf } from '../../libs/session/src/auth/client.description.js';
import { networkOf } from '../../libs/session/src/auth/client.network.js';
import { describeDevice } from '../../libs/session/src/auth/device.description.js';

const WEBKIT = 'AppleWebKit/537.36 (KHTML, like Gecko)';
const ANDROID = 'Mozilla/5.0 (Linux; Android 10; K)';
const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)';
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)';
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)';
const IPAD = 'Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)';
const LINUX = 'Mozilla/5.0 (X11; Linux x86_64)';

describe('the device of a User-Agent', () => {
  it.each([
    [
      'Firefox on Windows',
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0',
    ],
    ['Firefox on Linux', 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0'],
    [
      'Firefox on macOS',
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0',
    ],
    ['Firefox on Android', 'Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0'],
    ['Firefox on iPhone', `${IPHONE} FxiOS/145.0 Mobile/15E148 Safari/605.1.15`],
    ['Chrome on Windows', `${WINDOWS} ${WEBKIT} Chrome/142.0.0.0 Safari/537.36`],
    ['Chrome on macOS', `${MAC} ${WEBKIT} Chrome/142.0.0.0 Safari/537.36`],
    ['Chrome on Linux', `${LINUX} ${WEBKIT} Chrome/142.0.0.0 Safari/537.36`],
    ['Chrome on Android', `${ANDROID} ${WEBKIT} Chrome/142.0.0.0 Mobile Safari/537.36`],
    [
      'Chrome on Chrome OS',
      `Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${WEBKIT} Chrome/142.0.0.0 Safari/537.36`,
    ],
    ['Chrome on iPhone', `${IPHONE} CriOS/142.0.7444.46 Mobile/15E148 Safari/604.1`],
    ['Chrome on iPad', `${IPAD} CriOS/142.0.7444.46 Mobile/15E148 Safari/604.1`],
    ['Safari on iPhone', `${IPHONE} Version/18.5 Mobile/15E148 Safari/604.1`],
    ['Safari on iPad', `${IPAD} Version/18.5 Mobile/15E148 Safari/604.1`],
    ['Safari on macOS', `${MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15`],
    ['Edge on Windows', `${WINDOWS} ${WEBKIT} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0`],
    ['Edge on Android', `${ANDROID} ${WEBKIT} Chrome/142.0.0.0 Mobile Safari/537.36 EdgA/142.0.0.0`],
    ['Opera on Windows', `${WINDOWS} ${WEBKIT} Chrome/142.0.0.0 Safari/537.36 OPR/124.0.0.0`],
    [
      'Samsung Internet on Android',
      `${ANDROID} ${WEBKIT} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36`,
    ],
    ['Vivaldi on Linux', `${LINUX} ${WEBKIT} Chrome/142.0.0.0 Safari/537.36 Vivaldi/7.6`],
    ['curl', 'curl/8.14.1'],
    ['Wget', 'Wget/1.25.0'],
    ['Python', 'python-requests/2.32.5'],
    ['Python', 'Python/3.13 aiohttp/3.12.15'],
    ['Node', 'node'],
    ['Node', 'undici'],
    ['axios', 'axios/1.12.2'],
    ['Go', 'Go-http-client/2.0'],
    ['okhttp', 'okhttp/5.1.0'],
    ['Postman', 'PostmanRuntime/7.48.0'],
    ['unknown browser on Windows', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Acme/1.0'],
    ['unknown device', 'AcmeBrowser/1.0'],
    ['unknown device', ''],
    ['unknown device', undefined],
    ['unknown device', 42],
    ['unknown device', {}],
    ['unknown device', []],
    ['curl', ['curl/8.14.1', 'node']],
  ])('is "%s" for %s', (device, userAgent) => {
    expect(describeDevice(userAgent)).toBe(device);
  });

  it.each([
    ['a tag', '<script>alert(1)</script>/1.0'],
    ['a line break', 'Firefox\r\nSet-Cookie: sid=1/1.0'],
    ['a tag behind a known system', `${WINDOWS} <b>Evil</b>/6.6 (your bank, call 0900)`],
    ['a tag in the place of the model', 'Mozilla/5.0 (Linux; Android 10; <img src=x>) evil'],
    ['signs that turn the direction', '\u202egnp.exe/1.0 \u0000'],
    ['a name of every object', 'constructor/1.0 (x)'],
    ['the name of what is unknown', 'Generic/1.0 (x)'],
    ['100 KB of one letter', 'a'.repeat(100_000)],
    ['many times iPhone', `Mozilla/5.0 (${'iPhone; '.repeat(20_000)}) Safari/`],
    ['many times Firefox', `${WINDOWS} ${'Firefox/'.repeat(10_000)}`],
    ['100 KB of brackets', '('.repeat(50_000) + ')'.repeat(50_000)],
    ['100 KB of slashes', '/ '.repeat(50_000)],
  ])('is a known name, found soon, with %s in it', (_, userAgent) => {
    const started = performance.now();
    const device = describeDevice(userAgent);
    expect(performance.now() - started).toBeLessThan(200);
    expect(device).toMatch(
      /^(unknown device|(unknown browser|Firefox|Safari) on (Windows|Android|iPhone)|Firefox|Android Browser on Android)$/,
    );
  });
});

it('what stands behind the 512th character of a User-Agent is not looked at', () => {
  expect(describeDevice(`${WINDOWS} ${' '.repeat(512)} Firefox/145.0`)).toBe('unknown browser on Windows');
});

describe('the network of an address', () => {
  it.each([
    ['203.0.113.77', '203.0.113.0/24'],
    ['255.255.255.255', '255.255.255.0/24'],
    ['192.168.1.5', '192.168.1.0/24'],
    ['::ffff:203.0.113.77', '203.0.113.0/24'],
    ['::ffff:cb00:714d', '203.0.113.0/24'],
    ['2001:db8:abcd:12:3456:789a:bcde:f012', '2001:db8:abcd::/48'],
    ['2001:DB8::1', '2001:db8::/48'],
    ['fe80::1%eth0', 'fe80::/48'],
    ['fe80::1%<script>', 'fe80::/48'],
    ['127.0.0.1', 'loopback'],
    ['127.8.9.10', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['', undefined],
    ['1', undefined],
    ['0x7f.1', undefined],
    ['203.0.113', undefined],
    ['256.1.1.1', undefined],
    ['203.0.113.77, 10.0.0.1', undefined],
    ['203.0.113.77:443', undefined],
    ['unknown', undefined],
    ['localhost', undefined],
    [undefined, undefined],
    [42, undefined],
  ])('of %s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it('of 100 KB is unknown', () => {
    expect(networkOf(`${'1:'.repeat(50_000)}1`)).toBeUndefined();
  });
});

describe('the client of a request', () => {
  const raw = (): IncomingMessage => {
    const socket = new Socket();
    Object.defineProperty(socket, 'remoteAddress', { value: '10.0.0.9' });
    const request = new IncomingMessage(socket);
    request.headers['user-agent'] = 'curl/8.14.1';
    return request;
  };

  it('is from the address that the adapter found behind the proxy', () => {
    const client = { device: 'curl', network: '203.0.113.0/24' };
    expect(clientOf(Object.assign(raw(), { ip: '203.0.113.77' }))).toEqual(client);
    expect(clientOf({ raw: raw(), ip: '203.0.113.77' })).toEqual(client);
  });

  it("is from the connection's address where the request is Node's own", () => {
    expect(clientOf(raw())).toEqual({ device: 'curl', network: '10.0.0.0/24' });
    expect(clientOf({ raw: raw() })).toEqual({ device: 'curl', network: '10.0.0.0/24' });
  });

  it('is unknown where nothing is known', () => {
    expect(clientOf(new IncomingMessage(new Socket()))).toEqual({ device: 'unknown device' });
  });
});

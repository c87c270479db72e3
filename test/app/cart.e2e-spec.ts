import { beforeEach, describe, expect, it } from '@jest/globals';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { type SampleApp, useSampleApps } from '../support/sample.app.js';

const PAGE = { accept: 'text/html' };
const BOOK = { productId: 'book-1', name: 'A book', price: 12.34, quantity: 2 };

const redis = useRedis();
const start = useSampleApps(() => redis.url);
let app: SampleApp;
let browser: Browser;
beforeEach(async () => {
  app = await start();
  browser = new Browser(app.origin);
});

/** Another tab of the same browser. */
function tabOf({ cookie }: Browser): Browser {
  const tab = new Browser(app.origin);
  tab.cookie = cookie;
  return tab;
}

const submit = (path: string, fields: Record<string, string>, headers: Record<string, string> = PAGE) =>
  browser.fetch(path, { method: 'POST', headers, body: new URLSearchParams(fields) });
const remove = (productId: string) => browser.fetch(`/cart/${productId}`, { method: 'DELETE' });
const items = async () => (await browser.get('/cart')).json.items;

describe('the cart of the guide', () => {
  it('is empty at first, and costs no session', async () => {
    const { json, setCookie } = await browser.get('/cart');
    expect(json).toEqual({ items: [] });
    await remove('book-1');
    expect([setCookie, browser.cookie]).toEqual([undefined, undefined]);
  });

  it('takes products, merges quantities, and gives products back', async () => {
    const { status, json } = await browser.post('/cart/add', BOOK);
    expect([status, json]).toEqual([200, { items: [BOOK] }]);
    await browser.post('/cart/add', { productId: 7, name: 'Seven', price: 0.1, quantity: 1 });
    expect((await browser.post('/cart/add', { ...BOOK, quantity: 3 })).json).toEqual({
      items: [
        { ...BOOK, quantity: 5 },
        { productId: '7', name: 'Seven', price: 0.1, quantity: 1 },
      ],
    });
    expect(JSON.parse((await redis.client.get(`sess:${browser.handle}`)) ?? '').cart).toEqual(await items());
    expect((await remove('book-1')).json).toEqual({ items: [expect.objectContaining({ productId: '7' })] });
    expect((await remove('7')).json).toEqual({ items: [] });
    expect((await remove('7')).status).toBe(200);
  });

  it('changes quantities', async () => {
    await browser.post('/cart/add', BOOK);
    const quantities = (quantity: number) => browser.post('/cart/book-1/quantity', { quantity });
    expect((await quantities(9)).json).toEqual({ items: [{ ...BOOK, quantity: 9 }] });
    expect((await quantities(0)).json).toEqual({ items: [] });
    expect([(await quantities(1)).status, (await quantities(1)).json.code]).toEqual([409, 'NOT_IN_CART']);
  });

  it('loses none of twenty parallel adds from two tabs', async () => {
    await browser.post('/cart/add', { ...BOOK, quantity: 1 });
    const tabs = [browser, tabOf(browser)];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, number) =>
        tabs[number % 2]!.post('/cart/add', { ...BOOK, quantity: 1 }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await items()).toEqual([{ ...BOOK, quantity: 21 }]);
  });

  it('loses none of twenty different products added at once, nor an add beside a removal', async () => {
    await browser.post('/cart/add', BOOK);
    const tabs = [browser, tabOf(browser)];
    await Promise.all([
      ...Array.from({ length: 20 }, (_, number) =>
        tabs[number % 2]!.post('/cart/add', { ...BOOK, productId: `p-${number}`, quantity: 1 }),
      ),
      tabOf(browser).fetch('/cart/book-1', { method: 'DELETE' }),
    ]);
    const ids = (await items()).map(({ productId }: { productId: string }) => productId);
    expect(new Set(ids)).toEqual(new Set(Array.from({ length: 20 }, (_, number) => `p-${number}`)));
    expect(ids).toHaveLength(20);
  });

  it('survives the login, and is gone after the logout', async () => {
    await browser.post('/cart/add', BOOK);
    const { handle } = browser;
    await browser.post('/login', { username: 'alice', password: 'alice-in-wonderland' });
    expect(browser.handle).not.toBe(handle);
    expect(await items()).toEqual([BOOK]);
    await browser.post('/logout');
    expect(await items()).toEqual([]);
  });

  it("keeps the shop's own names and prices, whatever is sent", async () => {
    const cheap = { productId: 'lamp', name: 'Almost free', price: 0.01, quantity: 1 };
    const line = { productId: 'lamp', name: 'Desk lamp', price: 49, quantity: 1 };
    expect((await browser.post('/cart/add', cheap)).json).toEqual({ items: [line] });
    expect((await browser.post('/cart/add', { productId: 'lamp', quantity: 1 })).json).toEqual({
      items: [{ ...line, quantity: 2 }],
    });
  });
});

/** What is wrong, and with which field. */
const WRONG: [string, unknown, string][] = [
  ['a list', [BOOK], 'The'],
  ['nothing', {}, 'productId'],
  ['an empty id', { ...BOOK, productId: '' }, 'productId'],
  ['an id that leads elsewhere', { ...BOOK, productId: '../login' }, 'productId'],
  ['an id with a null byte', { ...BOOK, productId: 'a\0' }, 'productId'],
  ['an id that is a list', { ...BOOK, productId: ['a'] }, 'productId'],
  ['an id below nothing', { ...BOOK, productId: -1 }, 'productId'],
  ['an id with a fraction', { ...BOOK, productId: 1.5 }, 'productId'],
  ['a huge id', { ...BOOK, productId: 1e300 }, 'productId'],
  ['a product without a name', { ...BOOK, name: undefined }, 'name'],
  ['an empty name', { ...BOOK, name: '' }, 'name'],
  ['a name with a line break', { ...BOOK, name: 'a\nb' }, 'name'],
  ['a long name', { ...BOOK, name: 'x'.repeat(121) }, 'name'],
  ['a name that is an object', { ...BOOK, name: { toString: 1 } }, 'name'],
  ['a product without a price', { ...BOOK, price: undefined }, 'price'],
  ['a price as text', { ...BOOK, price: '12.34' }, 'price'],
  ['a price below nothing', { ...BOOK, price: -0.01 }, 'price'],
  ['a price with three decimals', { ...BOOK, price: 1.005 }, 'price'],
  ['a tiny price', { ...BOOK, price: Number.MIN_VALUE }, 'price'],
  ['a huge price', { ...BOOK, price: 1e308 }, 'price'],
  ['no price at all', { ...BOOK, price: null }, 'price'],
  ['no pieces', { ...BOOK, quantity: 0 }, 'quantity'],
  ['pieces below nothing', { ...BOOK, quantity: -1 }, 'quantity'],
  ['half a piece', { ...BOOK, quantity: 0.5 }, 'quantity'],
  ['a hundred pieces', { ...BOOK, quantity: 100 }, 'quantity'],
  ['pieces in words', { ...BOOK, quantity: '1e1' }, 'quantity'],
  ['true pieces', { ...BOOK, quantity: true }, 'quantity'],
];

describe('a cart does not take', () => {
  it('what is no product, and says which field is wrong', async () => {
    const answers = await Promise.all(
      WRONG.map(async ([what, body]) => {
        const { status, json, setCookie } = await browser.post('/cart/add', body);
        return [what, status, json.code, json.message.split(' ', 1)[0], setCookie];
      }),
    );
    expect(answers).toEqual(WRONG.map(([what, , field]) => [what, 400, 'INVALID_INPUT', field, undefined]));
  });

  it('a number that is too large for JSON, nor names that every object has', async () => {
    const send = (body: string) =>
      browser.fetch('/cart/add', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const huge = await send('{"productId":"a","name":"a","price":1e999,"quantity":1}');
    expect([huge.status, huge.json.problems]).toEqual([
      400,
      { price: expect.stringContaining('must be a number') },
    ]);
    const proto = await send('{"__proto__":{"productId":"a","name":"a","price":1,"quantity":1}}');
    expect([proto.status, proto.json.code]).toEqual([400, 'INVALID_INPUT']);
    expect((await send('{"productId":"__proto__","name":"a","price":1,"quantity":1}')).status).toBe(400);
    expect((await browser.get('/cart')).json).toEqual({ items: [] });
  });

  it('more pieces or lines than it may hold, and keeps what it has', async () => {
    await browser.post('/cart/add', { ...BOOK, quantity: 98 });
    const over = await browser.post('/cart/add', BOOK);
    expect([over.status, over.json.code]).toEqual([409, 'QUANTITY_LIMIT']);
    for (let number = 1; number < 30; number++) {
      // What takes the most room in JSON.
      await browser.post('/cart/add', { ...BOOK, productId: `p-${number}`, name: '\ud800'.repeat(120) });
    }
    const full = await browser.post('/cart/add', { ...BOOK, productId: 'one-more' });
    expect([full.status, full.json.code]).toEqual([409, 'CART_FULL']);
    expect((await items())[0]).toEqual({ ...BOOK, quantity: 98 });
    expect(await redis.client.strlen(`sess:${browser.handle}`)).toBeLessThan(32_768);
    expect((await browser.get('/cart', PAGE)).status).toBe(200);
  });

  it('paths that name no product', async () => {
    for (const path of ['%00', 'a%2Fb', '..%2f', 'x'.repeat(65), '%F0%9F%92%A5']) {
      const { status, json } = await remove(path);
      expect([status, json.code, Object.keys(json.problems)]).toEqual([400, 'INVALID_INPUT', ['productId']]);
    }
    expect((await remove('%ff')).status).toBe(400);
    expect((await browser.post('/cart/book-1/quantity', { quantity: [1] })).json.problems).toHaveProperty(
      'quantity',
    );
  });
});

describe('the page of the cart', () => {
  it('works by forms that lead back to it', async () => {
    for (const [path, fields] of [
      ['/cart/add', { productId: 'notebook', quantity: '3' }],
      ['/cart/notebook/quantity', { quantity: '2' }],
    ] as const) {
      const { status, headers } = await submit(path, fields);
      expect([status, headers.get('location')]).toEqual([303, '/cart#cart']);
    }
    const { text } = await browser.get('/cart', PAGE);
    // In floating point, 2 * 9.95 and 3 * 3.33 would not give whole cents.
    expect(text).toContain('€19.90');
    await submit('/cart/add', { productId: 'pencils', quantity: '3' });
    expect((await browser.get('/cart', PAGE)).text).toContain('€29.89');
    await submit('/cart/notebook/remove', {});
    expect((await items()).map(({ productId }: { productId: string }) => productId)).toEqual(['pencils']);
  });

  it('shows hostile names as text', async () => {
    const name = '<script>alert(1)</script>"\'><img src=x>';
    await browser.post('/cart/add', { ...BOOK, name });
    const { text } = await browser.get('/cart', PAGE);
    expect(text).toContain('&lt;script>alert(1)');
    expect(text).not.toMatch(/<script>|<img src=x/);
  });

  it('shows the cart again when a form is refused', async () => {
    await submit('/cart/add', { productId: 'lamp', quantity: '1' });
    const { status, text } = await submit('/cart/lamp/quantity', { quantity: 'many' });
    expect(status).toBe(400);
    expect(text).toContain('quantity must be a whole number from 0 to 99.');
    expect(text).toContain('Desk lamp');
    const gone = await submit('/cart/mug/quantity', { quantity: '2' });
    expect([gone.status, gone.text]).toEqual([409, expect.stringContaining('not in the cart any more')]);
  });

  it('takes nothing from another site', async () => {
    const { status, json } = await submit(
      '/cart/add',
      { productId: 'lamp', quantity: '1' },
      { accept: 'application/json', origin: 'https://evil.example' },
    );
    expect([status, json.code]).toEqual([403, 'CROSS_ORIGIN']);
  });
});
